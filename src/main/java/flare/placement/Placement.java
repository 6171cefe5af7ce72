package flare.placement;

import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Which nodes a chunk's copies go to: the door to the placement actor. */
public interface Placement {

    /**
     * Up to {@code copies} distinct usable nodes, distinct zones first, none of {@code excluded}; fewer, even none, when
     * the cluster has no more. Never fails for want of nodes: the caller knows its quorum.
     */
    CompletionStage<List<NodeId>> place(ChunkId chunk, int copies, Set<NodeId> excluded);
}
