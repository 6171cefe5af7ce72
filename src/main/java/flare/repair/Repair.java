package flare.repair;

import flare.cluster.NodeMap;
import flare.cluster.NodeMapActor;
import flare.cluster.NodeView;
import flare.config.RepairSettings;
import flare.config.ScrubSettings;
import flare.config.SessionSettings;
import flare.data.DataNode.NodeHealth;
import flare.data.DataNodes;
import flare.metadata.Metadata;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.placement.Placement;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;

/** The door to background work: makes the coordinator's workers, shows their progress, takes an operator's orders. */
public final class Repair {

    /** Sessions renew every few seconds; a turn over nothing is cheap. */
    private static final Duration RECLAIM_PAUSE = Duration.ofMillis(250);

    /** Copies in doubt that one node is asked for at a time. */
    private static final int CHECKED_AT_ONCE = 4;

    /** A step fails mostly while there is no leader: the start of a process should not wait long for the next try. */
    private static final int RETRIES_AN_INTERVAL = 4;

    /** What the workers act on. */
    public record Reach(Metadata metadata, DataNodes dataNodes, Placement placement, NodeMap nodeMap) {}

    /**
     * Where the nodes of the node map come from.
     *
     * @param named addresses from the settings, and of this process's own nodes
     * @param identify asks whoever answers there for its health, without expecting a certain node
     * @param nodeMap told which nodes to distrust
     */
    public record NodeSources(
            Supplier<List<URI>> named,
            Function<URI, CompletionStage<NodeHealth>> identify,
            ActorRef<NodeMapActor.Command> nodeMap) {}

    /** The settings that workers go by. */
    public record Choices(RepairSettings repair, SessionSettings session, ScrubSettings scrub) {}

    private final Reach reach;
    private final NodeSources sources;
    private final RepairSettings settings;
    private final SessionSettings sessions;
    private final Scrub scrub;
    private final ProgressBoard board;
    private final Ask ask;
    private final CopyTurn turn;
    private final LongSupplier nanoTime = System::nanoTime;
    private volatile Set<NodeId> distrusted = Set.of();
    private @Nullable CompletionStage<ReclaimReport> reclaiming;

    public Repair(Reach reach, NodeSources sources, Choices choices, MeterRegistry metrics) {
        this.reach = reach;
        this.sources = sources;
        this.settings = choices.repair();
        this.sessions = choices.session();
        this.scrub = new Scrub(reach, choices, metrics);
        this.board = new ProgressBoard(metrics);
        this.ask = new Ask(reach.metadata(), settings.callTimeout());
        this.turn = new CopyTurn(settings);
    }

    /** The actor to spawn, once, in each API process. */
    public Behavior<?> coordinator() {
        return Coordinator.create(
                reach.metadata()::status,
                new Coordinator.Duties(
                        () -> List.of(nodeSync()),
                        this::workers,
                        new WorkerActor.Pace(
                                settings.rate().bytes(), settings.interval().dividedBy(RETRIES_AN_INTERVAL))),
                board,
                nanoTime);
    }

    /**
     * Takes the data node at the URL into the node map. UNAVAILABLE if nobody answers there who knows the cluster's secret;
     * CONFLICT for a node of another cluster, or one that has an entry.
     */
    public CompletionStage<NodeId> addNode(URI url, String zone, double weight) {
        return new NodeAdmission(reach.metadata(), sources.identify()).admit(url, zone, weight);
    }

    public Rebalance rebalance() {
        return new Rebalance(reach.metadata());
    }

    public Scrub scrub() {
        return scrub;
    }

    /** A comparison of the records with the disks, to be stepped through; in any process with metadata. */
    public DiskCheck diskCheck() {
        return new DiskCheck(
                ask,
                reach.dataNodes(),
                new CopyVerifier(reach.dataNodes(), node -> true, CHECKED_AT_ONCE, settings.callTimeout()),
                reach.metadata()::referents,
                settings.batch());
    }

    /** All workers' reports; STOPPED ones where this process does not lead, none before it ever did. */
    public List<Progress> progress() {
        return board.reports();
    }

    public RepairOrders orders() {
        return new RepairOrders(reach.metadata());
    }

    /**
     * Gives back all room that can be, and completes once nothing is left or the limit has passed, saying what remains.
     * Runs on the leader only: UNAVAILABLE elsewhere. Calls while one runs join it.
     */
    public synchronized CompletionStage<ReclaimReport> reclaimNowAndWait(Duration limit, ActorSystem<?> system) {
        CompletionStage<ReclaimReport> running = reclaiming;
        if (running != null && !running.toCompletableFuture().isDone()) {
            return running;
        }
        OptionalLong term = reach.metadata().status().leadingTerm();
        if (term.isEmpty()) {
            return CompletableFuture.failedStage(new FlareException(
                    Fault.UNAVAILABLE,
                    "reclaim runs on the leader, which is "
                            + reach.metadata().status().leader().orElse("not known")));
        }
        Executor blocking = system.dispatchers().lookup(DispatcherSelector.blocking());
        ReclaimNow now = new ReclaimNow(
                ask,
                reach.dataNodes(),
                new ReclaimWorker(ask, reach.dataNodes(), settings, term.getAsLong()),
                sweep(term.getAsLong()),
                nanoTime,
                RECLAIM_PAUSE);
        CompletionStage<ReclaimReport> started = CompletableFuture.supplyAsync(
                () -> {
                    RepairOrders.requireDeleting(ask);
                    return now.run(limit);
                },
                blocking);
        reclaiming = started;
        return started;
    }

    private List<RepairWorker> workers(long term) {
        Copier copier = copier(term);
        return List.of(
                new SessionExpiry(ask, sessions, nanoTime, term),
                new LostWatch(
                        ask,
                        new LostWatch.Sight(this::answers, this::isHealthy, node -> !distrusted.contains(node)),
                        settings,
                        nanoTime,
                        term),
                new UploadExpiry(ask, settings, term),
                deleting(new ReclaimWorker(ask, reach.dataNodes(), settings, term)),
                deleting(sweep(term)),
                obeying(turn.first(new HealWorker(ask, copier, settings, nanoTime))),
                obeying(turn.second(new RebalanceWorker(ask, copier, this::isUsable, settings, term))),
                new PolicyWorker(ask, settings.interval(), settings.batch(), term),
                new SpaceWorker(ask, settings.batch(), term),
                scrub.worker(ask, term));
    }

    /** In every API process: each may have nodes of its own, and each must know which ones not to trust. */
    private RepairWorker nodeSync() {
        return new NodeSync(ask, sources.named(), sources.identify(), distrust(), settings.interval());
    }

    private RepairWorker obeying(RepairWorker worker) {
        return RepairOrders.obeying(worker, ask, settings.interval());
    }

    private RepairWorker deleting(RepairWorker worker) {
        return RepairOrders.deleting(worker, ask, settings.interval());
    }

    private Copier copier(long term) {
        return new Copier(ask, reach.dataNodes(), reach.placement(), this::hasCopies, settings, term);
    }

    private OrphanSweep sweep(long term) {
        return new OrphanSweep(
                ask, reach.dataNodes(), new UnlocatedCopies(ask, copier(term), term), settings, nanoTime, term);
    }

    private boolean answers(NodeId node) {
        return reach.nodeMap().find(node).map(NodeView::answers).orElse(false);
    }

    private boolean isHealthy(NodeId node) {
        return reach.nodeMap()
                .find(node)
                .map(view -> view.health() == NodeView.Health.HEALTHY)
                .orElse(false);
    }

    /** Those of a LOST node count as gone. */
    private boolean hasCopies(NodeId node) {
        return isHealthy(node)
                && reach.nodeMap()
                        .find(node)
                        .map(view -> view.node().state() != NodeState.LOST)
                        .orElse(false);
    }

    private boolean isUsable(NodeId node) {
        return reach.nodeMap().find(node).map(NodeView::usable).orElse(false);
    }

    private NodeSync.Distrust distrust() {
        Map<NodeId, String> told = new HashMap<>();
        return reasons -> {
            reasons.forEach((node, reason) -> sources.nodeMap().tell(new NodeMapActor.Distrust(node, reason)));
            told.keySet().stream()
                    .filter(node -> !reasons.containsKey(node))
                    .forEach(node -> sources.nodeMap().tell(new NodeMapActor.Trust(node)));
            told.clear();
            told.putAll(reasons);
            distrusted = Set.copyOf(reasons.keySet());
        };
    }
}
