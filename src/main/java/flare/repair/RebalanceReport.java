package flare.repair;

import flare.model.NodeId;
import java.util.List;

/** Where rebalancing stands, as the metadata has it: every API process can tell. */
public record RebalanceReport(State state, List<NodeFill> nodes) {

    public enum State {
        /** Every copy stands where the node map wants it. */
        BALANCED,
        /** The nodes, their zones or weights have changed, or it was asked for: copies are moved, or will be after healing. */
        MOVING,
        /** Until somebody asks for it again. */
        CALLED_OFF
    }

    /**
     * One ACTIVE node.
     *
     * @param bytes of its copies
     * @param shareBytes what it should have by its weight
     */
    public record NodeFill(NodeId node, long bytes, long shareBytes) {}

    public RebalanceReport {
        nodes = List.copyOf(nodes);
    }
}
