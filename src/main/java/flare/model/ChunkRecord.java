package flare.model;

import java.util.List;

/**
 * What the metadata records of one chunk.
 *
 * @param length bytes
 * @param crc32c of the whole chunk, computed by the API node from the client's bytes
 * @param nodes where its copies are; empty when every copy is gone
 */
public record ChunkRecord(ChunkId id, long length, int crc32c, List<NodeId> nodes) {

    public ChunkRecord {
        if (length < 1) {
            throw new IllegalArgumentException("chunk " + id + " has length " + length);
        }
        nodes = List.copyOf(nodes);
    }
}
