package flare.repair;

import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.data.DataNodes;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.FlareException;
import flare.model.NodeState;
import flare.repair.RepairWorker.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs reclaim and the orphan sweep in turn until a whole turn finds nothing to do and the nodes' trash is empty, or the
 * time is up. Waits between turns
 * for what only time brings: read marks rise and aborted uploads are reported with the sessions' renewals.
 */
final class ReclaimNow {

    private final Ask ask;
    private final DataNodes dataNodes;
    private final ReclaimWorker reclaim;
    private final OrphanSweep sweep;
    private final LongSupplier nanoTime;
    private final Duration pause;
    private long orphans;

    ReclaimNow(
            Ask ask,
            DataNodes dataNodes,
            ReclaimWorker reclaim,
            OrphanSweep sweep,
            LongSupplier nanoTime,
            Duration pause) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.reclaim = reclaim;
        this.sweep = sweep;
        this.nanoTime = nanoTime;
        this.pause = pause;
    }

    ReclaimReport run(Duration limit) {
        long end = nanoTime.getAsLong() + limit.toNanos();
        while (true) {
            List<String> remains = turn(end);
            boolean stopped = sweep.alarm().isPresent();
            if (remains.isEmpty() || stopped || nanoTime.getAsLong() - end >= 0) {
                return new ReclaimReport(reclaim.tally().done(), orphans, remains);
            }
            sleep();
        }
    }

    /** Answers what remains. */
    private List<String> turn(long end) {
        drainReclaim(end);
        List<String> remains = new ArrayList<>(sweepOnce());
        drainReclaim(end);
        remains.addAll(unreclaimed());
        if (remains.isEmpty()) {
            remains.addAll(emptyTrash());
        }
        return remains;
    }

    /** The trash is there against mistakes; who asks for all room back asks for this, too. */
    private List<String> emptyTrash() {
        List<String> remains = new ArrayList<>();
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            Optional<DataNode> node = dataNodes.find(usage.node().id());
            if (node.isPresent()) {
                try {
                    ask.await(node.get().emptyTrash());
                } catch (DataNodeException | FlareException e) {
                    remains.add("the trash of node " + usage.node().id() + ": " + e.getMessage());
                }
            }
        }
        return remains;
    }

    /** Under load there may always be more to take away. */
    private void drainReclaim(long end) {
        while (reclaim.step() instanceof Step.Busy && nanoTime.getAsLong() - end < 0) {
            // Each step is bounded and each Busy one took something away.
        }
    }

    private List<String> sweepOnce() {
        sweep.passNow();
        Step step = sweep.step();
        while (step instanceof Step.Busy && !sweep.passEnded()) {
            step = sweep.step();
        }
        if (sweep.alarm().isPresent()) {
            return List.of("the orphan sweep stopped: " + sweep.alarm().get());
        }
        List<String> remains = new ArrayList<>();
        sweep.lastPass().ifPresent(pass -> {
            orphans += pass.orphans();
            pass.skippedNodes().forEach(node -> remains.add("not swept: " + node));
            if (pass.inFlight() > 0) {
                remains.add(pass.inFlight() + " copies of uploads whose outcome is not known yet");
            }
        });
        return remains;
    }

    private List<String> unreclaimed() {
        List<String> remains = new ArrayList<>();
        if (!ask.read(new Query.ListDeadBlobs(1)).isEmpty()) {
            remains.add("blobs that nothing refers to any more");
        }
        if (!ask.read(new Query.ListPending(1)).isEmpty()) {
            remains.add("copies being made");
        }
        Query.Sessions sessions = ask.read(new Query.ListSessions());
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            if (usage.node().state() != NodeState.REMOVED) {
                List<Command.FreedCopy> rows =
                        ask.read(new Query.ListFreed(usage.node().id(), Optional.empty(), 1));
                rows.forEach(row -> remains.add("node " + row.node() + ", " + why(row, sessions)));
            }
        }
        return remains;
    }

    private String why(Command.FreedCopy row, Query.Sessions sessions) {
        Query.@Nullable SessionInfo oldest = sessions.live().stream()
                .min(Comparator.comparingLong(Query.SessionInfo::readMark))
                .orElse(null);
        String copy = "chunk " + row.chunk() + " freed at " + row.index();
        if (oldest != null && row.index() >= oldest.readMark()) {
            return copy + ": session " + oldest.id() + " may read at " + oldest.readMark();
        }
        return copy + ": not confirmed by the node. " + reclaim.tally().note();
    }

    private void sleep() {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while reclaiming", e);
        }
    }
}
