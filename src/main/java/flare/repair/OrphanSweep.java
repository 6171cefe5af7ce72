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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds chunks on data nodes that nothing refers to and nothing can any more, and turns them into FREED copies, which
 * reclaim deletes (I14). Page by page of a node's inventory: inventory first, then a linearizable question, then the
 * orphans of the node at once, so that too many of them are noticed before the first is freed. An orphan stays one, and
 * apply judges each again.
 *
 * <p>A chunk of a session never issued, or too many orphans on a node, stops the sweep until an operator's word: that is
 * what a foreign disk or lost metadata looks like.
 */
final class OrphanSweep implements RepairWorker {

    /** What one pass over all nodes found. */
    record Findings(long checked, long orphans, long inFlight, List<String> skippedNodes) {

        private String sentence() {
            return "last pass: " + orphans + " orphans among " + checked + " chunks, " + inFlight + " being written"
                    + (skippedNodes.isEmpty() ? "" : "; not looked at: " + String.join(", ", skippedNodes));
        }
    }

    private final Ask ask;
    private final DataNodes dataNodes;
    private final RepairSettings settings;
    private final LongSupplier nanoTime;
    private final AtomicBoolean resume;
    private final long term;

    private final Deque<Query.NodeUsage> nodesLeft = new ArrayDeque<>();
    private Query.@Nullable NodeUsage node;
    private Optional<ChunkId> after = Optional.empty();
    private final Set<ChunkId> orphansOfNode = new LinkedHashSet<>();
    private boolean anyNumber;

    private long checked;
    private long orphans;
    private long inFlight;
    private final List<String> skipped = new ArrayList<>();
    private Optional<Findings> lastPass = Optional.empty();
    private long nextPassNanos;
    private Optional<String> alarm = Optional.empty();
    private long freed;

    /** @param resume set by an operator: the stopped sweep begins anew and takes any number of orphans once */
    OrphanSweep(
            Ask ask,
            DataNodes dataNodes,
            RepairSettings settings,
            LongSupplier nanoTime,
            AtomicBoolean resume,
            long term) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.resume = resume;
        this.term = term;
        // The first pass begins at once: orphans are left by crashes, and a crash is what most elections follow.
        this.nextPassNanos = nanoTime.getAsLong();
    }

    @Override
    public String name() {
        return "orphan-sweep";
    }

    @Override
    public Step step() {
        if (alarm.isPresent()) {
            if (!resume.getAndSet(false)) {
                return new Step.Idle(settings.interval());
            }
            alarm = Optional.empty();
            anyNumber = true;
            beginPass();
            return new Step.Busy(0);
        }
        if (node == null) {
            return nextNode();
        }
        sweepPage(node);
        return new Step.Busy(0);
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

    private Step nextNode() {
        node = nodesLeft.poll();
        if (node != null) {
            after = Optional.empty();
            orphansOfNode.clear();
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
        skipped.clear();
        checked = 0;
        orphans = 0;
        inFlight = 0;
        ask.read(new Query.ListNodes()).stream()
                .filter(usage -> serves(usage.node()))
                .forEach(nodesLeft::add);
        nextPassNanos = nanoTime.getAsLong() + settings.orphanInterval().toNanos();
        endPassIfNoNodeIsLeft();
    }

    private static boolean serves(NodeInfo node) {
        return node.state() == NodeState.ACTIVE || node.state() == NodeState.DRAINING;
    }

    private void sweepPage(Query.NodeUsage swept) {
        Optional<DataNode> dataNode = dataNodes.find(swept.node().id());
        List<ChunkId> page;
        try {
            page = dataNode.isEmpty() ? List.of() : ask.await(dataNode.get().inventory(after, settings.batch()));
        } catch (DataNodeException e) {
            skip("node " + swept.node().id() + ": " + e.getMessage());
            return;
        }
        if (dataNode.isEmpty()) {
            skip("node " + swept.node().id() + " is not known here");
            return;
        }
        explain(swept, page);
        if (alarm.isPresent()) {
            return;
        }
        if (page.size() < settings.batch()) {
            endNode(swept);
        } else {
            after = Optional.of(page.get(page.size() - 1));
        }
    }

    private void explain(Query.NodeUsage swept, List<ChunkId> page) {
        if (page.isEmpty()) {
            return;
        }
        List<CopyStanding> standings =
                ask.read(new Query.ExplainCopies(swept.node().id(), page));
        checked += page.size();
        for (int i = 0; i < page.size(); i++) {
            switch (standings.get(i)) {
                case ORPHAN -> orphansOfNode.add(page.get(i));
                case IN_FLIGHT -> inFlight++;
                case UNKNOWN_SESSION ->
                    stop("node " + swept.node().id() + " has chunk " + page.get(i)
                            + " of a session that was never issued: a foreign disk, or metadata was lost");
                case LOCATED, PENDING, FREED -> {}
            }
        }
        long limit = Math.max(settings.orphanStopCount(), (long) (settings.orphanStopShare() * swept.copies()));
        if (!anyNumber && orphansOfNode.size() > limit) {
            stop("node " + swept.node().id() + " has more than " + limit
                    + " chunks that nothing refers to; resume the sweep if they may go");
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
        endPassIfNoNodeIsLeft();
    }

    private void endNode(Query.NodeUsage swept) {
        List<ChunkId> found = List.copyOf(orphansOfNode);
        for (int from = 0; from < found.size(); from += settings.batch()) {
            List<ChunkId> some = found.subList(from, Math.min(found.size(), from + settings.batch()));
            freed += ask.submit(new Command.FreeOrphans(swept.node().id(), some, term))
                    .size();
            CrashPoint.FREED_COMMITTED.reached();
        }
        orphans += orphansOfNode.size();
        orphansOfNode.clear();
        node = null;
        endPassIfNoNodeIsLeft();
    }

    private void endPassIfNoNodeIsLeft() {
        if (nodesLeft.isEmpty()) {
            anyNumber = false;
            lastPass = Optional.of(new Findings(checked, orphans, inFlight, List.copyOf(skipped)));
        }
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
