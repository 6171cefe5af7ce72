package flare.data;

import flare.model.NodeId;
import java.util.Optional;

/** The data nodes of the node map, ready to be called. */
public interface DataNodes {

    /** Empty for a node that is unknown here, LOST or REMOVED. */
    Optional<DataNode> find(NodeId node);

    /** Whether the node is in this process: reading from it crosses no network. */
    boolean isLocal(NodeId node);
}
