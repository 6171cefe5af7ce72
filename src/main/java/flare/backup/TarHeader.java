package flare.backup;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The block before a file in a tar, as POSIX.1-1988 (ustar) has it; sizes that eleven octal digits don't hold are in base
 * 256, as GNU tar and libarchive read and write them. Only regular files, and names without surprises.
 */
record TarHeader(String name, long size) {

    static final int BLOCK_BYTES = 512;

    private static final int MAX_NAME = 100;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)?");
    private static final long MAX_OCTAL = 077777777777L;
    private static final int BASE_256 = 0x80;

    private static final int MODE = 100;
    private static final int OWNER = 108;
    private static final int GROUP = 116;
    private static final int SIZE = 124;
    private static final int MODIFIED = 136;
    private static final int SUM = 148;
    private static final int SUM_END = 156;
    private static final int TYPE = 156;
    private static final int MAGIC = 257;
    private static final byte[] USTAR = "ustar\00000".getBytes(StandardCharsets.US_ASCII);

    TarHeader {
        if (name.length() > MAX_NAME || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a file in a backup can't be called '" + name + "'");
        }
        if (size < 0) {
            throw new IllegalArgumentException("a file can't have " + size + " bytes");
        }
    }

    byte[] encode(long modifiedSeconds) {
        byte[] block = new byte[BLOCK_BYTES];
        put(block, 0, name);
        put(block, MODE, "0000600\0");
        put(block, OWNER, "0000000\0");
        put(block, GROUP, "0000000\0");
        putSize(block);
        put(block, MODIFIED, String.format("%011o\0", modifiedSeconds));
        block[TYPE] = '0';
        System.arraycopy(USTAR, 0, block, MAGIC, USTAR.length);
        put(block, SUM, String.format("%06o\0 ", sum(block)));
        return block;
    }

    /** Empty for a block of zeros, which ends a tar. */
    static Optional<TarHeader> decode(byte[] block) throws BackupException {
        if (isZero(block, 0, block.length)) {
            return Optional.empty();
        }
        if (!Arrays.equals(block, MAGIC, MAGIC + USTAR.length, USTAR, 0, USTAR.length)) {
            throw new BackupException("no tar begins a file here");
        }
        String sum = new String(block, SUM, SUM_END - SUM, StandardCharsets.ISO_8859_1);
        if (!sum.equals(String.format("%06o\0 ", sum(block)))) {
            throw new BackupException("the header of a file is damaged: its checksum does not fit");
        }
        int end = 0;
        while (end < MAX_NAME && block[end] != 0) {
            end++;
        }
        try {
            TarHeader header = new TarHeader(new String(block, 0, end, StandardCharsets.ISO_8859_1), size(block));
            if (block[TYPE] != '0') {
                throw new BackupException("'" + header.name + "' is no regular file");
            }
            return Optional.of(header);
        } catch (IllegalArgumentException e) {
            throw new BackupException("the header of a file is not one that Flare writes: " + e.getMessage());
        }
    }

    /** How many zeros fill the file's last block. */
    int padding() {
        return (int) (-size & (BLOCK_BYTES - 1));
    }

    static boolean isZero(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private void putSize(byte[] block) {
        if (size <= MAX_OCTAL) {
            put(block, SIZE, String.format("%011o\0", size));
            return;
        }
        block[SIZE] = (byte) BASE_256;
        for (int i = 0; i < Long.BYTES; i++) {
            block[MODIFIED - 1 - i] = (byte) (size >>> (Byte.SIZE * i));
        }
    }

    private static long size(byte[] block) {
        if ((block[SIZE] & BASE_256) == 0) {
            return Long.parseLong(new String(block, SIZE, MODIFIED - SIZE - 1, StandardCharsets.ISO_8859_1), 8);
        }
        long size = 0;
        for (int i = MODIFIED - Long.BYTES; i < MODIFIED; i++) {
            size = size << Byte.SIZE | (block[i] & 0xff);
        }
        return size;
    }

    /** Of all bytes, the sum's own counted as spaces. */
    private static int sum(byte[] block) {
        int sum = 0;
        for (int i = 0; i < block.length; i++) {
            sum += i >= SUM && i < SUM_END ? ' ' : block[i] & 0xff;
        }
        return sum;
    }

    private static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }
}
