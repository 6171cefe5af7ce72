package flare.repair;

import flare.config.PlacementSettings.Strategy;
import flare.config.RepairSettings;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.placement.RebalancePlan;
import flare.placement.RebalancePlan.Move;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Brings copies where the node map wants them, after it has changed: walks over all chunks until a walk finds none that
 * stands on a wrong node, and records that. A copy is dropped from its old node once the new one is verified and committed
 * (I15). Nothing but that record is kept: a walk that is cut off begins again, and finds what was moved where it belongs.
 */
final class RebalanceWorker implements RepairWorker {

    /** Before the next walk when one found what it could not move. */
    private static final int BLOCKED_INTERVALS = 15;

    private final Ask ask;
    private final Copier copier;
    private final Predicate<NodeId> usable;
    private final RepairSettings settings;
    private final long term;

    private long walkedFor;
    private Optional<ChunkId> after = Optional.empty();
    private long movedInWalk;
    private String blocked = "";

    private long done;
    private long left = -1;
    private String note = "";

    /** @param usable nodes that may take copies now */
    RebalanceWorker(Ask ask, Copier copier, Predicate<NodeId> usable, RepairSettings settings, long term) {
        this.ask = ask;
        this.copier = copier;
        this.usable = usable;
        this.settings = settings;
        this.term = term;
    }

    @Override
    public String name() {
        return WorkerCursor.REBALANCE;
    }

    @Override
    public Step step() {
        Query.WorkerState standing = ask.read(new Query.GetWorker(name()));
        Optional<Strategy> strategy = Rebalance.strategy(ask.read(new Query.GetCluster()));
        List<Query.NodeUsage> usages = ask.read(new Query.ListNodes());
        if (strategy.isEmpty()) {
            return rest("");
        }
        if (standing.paused()) {
            return rest("called off; 'flare rebalance start' goes on");
        }
        Optional<Query.NodeUsage> leaving = usages.stream()
                .filter(usage -> usage.copies() > 0 && usage.node().state() != NodeState.ACTIVE)
                .findFirst();
        if (leaving.isPresent()) {
            NodeInfo node = leaving.get().node();
            return rest("waits until node " + node.id() + ", which is " + node.state() + ", has no copies any more");
        }
        if (Rebalance.isBalanced(standing)) {
            left = 0;
            return rest("");
        }
        long wanted = Rebalance.wanted(standing);
        if (walkedFor != wanted) {
            // Said before the walk, so that a change of the nodes in its middle is not taken for an old one.
            save(Map.of(Rebalance.WALKED, wanted));
            walkedFor = wanted;
            beginWalk();
        }
        return walk(Rebalance.plan(strategy.get(), usages, usable), usages);
    }

    private void save(Map<String, Long> numbers) {
        ask.submit(new Command.SaveCursor(name(), new WorkerCursor("", numbers), term));
    }

    private Step rest(String why) {
        walkedFor = 0;
        note = why;
        return new Step.Idle(settings.interval());
    }

    private void beginWalk() {
        after = Optional.empty();
        movedInWalk = 0;
        blocked = "";
    }

    private Step walk(RebalancePlan plan, List<Query.NodeUsage> usages) {
        List<ChunkRecord> page = ask.read(new Query.ScanChunks(after, settings.batch()));
        left = plan.surplusCopies(
                usages.stream().mapToLong(Query.NodeUsage::copies).sum());
        List<Move> moves = new ArrayList<>();
        Portion portion = new Portion(settings);
        for (ChunkRecord chunk : page) {
            after = Optional.of(chunk.id());
            plan.move(chunk).ifPresent(move -> {
                moves.add(move);
                portion.add(chunk);
            });
            if (portion.isFull()) {
                // The rest of the page is for the next step, behind the throttle.
                return new Step.Busy(move(moves, usages));
            }
        }
        long bytes = move(moves, usages);
        return page.size() == settings.batch() ? new Step.Busy(bytes) : endWalk(plan, bytes);
    }

    private Step endWalk(RebalancePlan plan, long bytes) {
        boolean moved = movedInWalk > 0;
        String obstacle = blocked.isEmpty() ? plan.obstacle().orElse("") : blocked;
        beginWalk();
        if (moved) {
            return new Step.Busy(bytes);
        }
        if (!obstacle.isEmpty()) {
            note = obstacle;
            return new Step.Idle(settings.interval().multipliedBy(BLOCKED_INTERVALS));
        }
        save(Map.of(Rebalance.WALKED, walkedFor, Rebalance.BALANCED, walkedFor));
        left = 0;
        return rest("");
    }

    /** Answers the bytes moved. */
    private long move(List<Move> moves, List<Query.NodeUsage> usages) {
        Map<NodeId, NodeInfo> nodes = new HashMap<>();
        usages.forEach(usage -> nodes.put(usage.node().id(), usage.node()));
        Map<ChunkRecord, NodeId> targets = new LinkedHashMap<>();
        Map<ChunkRecord, NodeId> sources = new HashMap<>();
        for (Move move : moves) {
            targets.put(move.chunk(), move.to());
            sources.put(move.chunk(), move.from());
        }
        long bytes = 0;
        note = "";
        Map<ChunkRecord, NodeId> replaced = new LinkedHashMap<>();
        for (Copier.Result result : copier.copyTo(targets, nodes)) {
            if (result.made()) {
                // Where this drops nothing the chunk has a copy too many, and healing decides which is the worst.
                Optional.ofNullable(sources.get(result.chunk()))
                        .filter(result::replaces)
                        .ifPresent(node -> replaced.put(result.chunk(), node));
                bytes += result.chunk().length();
                movedInWalk++;
                done++;
            } else {
                blocked = result.why();
                note = blocked;
            }
        }
        copier.drop(replaced);
        return bytes;
    }

    @Override
    public Tally tally() {
        return new Tally(done, left, note, Optional.empty());
    }
}
