package flare.repair;

import flare.metadata.Query.RepairItem;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes away copies beyond those wanted: left by a coordinator that died between making a copy and dropping the one it
 * replaces, or made while another that counted as lost came back. Only once as many as wanted have just been verified
 * besides (I15).
 */
final class Surplus {

    private final Copier copier;

    Surplus(Copier copier) {
        this.copier = copier;
    }

    static boolean isIn(RepairItem item) {
        return item.chunk().nodes().size() > item.wanted();
    }

    /** Answers whether the chunk has no copy too many any more. */
    boolean trim(RepairItem item, Map<NodeId, NodeInfo> nodes) {
        ChunkRecord chunk = item.chunk();
        Set<NodeId> good = new HashSet<>();
        Set<NodeId> leaving = new HashSet<>();
        for (NodeId node : chunk.nodes()) {
            if (copier.isGoodOn(chunk, node)) {
                good.add(node);
            }
            NodeInfo info = nodes.get(node);
            if (info == null || info.state() != NodeState.ACTIVE) {
                leaving.add(node);
            }
        }
        Optional<List<NodeId>> spare = spare(item, good, leaving);
        return spare.isPresent() && spare.get().stream().allMatch(node -> copier.drop(chunk, node));
    }

    /** Bad copies go first, then those on nodes that leave, then the youngest; empty if too few good ones would stay. */
    static Optional<List<NodeId>> spare(RepairItem item, Set<NodeId> good, Set<NodeId> leaving) {
        List<NodeId> leastFirst = new ArrayList<>(item.chunk().nodes());
        Collections.reverse(leastFirst);
        leastFirst.sort(Comparator.comparing(good::contains).thenComparing(node -> !leaving.contains(node)));
        int surplus = leastFirst.size() - item.wanted();
        boolean enoughStay = good.containsAll(leastFirst.subList(surplus, leastFirst.size()));
        return enoughStay ? Optional.of(List.copyOf(leastFirst.subList(0, surplus))) : Optional.empty();
    }
}
