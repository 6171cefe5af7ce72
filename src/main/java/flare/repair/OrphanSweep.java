package flare.repair;

import flare.config.RepairSettings;
import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.data.DataNodes;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.Query.CopyStanding;
import flare.model.ChunkId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.telemetry.CrashPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds chunks on data nodes that nothing refers to and nothing can any more, and turns them into FREED copies, which
 * reclaim deletes (I14). Page by page of a node's inventory: inventory first, then a linearizable question. A pass counts
 * the orphans of all nodes before it walks once more over those that have some and frees them, so that too many are
 * noticed before the first is freed, and none need be remembered. An orphan stays one, and apply judges each again. What a
 * node may have kept that was LOST for a time is known by number, and not taken for too many.
 *
 * <p>A copy of a chunk that is counted on, on a node that its record does not name, may be one that is missed elsewhere: see
 * {@link UnlocatedCopies}.
 *
 * <p>A chunk of a session never issued, or too many orphans in a pass, stops the sweep until an operator's word: that is
 * what a foreign disk or lost metadata looks like.
 */
final class OrphanSweep implements RepairWorker {

    static final String NAME = "orphan-sweep";

    /** What one pass over all nodes found. */
    record Findings(long checked, long orphans, long inFlight, List<String> skippedNodes) {

        private String sentence() {
            return "last pass: " + orphans + " orphans among " + checked + " chunks, " + inFlight + " being written"
                    + (skippedNodes.isEmpty() ? "" : "; not looked at: " + String.join(", ", skippedNodes));
        }
    }

    private final Ask ask;
    private final DataNodes dataNodes;
    private final UnlocatedCopies unlocated;
    private final RepairSettings settings;
    private final LongSupplier nanoTime;
    private final long term;

    private final Deque<Query.NodeUsage> nodesLeft = new ArrayDeque<>();
    private Query.@Nullable NodeUsage node;
    private Optional<ChunkId> after = Optional.empty();
    private boolean anyNumber;

    private boolean freeing;
    private final Deque<Query.NodeUsage> withOrphans = new ArrayDeque<>();
    private long copies;
    private long checked;
    private long orphans;
    private long unexpected;
    private long freedInPass;
    private long expectedOnNode;
    private long inFlight;
    private final List<String> skipped = new ArrayList<>();
    private Optional<Findings> lastPass = Optional.empty();
    private long nextPassNanos;
    private Optional<String> alarm = Optional.empty();
    /** The last order given when the alarm was first looked at: only a later one can be about it. */
    private OptionalLong orderBefore = OptionalLong.empty();

    private long freed;
    private long adopted;

    OrphanSweep(
            Ask ask,
            DataNodes dataNodes,
            UnlocatedCopies unlocated,
            RepairSettings settings,
            LongSupplier nanoTime,
            long term) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.unlocated = unlocated;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.term = term;
        // The first pass begins at once: orphans are left by crashes, and a crash is what most elections follow.
        this.nextPassNanos = nanoTime.getAsLong();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Step step() {
        if (alarm.isPresent()) {
            return awaitOrder();
        }
        if (node == null) {
            return nextNode();
        }
        return new Step.Busy(sweepPage(node));
    }

    /** Of the last complete pass; empty before the first. */
    Optional<Findings> lastPass() {
        return lastPass;
    }

    /** Whether no pass is under way. */
    boolean passEnded() {
        return node == null && nodesLeft.isEmpty();
    }

    Optional<String> alarm() {
        return alarm;
    }

    /** Ends the pause before the next pass. */
    void passNow() {
        nextPassNanos = nanoTime.getAsLong();
    }

    /** An operator's start, given since it stopped, begins a pass anew that takes any number of orphans. */
    private Step awaitOrder() {
        long order = ask.read(new Query.GetWorker(NAME)).started();
        if (orderBefore.isEmpty()) {
            orderBefore = OptionalLong.of(order);
        }
        if (orderBefore.getAsLong() == order) {
            return new Step.Idle(settings.interval());
        }
        anyNumber = true;
        beginPass();
        orderBefore = OptionalLong.empty();
        alarm = Optional.empty();
        return new Step.Busy(0);
    }

    private Step nextNode() {
        node = nodesLeft.poll();
        if (node != null) {
            after = Optional.empty();
            expectedOnNode = node.leftBehind();
            return new Step.Busy(0);
        }
        long now = nanoTime.getAsLong();
        if (now - nextPassNanos >= 0) {
            beginPass();
            return new Step.Busy(0);
        }
        Duration untilNext = Duration.ofNanos(nextPassNanos - now);
        return new Step.Idle(untilNext.compareTo(settings.interval()) < 0 ? untilNext : settings.interval());
    }

    private void beginPass() {
        node = null;
        nodesLeft.clear();
        withOrphans.clear();
        skipped.clear();
        freeing = false;
        copies = 0;
        checked = 0;
        orphans = 0;
        unexpected = 0;
        inFlight = 0;
        freedInPass = 0;
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            if (serves(usage.node())) {
                nodesLeft.add(usage);
                copies += usage.copies();
            }
        }
        nextPassNanos = nanoTime.getAsLong() + settings.orphanInterval().toNanos();
        goOnIfNoNodeIsLeft();
    }

    private static boolean serves(NodeInfo node) {
        return node.state() == NodeState.ACTIVE || node.state() == NodeState.DRAINING;
    }

    /** Answers the bytes read to verify copies. */
    private long sweepPage(Query.NodeUsage swept) {
        Optional<DataNode> dataNode = dataNodes.find(swept.node().id());
        List<ChunkId> page;
        try {
            page = dataNode.isEmpty() ? List.of() : ask.await(dataNode.get().inventory(after, settings.batch()));
        } catch (DataNodeException e) {
            skip("node " + swept.node().id() + ": " + e.getMessage());
            return 0;
        }
        if (dataNode.isEmpty()) {
            skip("node " + swept.node().id() + " is not known here");
            return 0;
        }
        Found found = orphans(swept, page);
        long bytes = 0;
        if (alarm.isEmpty() && freeing && !found.unlocated.isEmpty()) {
            UnlocatedCopies.Sorted sorted = unlocated.sort(swept.node().id(), found.unlocated);
            bytes = sorted.bytes();
            adopted += sorted.adopted();
            found.orphans.addAll(sorted.spare());
        } else {
            found.orphans.addAll(found.unlocated);
        }
        if (alarm.isEmpty()) {
            take(swept, found.orphans);
        }
        if (alarm.isPresent()) {
            return bytes;
        }
        if (page.size() < settings.batch()) {
            node = null;
            goOnIfNoNodeIsLeft();
        } else {
            after = Optional.of(page.get(page.size() - 1));
        }
        return bytes;
    }

    /** Of one page. */
    private record Found(List<ChunkId> orphans, List<ChunkId> unlocated) {}

    private Found orphans(Query.NodeUsage swept, List<ChunkId> page) {
        Found found = new Found(new ArrayList<>(), new ArrayList<>());
        if (page.isEmpty()) {
            return found;
        }
        List<CopyStanding> standings =
                ask.read(new Query.ExplainCopies(swept.node().id(), page));
        checked += freeing ? 0 : page.size();
        for (int i = 0; i < page.size(); i++) {
            switch (standings.get(i)) {
                case ORPHAN -> found.orphans.add(page.get(i));
                case UNLOCATED -> found.unlocated.add(page.get(i));
                case IN_FLIGHT -> inFlight += freeing ? 0 : 1;
                case UNKNOWN_SESSION ->
                    stop("node " + swept.node().id() + " has chunk " + page.get(i)
                            + " of a session that was never issued: a foreign disk, or metadata was lost");
                case LOCATED, PENDING, FREED -> {}
            }
        }
        return found;
    }

    /** Counts a page's orphans, or frees them where the count of the whole pass allows it. */
    private void take(Query.NodeUsage swept, List<ChunkId> found) {
        if (found.isEmpty()) {
            return;
        }
        long expected = Math.min(expectedOnNode, found.size());
        expectedOnNode -= expected;
        long inPass = found.size() - expected + (freeing ? freedInPass : unexpected);
        long limit = Math.max(settings.orphanStopCount(), (long) (settings.orphanStopShare() * copies));
        if (!anyNumber && inPass > limit) {
            stop("there are more than " + limit + " chunks that nothing refers to, the last of them on node "
                    + swept.node().id() + "; 'flare repair resume --orphans' if they may go");
        } else if (freeing) {
            freed += ask.submit(new Command.FreeOrphans(swept.node().id(), found, term))
                    .size();
            freedInPass = inPass;
            CrashPoint.FREED_COMMITTED.reached();
        } else {
            orphans += found.size();
            unexpected = inPass;
            if (!swept.equals(withOrphans.peekLast())) {
                withOrphans.add(swept);
            }
        }
    }

    private void stop(String reason) {
        alarm = Optional.of(reason);
        node = null;
        nodesLeft.clear();
    }

    private void skip(String reason) {
        skipped.add(reason);
        node = null;
        goOnIfNoNodeIsLeft();
    }

    private void goOnIfNoNodeIsLeft() {
        if (!nodesLeft.isEmpty()) {
            return;
        }
        if (!freeing && !withOrphans.isEmpty()) {
            freeing = true;
            nodesLeft.addAll(withOrphans);
            return;
        }
        anyNumber = false;
        lastPass = Optional.of(new Findings(checked, orphans, inFlight, List.copyOf(skipped)));
    }

    /** Copies that were missed elsewhere, and count again. */
    long adopted() {
        return adopted;
    }

    @Override
    public Tally tally() {
        String note = alarm.map(reason -> "stopped")
                .orElseGet(() -> node == null
                        ? lastPass.map(Findings::sentence).orElse("")
                        : "node " + node.node().id());
        return new Tally(freed, nodesLeft.size() + (node == null ? 0 : 1), note, alarm);
    }
}
