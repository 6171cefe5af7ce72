package flare.chunk;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;

/**
 * The CRC32C of each 64 KiB block of a chunk, in order; the last block may be shorter. Folding it gives the CRC32C of the
 * whole chunk without its bytes (I9).
 */
public final class BlockCrcs {

    public static final int BLOCK_BYTES = 64 * 1024;

    private final int[] crcs;

    public BlockCrcs(int[] crcs) {
        this.crcs = crcs.clone();
    }

    /** Blocks in a chunk of {@code length} bytes. */
    public static int blocks(long length) {
        return Math.toIntExact((length + BLOCK_BYTES - 1) / BLOCK_BYTES);
    }

    public int size() {
        return crcs.length;
    }

    public int crc(int block) {
        return crcs[block];
    }

    /**
     * The CRC32C of the {@code length} bytes the blocks make up. Throws {@link IllegalArgumentException} unless the table
     * has the number of blocks that length needs.
     */
    public int fold(long length) {
        if (blocks(length) != crcs.length) {
            throw new IllegalArgumentException(crcs.length + " block checksums for " + length + " bytes");
        }
        int folded = 0;
        for (int i = 0; i < crcs.length; i++) {
            long blockLength = Math.min(BLOCK_BYTES, length - (long) i * BLOCK_BYTES);
            folded = Crc32cMath.combine(folded, crcs[i], blockLength);
        }
        return folded;
    }

    /** Big-endian ints in base64, for a header. */
    public String toBase64() {
        ByteBuffer bytes = ByteBuffer.allocate(crcs.length * Integer.BYTES);
        bytes.asIntBuffer().put(crcs);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** Throws {@link IllegalArgumentException} for what {@link #toBase64} does not give. */
    public static BlockCrcs fromBase64(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        if (bytes.length % Integer.BYTES != 0) {
            throw new IllegalArgumentException("block checksum table of " + bytes.length + " bytes");
        }
        int[] crcs = new int[bytes.length / Integer.BYTES];
        ByteBuffer.wrap(bytes).asIntBuffer().get(crcs);
        return new BlockCrcs(crcs);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BlockCrcs table && Arrays.equals(crcs, table.crcs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(crcs);
    }
}
