package flare.repair;

import flare.config.RepairSettings;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Brings chunks back to the copies they should have, fewest copies first, and takes copies off nodes that leave. The only
 * one that plans copies, and each step ends the pulls it began: a PENDING row found between two steps is a dead
 * coordinator's, or of a plan that was committed after its step had stopped waiting for it, and is given up first.
 */
final class HealWorker implements RepairWorker {

    /** Chunks that failed lately and are passed over for a while; past it all are tried again. */
    private static final int MAX_DEFERRED = 5_000;

    private static final int MAX_ROWS = 10_000;
    private static final int DEFER_INTERVALS = 5;

    private final Ask ask;
    private final Copier copier;
    private final Evacuation evacuation;
    private final Surplus surplus;
    private final RepairSettings settings;
    private final LongSupplier nanoTime;
    private final Map<ChunkId, Long> deferredUntilNanos = new HashMap<>();

    private long done;
    private long left;
    private String note = "";
    private Optional<String> alarm = Optional.empty();

    HealWorker(Ask ask, Copier copier, RepairSettings settings, LongSupplier nanoTime) {
        this.ask = ask;
        this.copier = copier;
        this.evacuation = new Evacuation(ask, copier, settings, nanoTime);
        this.surplus = new Surplus(copier);
        this.settings = settings;
        this.nanoTime = nanoTime;
    }

    @Override
    public String name() {
        return RepairOrders.HEAL;
    }

    @Override
    public Step step() {
        if (giveUpLeftovers()) {
            return new Step.Busy(0);
        }
        List<Query.NodeUsage> usages = ask.read(new Query.ListNodes());
        if (tooManyLost(usages)) {
            return new Step.Idle(settings.interval());
        }
        List<Query.RepairItem> due = due();
        List<Query.RepairItem> lacking =
                due.stream().filter(item -> !Surplus.isIn(item)).toList();
        if (!lacking.isEmpty()) {
            return new Step.Busy(heal(lacking, usages));
        }
        if (!due.isEmpty()) {
            return new Step.Busy(trim(due, usages));
        }
        Evacuation.Moved moved = evacuation.step(usages);
        done += moved.changed();
        boolean goOn = moved.more() || moved.changed() > 0;
        return goOn ? new Step.Busy(moved.bytes()) : new Step.Idle(settings.interval());
    }

    /** Answers whether there were any. */
    private boolean giveUpLeftovers() {
        List<Query.PendingCopy> rows = ask.read(new Query.ListPending(settings.batch()));
        for (Query.PendingCopy row : rows) {
            try {
                ask.submit(new Command.AbandonCopy(row.chunk(), row.node(), row.index()));
            } catch (FlareException e) {
                if (e.fault() != Fault.CONFLICT) {
                    throw e;
                }
            }
        }
        return !rows.isEmpty();
    }

    /** Losing this many at once is more likely a mistake or a network than so many dead disks. */
    private boolean tooManyLost(List<Query.NodeUsage> usages) {
        long lost = usages.stream()
                .filter(usage -> usage.node().state() == NodeState.LOST)
                .count();
        long members = usages.stream()
                .filter(usage -> usage.node().state() != NodeState.REMOVED)
                .count();
        alarm = 3 * lost > members
                ? Optional.of(lost + " of " + members + " nodes are LOST: more than a third stops repair")
                : Optional.empty();
        return alarm.isPresent();
    }

    private List<Query.RepairItem> due() {
        long now = nanoTime.getAsLong();
        deferredUntilNanos.values().removeIf(until -> now - until >= 0);
        if (deferredUntilNanos.size() > MAX_DEFERRED) {
            deferredUntilNanos.clear();
        }
        int limit = Math.min(MAX_ROWS, settings.batch() + deferredUntilNanos.size());
        List<Query.RepairItem> items = ask.read(new Query.ListRepairs(limit));
        // A page that is not full is all there is; past it the count may be an estimate.
        left = items.size() < limit
                ? items.size()
                : Math.max(items.size(), ask.read(new Query.GetCounts()).repairs());
        return items.stream()
                .filter(item -> !deferredUntilNanos.containsKey(item.chunk().id()))
                .toList();
    }

    /** Answers the bytes moved. */
    private long heal(List<Query.RepairItem> due, List<Query.NodeUsage> usages) {
        Map<NodeId, NodeInfo> nodes = nodes(usages);
        List<ChunkRecord> chunks = new ArrayList<>();
        Portion portion = new Portion(settings);
        for (int i = 0; i < due.size() && !portion.isFull(); i++) {
            chunks.add(due.get(i).chunk());
            portion.add(due.get(i).chunk());
        }
        long bytes = 0;
        note = "";
        for (Copier.Result result : copier.copy(chunks, nodes)) {
            if (result.made()) {
                bytes += result.chunk().length();
                done++;
                left--;
            } else {
                defer(result.chunk(), result.why());
            }
        }
        return bytes;
    }

    /** Answers the bytes read to verify what stays. */
    private long trim(List<Query.RepairItem> due, List<Query.NodeUsage> usages) {
        Map<NodeId, NodeInfo> nodes = nodes(usages);
        long bytes = 0;
        note = "";
        for (Query.RepairItem item : due.subList(0, Math.min(due.size(), settings.parallel()))) {
            bytes += item.chunk().length() * item.chunk().nodes().size();
            if (surplus.trim(item, nodes)) {
                done++;
                left--;
            } else {
                defer(
                        item.chunk(),
                        "chunk " + item.chunk().id() + " has more copies than wanted, but not as many good ones");
            }
        }
        return bytes;
    }

    private void defer(ChunkRecord chunk, String why) {
        long pauseNanos = settings.interval().multipliedBy(DEFER_INTERVALS).toNanos();
        deferredUntilNanos.put(chunk.id(), nanoTime.getAsLong() + pauseNanos);
        note = why;
    }

    private static Map<NodeId, NodeInfo> nodes(List<Query.NodeUsage> usages) {
        Map<NodeId, NodeInfo> nodes = new HashMap<>();
        usages.forEach(usage -> nodes.put(usage.node().id(), usage.node()));
        return nodes;
    }

    @Override
    public Tally tally() {
        return new Tally(done, left, note, alarm);
    }
}
