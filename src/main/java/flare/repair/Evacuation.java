package flare.repair;

import flare.metadata.Query;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes the copies off nodes that are LOST or DRAINING, walking over all chunks page by page while any such node has
 * copies. A LOST node's copy is dropped where another one is, and has just been verified: should all others turn out bad and
 * the node come back, the sweep would delete the one good copy as an orphan. Healing then replaces it. A DRAINING node's
 * copy is dropped once a new one is verified and committed, so that there are never fewer than before (I15).
 */
final class Evacuation {

    private final Ask ask;
    private final Copier copier;
    private final int batch;
    private Optional<ChunkId> after = Optional.empty();

    Evacuation(Ask ask, Copier copier, int batch) {
        this.ask = ask;
        this.copier = copier;
        this.batch = batch;
    }

    /**
     * @param bytes moved or verified
     * @param changed copies dropped
     * @param more whether the walk is not at its end
     */
    record Moved(long bytes, int changed, boolean more) {
        static final Moved NOTHING = new Moved(0, 0, false);
    }

    Moved step(List<Query.NodeUsage> usages, int parallel) {
        Map<NodeId, NodeInfo> nodes = new HashMap<>();
        usages.forEach(usage -> nodes.put(usage.node().id(), usage.node()));
        boolean any = usages.stream().anyMatch(usage -> leaves(usage.node()) && usage.copies() > 0);
        if (!any) {
            after = Optional.empty();
            return Moved.NOTHING;
        }
        List<ChunkRecord> page = ask.read(new Query.ScanChunks(after, batch));
        List<ChunkRecord> toDrop = new ArrayList<>();
        List<ChunkRecord> toMove = new ArrayList<>();
        for (ChunkRecord chunk : page) {
            if (!on(NodeState.LOST, chunk, nodes).isEmpty()
                    && !notLost(chunk, nodes).isEmpty()) {
                toDrop.add(chunk);
            }
            if (!on(NodeState.DRAINING, chunk, nodes).isEmpty()) {
                toMove.add(chunk);
            }
            if (toDrop.size() == parallel || toMove.size() == parallel) {
                // The rest of the page is for the next step, behind the throttle.
                after = Optional.of(chunk.id());
                return move(toMove, nodes, dropLost(toDrop, nodes), true);
            }
        }
        boolean more = page.size() == batch;
        after = more ? Optional.of(page.get(page.size() - 1).id()) : Optional.empty();
        return move(toMove, nodes, dropLost(toDrop, nodes), more);
    }

    /** Verifying reads as much from the disks as a copy moves. */
    private Moved dropLost(List<ChunkRecord> chunks, Map<NodeId, NodeInfo> nodes) {
        Map<ChunkRecord, List<NodeId>> others = new LinkedHashMap<>();
        chunks.forEach(chunk -> others.put(chunk, notLost(chunk, nodes)));
        Map<ChunkRecord, NodeId> lost = new LinkedHashMap<>();
        for (ChunkRecord chunk : copier.goodOnOneOf(others)) {
            // One of them at a time: another walk finds the rest.
            lost.put(chunk, on(NodeState.LOST, chunk, nodes).get(0));
        }
        long bytes = chunks.stream().mapToLong(ChunkRecord::length).sum();
        return new Moved(bytes, copier.drop(lost).size(), false);
    }

    private static List<NodeId> on(NodeState state, ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        return chunk.nodes().stream().filter(node -> is(nodes.get(node), state)).toList();
    }

    private static List<NodeId> notLost(ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        return chunk.nodes().stream()
                .filter(node -> !is(nodes.get(node), NodeState.LOST))
                .toList();
    }

    private Moved move(List<ChunkRecord> chunks, Map<NodeId, NodeInfo> nodes, Moved dropped, boolean more) {
        long bytes = dropped.bytes();
        Map<ChunkRecord, NodeId> replaced = new LinkedHashMap<>();
        for (Copier.Result result : copier.copy(chunks, nodes)) {
            if (result.made()) {
                bytes += result.chunk().length();
                on(NodeState.DRAINING, result.chunk(), nodes).stream()
                        .findFirst()
                        .filter(result::replaces)
                        .ifPresent(old -> replaced.put(result.chunk(), old));
            }
        }
        return new Moved(bytes, dropped.changed() + copier.drop(replaced).size(), more);
    }

    private static boolean leaves(NodeInfo node) {
        return is(node, NodeState.LOST) || is(node, NodeState.DRAINING);
    }

    private static boolean is(@Nullable NodeInfo node, NodeState state) {
        return node != null && node.state() == state;
    }
}
