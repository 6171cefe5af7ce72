package flare.admin;

import java.util.List;

/**
 * The JSON of {@code /admin/rebalance}.
 *
 * @param state balanced, moving or called_off
 * @param nodes the ACTIVE ones
 */
public record RebalanceStatus(String state, List<NodeFill> nodes) {

    /**
     * @param bytes of the node's copies
     * @param shareBytes what it should have by its weight
     */
    public record NodeFill(int id, long bytes, long shareBytes) {}

    public RebalanceStatus {
        nodes = List.copyOf(nodes);
    }
}
