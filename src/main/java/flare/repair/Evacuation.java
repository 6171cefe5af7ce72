package flare.repair;

import flare.config.RepairSettings;
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
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes the copies off nodes that are LOST or DRAINING, walking over all chunks page by page while any such node has
 * copies: first those with a single copy elsewhere than on LOST nodes, then all. The old copy is dropped once a
 * new one is verified and committed (I15): a node that comes back from being LOST in the middle may have the last good one.
 * Where no node can take a copy, that of a LOST node is dropped once another one has just been verified; healing makes the
 * new one when it can.
 */
final class Evacuation {

    /** Before the next walk when one found what it could not move. */
    private static final int BLOCKED_INTERVALS = 5;

    private final Ask ask;
    private final Copier copier;
    private final RepairSettings settings;
    private final LongSupplier nanoTime;
    private Optional<ChunkId> after = Optional.empty();
    private boolean urgentOnly = true;
    private int failedInWalk;
    private long blockedUntilNanos;

    Evacuation(Ask ask, Copier copier, RepairSettings settings, LongSupplier nanoTime) {
        this.ask = ask;
        this.copier = copier;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.blockedUntilNanos = nanoTime.getAsLong();
    }

    /**
     * @param bytes moved or verified
     * @param changed copies dropped
     * @param more whether the walk is not at its end
     */
    record Moved(long bytes, int changed, boolean more) {
        static final Moved NOTHING = new Moved(0, 0, false);
    }

    Moved step(List<Query.NodeUsage> usages) {
        Map<NodeId, NodeInfo> nodes = new HashMap<>();
        usages.forEach(usage -> nodes.put(usage.node().id(), usage.node()));
        boolean any = usages.stream().anyMatch(usage -> leaves(usage.node()) && usage.copies() > 0);
        if (!any) {
            beginWalk(true);
            return Moved.NOTHING;
        }
        if (nanoTime.getAsLong() - blockedUntilNanos < 0) {
            return Moved.NOTHING;
        }
        List<ChunkRecord> page = ask.read(new Query.ScanChunks(after, settings.batch()));
        List<ChunkRecord> due = new ArrayList<>();
        Portion portion = new Portion(settings);
        for (ChunkRecord chunk : page) {
            after = Optional.of(chunk.id());
            if (isDue(chunk, nodes)) {
                due.add(chunk);
                portion.add(chunk);
                if (portion.isFull()) {
                    // The rest of the page is for the next step, behind the throttle.
                    return move(due, nodes, true);
                }
            }
        }
        boolean more = page.size() == settings.batch() || urgentOnly;
        Moved moved = move(due, nodes, more);
        if (page.size() < settings.batch()) {
            endWalk();
        }
        return moved;
    }

    private void endWalk() {
        if (!urgentOnly && failedInWalk > 0) {
            blockedUntilNanos = nanoTime.getAsLong()
                    + settings.interval().multipliedBy(BLOCKED_INTERVALS).toNanos();
        }
        beginWalk(!urgentOnly);
    }

    private void beginWalk(boolean urgent) {
        after = Optional.empty();
        urgentOnly = urgent;
        failedInWalk = 0;
    }

    private boolean isDue(ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        List<NodeId> lost = on(NodeState.LOST, chunk, nodes);
        int others = chunk.nodes().size() - lost.size();
        if (urgentOnly) {
            return !lost.isEmpty() && others == 1;
        }
        return others > 0
                && (!lost.isEmpty() || !on(NodeState.DRAINING, chunk, nodes).isEmpty());
    }

    private Moved move(List<ChunkRecord> chunks, Map<NodeId, NodeInfo> nodes, boolean more) {
        long bytes = 0;
        Map<ChunkRecord, NodeId> replaced = new LinkedHashMap<>();
        Map<ChunkRecord, List<NodeId>> kept = new LinkedHashMap<>();
        for (Copier.Result result : copier.copy(chunks, nodes)) {
            ChunkRecord chunk = result.chunk();
            Optional<NodeId> old = leaver(chunk, nodes);
            if (result.made()) {
                bytes += chunk.length();
                old.filter(result::replaces).ifPresent(node -> replaced.put(chunk, node));
            } else {
                failedInWalk++;
                if (!on(NodeState.LOST, chunk, nodes).isEmpty()) {
                    kept.put(chunk, notLost(chunk, nodes));
                }
            }
        }
        for (ChunkRecord chunk : copier.goodOnOneOf(kept)) {
            bytes += chunk.length();
            leaver(chunk, nodes).ifPresent(lost -> replaced.put(chunk, lost));
        }
        return new Moved(bytes, copier.drop(replaced).size(), more);
    }

    /** One of the nodes it leaves, LOST ones first: another walk finds the rest. */
    private static Optional<NodeId> leaver(ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        return Stream.of(NodeState.LOST, NodeState.DRAINING)
                .flatMap(state -> on(state, chunk, nodes).stream())
                .findFirst();
    }

    private static List<NodeId> on(NodeState state, ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        return chunk.nodes().stream().filter(node -> is(nodes.get(node), state)).toList();
    }

    private static List<NodeId> notLost(ChunkRecord chunk, Map<NodeId, NodeInfo> nodes) {
        return chunk.nodes().stream()
                .filter(node -> !is(nodes.get(node), NodeState.LOST))
                .toList();
    }

    private static boolean leaves(NodeInfo node) {
        return is(node, NodeState.LOST) || is(node, NodeState.DRAINING);
    }

    private static boolean is(@Nullable NodeInfo node, NodeState state) {
        return node != null && node.state() == state;
    }
}
