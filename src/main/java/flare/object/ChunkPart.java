package flare.object;

import flare.model.ByteRange;
import flare.model.ChunkRecord;

/**
 * Bytes wanted of one chunk.
 *
 * @param wanted counted from the chunk's first byte
 */
record ChunkPart(ChunkRecord chunk, ByteRange wanted) {

    ChunkPart {
        if (wanted.end() > chunk.length()) {
            throw new IllegalArgumentException(
                    wanted + " of chunk " + chunk.id() + " with " + chunk.length() + " bytes");
        }
    }

    /** What is left of it from an offset in the chunk on. */
    ByteRange from(long offset) {
        return new ByteRange(offset, wanted.end() - offset);
    }
}
