package flare.model;

/** A data node's state in the node map, changed by commands only. */
public enum NodeState {
    /** Takes new copies and serves. */
    ACTIVE,
    /** Serves, takes no new copies; its copies are being moved away. */
    DRAINING,
    /** Its copies count as gone. */
    LOST,
    /** Left the cluster; its id and UUID are never used again. */
    REMOVED
}
