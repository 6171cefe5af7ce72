package flare.repair;

import flare.config.PlacementSettings.Strategy;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.placement.Candidate;
import flare.placement.RebalancePlan;
import flare.repair.RebalanceReport.NodeFill;
import flare.repair.RebalanceReport.State;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** An operator's view of rebalancing. */
public final class Rebalance {

    /** What a walk was begun for, and what one was ended for: see {@link #wanted}. */
    static final String WALKED = "walked";

    static final String BALANCED = "balanced";

    private final Metadata metadata;

    Rebalance(Metadata metadata) {
        this.metadata = metadata;
    }

    public CompletionStage<RebalanceReport> report() {
        CompletableFuture<Query.WorkerState> standing =
                metadata.read(new Query.GetWorker(WorkerCursor.REBALANCE)).toCompletableFuture();
        CompletableFuture<Optional<ClusterState>> cluster =
                metadata.read(new Query.GetCluster()).toCompletableFuture();
        CompletableFuture<List<Query.NodeUsage>> usages =
                metadata.read(new Query.ListNodes()).toCompletableFuture();
        return CompletableFuture.allOf(standing, cluster, usages)
                .thenApply(all -> report(standing.join(), strategy(cluster.join()), usages.join()));
    }

    /** Moves copies until all stand well, also where nothing has changed since they last did. Answers at once. */
    public CompletionStage<RebalanceReport> start() {
        return order(Command.WorkerOrder.START);
    }

    /** Ends it after the copies under way; nothing is moved from then on until {@link #start}. */
    public CompletionStage<RebalanceReport> cancel() {
        return order(Command.WorkerOrder.PAUSE);
    }

    private CompletionStage<RebalanceReport> order(Command.WorkerOrder order) {
        return metadata.submit(new Command.OrderWorker(WorkerCursor.REBALANCE, order))
                .thenCompose(done -> report());
    }

    /** Grows with each start, of an operator or by a change of the nodes; never 0. */
    static long wanted(Query.WorkerState standing) {
        return standing.started() + 1;
    }

    static boolean isBalanced(Query.WorkerState standing) {
        return standing.cursor().number(BALANCED) == wanted(standing);
    }

    private static RebalanceReport report(
            Query.WorkerState standing, Optional<Strategy> strategy, List<Query.NodeUsage> usages) {
        RebalancePlan plan = plan(strategy.orElse(Strategy.ROUND_ROBIN), usages, node -> true);
        State state = standing.paused() ? State.CALLED_OFF : isBalanced(standing) ? State.BALANCED : State.MOVING;
        List<NodeFill> nodes = usages.stream()
                .filter(usage -> usage.node().state() == NodeState.ACTIVE)
                .map(usage -> new NodeFill(
                        usage.node().id(),
                        usage.bytes(),
                        plan.shareBytes(usage.node().id())))
                .toList();
        return new RebalanceReport(state, nodes);
    }

    static Optional<Strategy> strategy(Optional<ClusterState> cluster) {
        return cluster.flatMap(state -> Strategy.spelled(state.settings().placementStrategy()));
    }

    /** @param usable nodes that may take copies now */
    static RebalancePlan plan(Strategy strategy, List<Query.NodeUsage> usages, Predicate<NodeId> usable) {
        return new RebalancePlan(
                strategy,
                usages.stream()
                        .filter(usage -> usage.node().state() == NodeState.ACTIVE)
                        .map(usage -> {
                            NodeInfo node = usage.node();
                            return new RebalancePlan.Fill(
                                    new Candidate(node.id(), node.zone(), node.weight(), usable.test(node.id())),
                                    usage.bytes());
                        })
                        .toList());
    }
}
