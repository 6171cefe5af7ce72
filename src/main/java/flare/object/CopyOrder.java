package flare.object;

import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.List;
import java.util.Set;

/**
 * Which copies of a chunk to write.
 *
 * @param nodes one for each copy
 * @param avoid nodes that are no replacement for a failed one
 * @param length of the chunk, or -1
 */
record CopyOrder(ChunkId chunk, List<NodeId> nodes, Set<NodeId> avoid, int quorum, long length) {

    CopyOrder {
        nodes = List.copyOf(nodes);
        avoid = Set.copyOf(avoid);
    }
}
