package flare.data;

import flare.chunk.BlockCrcs;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The format of a chunk file, version 1; integers are big-endian.
 *
 * <pre>
 * header   "FLARECHK"  version:4  ordinal:4  cluster:16  blob:16  generation:8  reserved:4  crc32c:4     64 bytes
 * data     the chunk
 * table    CRC32C of each 64 KiB block of the data: 4 bytes each
 * footer   length:8  crc32c of the data:4  of the table:4  of the header:4  of the footer so far:4  "FLAREEND"
 * </pre>
 *
 * <p>No bit is outside a checksum or a comparison, and the file's size follows from the length. The identity is inside, so
 * that a file under a wrong name, or from another cluster, is as wrong as one with flipped bits.
 */
final class ChunkFile {

    static final int HEADER_BYTES = 64;
    static final int FOOTER_BYTES = 32;
    /** The longest chunk: the bound of the setting {@code chunk-size}. */
    static final int MAX_LENGTH = 64 * 1024 * 1024;

    static final int MAX_TABLE_BYTES = BlockCrcs.blocks(MAX_LENGTH) * Integer.BYTES;

    private static final byte[] MAGIC = "FLARECHK".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END_MAGIC = "FLAREEND".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int HEADER_CRC_AT = HEADER_BYTES - Integer.BYTES;
    private static final int FOOTER_CRC_AT = FOOTER_BYTES - Long.BYTES - Integer.BYTES;

    private ChunkFile() {}

    /** Bytes of the file that holds a chunk of {@code length} bytes. */
    static long fileBytes(long length) {
        return HEADER_BYTES + length + tableBytes(length) + FOOTER_BYTES;
    }

    static int tableBytes(long length) {
        return BlockCrcs.blocks(length) * Integer.BYTES;
    }

    static ByteBuffer encodeTable(BlockCrcs crcs) {
        ByteBuffer table = ByteBuffer.allocate(crcs.size() * Integer.BYTES);
        for (int i = 0; i < crcs.size(); i++) {
            table.putInt(crcs.crc(i));
        }
        return table.flip();
    }

    /** Checks the table against the footer, and that it folds to the footer's whole checksum. */
    static BlockCrcs decodeTable(ByteBuffer bytes, Footer footer) throws CorruptChunkException {
        if (crc32c(bytes) != footer.tableCrc) {
            throw new CorruptChunkException("the checksum table does not match its own checksum");
        }
        int[] crcs = new int[bytes.remaining() / Integer.BYTES];
        bytes.asIntBuffer().get(crcs);
        BlockCrcs table = new BlockCrcs(crcs);
        if (table.fold(footer.length) != footer.crc32c) {
            throw new CorruptChunkException("the checksum table does not fold to the chunk's checksum");
        }
        return table;
    }

    static int crc32c(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate());
        return (int) crc.getValue();
    }

    private static void expectMagic(ByteBuffer bytes, byte[] magic, String where) throws CorruptChunkException {
        byte[] found = new byte[magic.length];
        bytes.get(found);
        if (!Arrays.equals(found, magic)) {
            throw new CorruptChunkException("no chunk file: its " + where + " has another magic");
        }
    }

    /** Which copy of which chunk the file holds. */
    record Header(UUID cluster, ChunkId chunk, long generation) {

        ByteBuffer encode() {
            ByteBuffer bytes = ByteBuffer.allocate(HEADER_BYTES);
            bytes.put(MAGIC).putInt(VERSION).putInt(chunk.ordinal());
            bytes.putLong(cluster.getMostSignificantBits()).putLong(cluster.getLeastSignificantBits());
            bytes.putLong(chunk.blob().session()).putLong(chunk.blob().counter());
            bytes.putLong(generation).putInt(0);
            bytes.putInt(crc32c(bytes.duplicate().flip()));
            return bytes.flip();
        }

        static Header decode(ByteBuffer bytes) throws CorruptChunkException {
            if (bytes.remaining() != HEADER_BYTES) {
                throw new CorruptChunkException("a header of " + bytes.remaining() + " bytes");
            }
            int computed = crc32c(bytes.slice(bytes.position(), HEADER_CRC_AT));
            expectMagic(bytes, MAGIC, "header");
            int version = bytes.getInt();
            int ordinal = bytes.getInt();
            UUID cluster = new UUID(bytes.getLong(), bytes.getLong());
            long session = bytes.getLong();
            long counter = bytes.getLong();
            long generation = bytes.getLong();
            int reserved = bytes.getInt();
            if (bytes.getInt() != computed) {
                throw new CorruptChunkException("the header does not match its checksum");
            }
            if (version != VERSION || reserved != 0) {
                throw new CorruptChunkException("chunk file of version " + version + ", not " + VERSION);
            }
            try {
                return new Header(cluster, new ChunkId(new BlobId(session, counter), ordinal), generation);
            } catch (IllegalArgumentException e) {
                throw new CorruptChunkException("a header that names no chunk: " + e.getMessage(), e);
            }
        }

        int crc() {
            return encode().getInt(HEADER_CRC_AT);
        }
    }

    /** How much the file holds, and the checksums over it. */
    record Footer(long length, int crc32c, int tableCrc, int headerCrc) {

        ByteBuffer encode() {
            ByteBuffer bytes = ByteBuffer.allocate(FOOTER_BYTES);
            bytes.putLong(length).putInt(crc32c).putInt(tableCrc).putInt(headerCrc);
            bytes.putInt(ChunkFile.crc32c(bytes.duplicate().flip()));
            return bytes.put(END_MAGIC).flip();
        }

        static Footer decode(ByteBuffer bytes) throws CorruptChunkException {
            int computed = ChunkFile.crc32c(bytes.slice(bytes.position(), FOOTER_CRC_AT));
            Footer footer = new Footer(bytes.getLong(), bytes.getInt(), bytes.getInt(), bytes.getInt());
            int stored = bytes.getInt();
            expectMagic(bytes, END_MAGIC, "footer");
            if (stored != computed) {
                throw new CorruptChunkException("the footer does not match its checksum");
            }
            if (footer.length < 0 || footer.length > MAX_LENGTH) {
                throw new CorruptChunkException("a chunk of " + footer.length + " bytes");
            }
            return footer;
        }
    }
}
