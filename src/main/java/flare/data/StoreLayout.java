package flare.data;

import flare.model.BlobId;
import flare.model.ChunkId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Where things are in a data directory. Chunk files are named by their id alone, in order of it, and spread over
 * directories that exist from format time on, so that a new chunk needs one directory sync and no more.
 *
 * <pre>
 * identity  lock  chunks/00 … chunks/ff  temporary/  trash/
 * </pre>
 */
record StoreLayout(Path root) {

    static final int FAN_OUT = 256;

    private static final int BLOB_DIGITS = 32;
    private static final int ORDINAL_DIGITS = 8;
    private static final String SET_ASIDE = ".corrupt";
    private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

    Path identity() {
        return root.resolve("identity");
    }

    Path lock() {
        return root.resolve("lock");
    }

    Path chunks() {
        return root.resolve("chunks");
    }

    Path temporary() {
        return root.resolve("temporary");
    }

    Path trash() {
        return root.resolve("trash");
    }

    List<Path> fanOut() {
        return IntStream.range(0, FAN_OUT).mapToObj(this::directory).toList();
    }

    Path directory(int slot) {
        return chunks().resolve(String.format("%02x", slot));
    }

    Path file(ChunkId chunk) {
        return directory(slot(chunk)).resolve(name(chunk));
    }

    static String name(ChunkId chunk) {
        return String.format("%s-%08x", chunk.blob(), chunk.ordinal());
    }

    /** Where what stands under a chunk's name, and is not what it should be, is kept for an operator. */
    Path aside(ChunkId chunk, String unique) {
        return directory(slot(chunk)).resolve(name(chunk) + "." + unique + SET_ASIDE);
    }

    static boolean isSetAside(String name) {
        return name.endsWith(SET_ASIDE);
    }

    /** Part of the format: a chunk is looked for here only. */
    static int slot(ChunkId chunk) {
        long mixed = chunk.blob().session() * GOLDEN_RATIO + chunk.blob().counter();
        mixed = (mixed ^ (mixed >>> 32)) * GOLDEN_RATIO + chunk.ordinal();
        return (int) (((mixed ^ (mixed >>> 29)) * GOLDEN_RATIO) >>> 56);
    }

    /** The chunk a file in a fan-out directory is named for; empty for what is set aside and for strangers. */
    static Optional<ChunkId> parse(String name) {
        if (name.length() != BLOB_DIGITS + 1 + ORDINAL_DIGITS || name.charAt(BLOB_DIGITS) != '-') {
            return Optional.empty();
        }
        try {
            BlobId blob = BlobId.parse(name.substring(0, BLOB_DIGITS));
            int ordinal = Integer.parseUnsignedInt(name.substring(BLOB_DIGITS + 1), 16);
            return Optional.of(new ChunkId(blob, ordinal))
                    .filter(chunk -> name(chunk).equals(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
