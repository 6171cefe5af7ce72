package flare.admin;

import flare.admin.doctor.LoneVoter;
import flare.backup.BackupSource;
import flare.metadata.ClusterSettings;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftChange;
import flare.metadata.RaftStatus;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.object.ObjectLocator;
import flare.telemetry.BuildInfo;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An API process: reads the cluster through the metadata, and its data nodes' health from its own probes. */
public final class ApiProcess implements AdminOperations {

    private final Metadata metadata;
    private final int writeQuorum;
    private final Duration readLimit;
    private final Supplier<List<NodeHealth>> health;
    private final BackgroundWork work;
    private final Supplier<Optional<CertificateStatus>> certificate;
    private final OpenUploads openUploads;
    private final UserAdministration users;
    private final Function<ObjectLocator.Question, CompletionStage<ObjectLocator.Page>> locator;

    /**
     * @param writeQuorum the setting; 0 for a majority of the wanted copies
     * @param readLimit how long health and status wait for the metadata before they say that it does not answer
     * @param health all nodes that this process probes, as they are now
     * @param certificate of the object port, as it is now
     * @param locator where the bytes of objects are
     */
    public ApiProcess(
            Metadata metadata,
            int writeQuorum,
            Duration readLimit,
            Supplier<List<NodeHealth>> health,
            BackgroundWork work,
            Supplier<Optional<CertificateStatus>> certificate,
            UserAdministration users,
            Function<ObjectLocator.Question, CompletionStage<ObjectLocator.Page>> locator) {
        this.metadata = metadata;
        this.writeQuorum = writeQuorum;
        this.readLimit = readLimit;
        this.health = health;
        this.work = work;
        this.certificate = certificate;
        this.users = users;
        this.locator = locator;
        this.openUploads = new OpenUploads(metadata, Clock.systemUTC());
    }

    @Override
    public CompletionStage<List<String>> obstacles() {
        return read(new Query.GetCluster()).handle((cluster, failure) -> {
            List<String> obstacles = new ArrayList<>();
            if (failure != null) {
                obstacles.add("the metadata can't be read: " + sentence(failure));
            } else if (cluster.isEmpty()) {
                obstacles.add("the cluster is not initialised yet");
            } else {
                tooFewNodes(cluster.get().settings()).ifPresent(obstacles::add);
            }
            if (!metadata.status().sessionLive()) {
                obstacles.add("this process has no live session with the metadata, so it can't write");
            }
            return List.copyOf(obstacles);
        });
    }

    private Optional<String> tooFewNodes(ClusterSettings settings) {
        int needed = Math.max(settings.wantedCopies() / 2 + 1, writeQuorum);
        List<NodeHealth> nodes = health.get();
        long usable = nodes.stream().filter(NodeHealth::usable).count();
        if (usable >= needed) {
            return Optional.empty();
        }
        String others = nodes.stream()
                .filter(node -> !node.usable())
                .map(node -> "; node " + node.node() + ": " + node.reason())
                .collect(Collectors.joining());
        return Optional.of("a write needs " + needed + " usable data nodes and there are " + usable + others);
    }

    @Override
    public CompletionStage<Status> status() {
        CompletableFuture<Optional<ClusterState>> cluster = read(new Query.GetCluster());
        CompletableFuture<List<NodeStatus>> nodes = nodes();
        CompletableFuture<Query.Sessions> sessions = read(new Query.ListSessions());
        CompletableFuture<Query.Counts> counts = read(new Query.GetCounts());
        CompletableFuture<Query.Space> space = read(new Query.GetSpace());
        return CompletableFuture.allOf(cluster, nodes, sessions, counts, space)
                .handle((done, failure) -> failure == null
                        ? status(cluster.join(), nodes.join(), sessions.join(), counts.join(), space.join())
                        : unreadable("the metadata can't be read: " + sentence(failure)));
    }

    private Status status(
            Optional<ClusterState> cluster,
            List<NodeStatus> nodes,
            Query.Sessions sessions,
            Query.Counts counts,
            Query.Space space) {
        int copies = cluster.map(state -> state.settings().wantedCopies()).orElse(1);
        return new Status(
                BuildInfo.version(),
                cluster.map(ApiProcess::cluster).orElse(null),
                raft(metadata.status()),
                nodes,
                sessions(sessions),
                new Status.Counts(
                        counts.objects(),
                        counts.blobs(),
                        counts.chunks(),
                        counts.deadBlobs(),
                        counts.freed(),
                        counts.pending(),
                        counts.repairs()),
                SpaceTotals.of(space, nodes, copies),
                work.workers(),
                certificate.get().orElse(null),
                cluster.isPresent() ? null : "the cluster is not initialised yet",
                warnings(cluster, nodes));
    }

    private Status unreadable(String problem) {
        return new Status(
                BuildInfo.version(),
                null,
                raft(metadata.status()),
                List.of(),
                null,
                null,
                null,
                work.workers(),
                certificate.get().orElse(null),
                problem,
                List.of());
    }

    private List<String> warnings(Optional<ClusterState> cluster, List<NodeStatus> nodes) {
        List<URI> urls = nodes.stream()
                .filter(node -> !node.state().equals("removed"))
                .map(node -> URI.create(node.url()))
                .toList();
        int copies = cluster.map(state -> state.settings().wantedCopies()).orElse(1);
        return LoneVoter.risk(metadata.status().voters(), copies, urls)
                .map(risk -> risk + ". The way out: " + LoneVoter.WAY_OUT)
                .stream()
                .toList();
    }

    @Override
    public CompletionStage<ReclaimResult> reclaim() {
        return work.reclaimNow();
    }

    @Override
    public CompletionStage<RebalanceStatus> rebalance() {
        return work.rebalance();
    }

    @Override
    public CompletionStage<RebalanceStatus> setRebalance(boolean wanted) {
        return work.setRebalance(wanted);
    }

    @Override
    public CompletionStage<UploadList> uploads(UploadFilter filter) {
        return openUploads.list(filter);
    }

    @Override
    public CompletionStage<AbortedUploads> abortUploads(UploadFilter filter) {
        return openUploads.abort(filter);
    }

    @Override
    public UserAdministration users() {
        return users;
    }

    @Override
    public CompletionStage<NodeStatus> markLost(NodeId node) {
        return metadata.submit(new Command.MarkLost(node, OptionalLong.empty())).thenCompose(done -> node(node));
    }

    @Override
    public CompletionStage<NodeStatus> setNodeState(NodeId node, NodeState state) {
        return metadata.submit(new Command.SetNodeState(node, state)).thenCompose(done -> node(node));
    }

    @Override
    public CompletionStage<NodeStatus> addNode(URI url, String zone, double weight) {
        return work.addNode(url, zone, weight).thenCompose(this::node);
    }

    @Override
    public CompletionStage<NodeStatus> placeNode(NodeId node, Optional<String> zone, Optional<Double> weight) {
        return metadata.submit(new Command.PlaceNode(node, zone, weight)).thenCompose(done -> node(node));
    }

    private CompletionStage<NodeStatus> node(NodeId node) {
        return nodes().thenApply(nodes -> nodes.stream()
                .filter(status -> status.id() == node.value())
                .findFirst()
                .orElseThrow(() -> new FlareException(Fault.NO_SUCH_NODE, "there is no node " + node)));
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> raftPeers() {
        return metadata.peers()
                .list()
                .thenApply(peers -> peers.stream().map(RaftPeerStatus::of).toList());
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> changeRaft(RaftChange change) {
        return metadata.peers().change(change).thenCompose(done -> raftPeers());
    }

    @Override
    public CompletionStage<LocatedObject> locate(ObjectLocator.Question question) {
        return locator.apply(question).thenApply(page -> LocatedObject.of(question.bucket(), page));
    }

    @Override
    public CompletionStage<Status.Cluster> settings() {
        return read(new Query.GetCluster())
                .thenApply(cluster -> cluster.map(ApiProcess::cluster)
                        .orElseThrow(() -> new FlareException(Fault.UNAVAILABLE, "there is no cluster yet")));
    }

    @Override
    public CompletionStage<Status.Cluster> changeSettings(Command.SetClusterSettings change) {
        return metadata.submit(change).thenApply(ApiProcess::cluster);
    }

    @Override
    public CompletionStage<RepairStatus> repairing() {
        return work.repairing();
    }

    @Override
    public CompletionStage<RepairStatus> pauseRepair() {
        return work.pauseRepair();
    }

    @Override
    public CompletionStage<RepairStatus> resumeRepair(boolean orphans) {
        return work.resumeRepair(orphans);
    }

    @Override
    public CompletionStage<ScrubStatus> scrubbing() {
        return work.scrubbing();
    }

    @Override
    public CompletionStage<ScrubStatus> orderScrubbing(Command.WorkerOrder order) {
        return work.orderScrubbing(order);
    }

    @Override
    public CompletionStage<Query.BucketSpacePage> bucketSpace(Query.ListBucketSpace buckets) {
        return read(buckets);
    }

    @Override
    public CompletionStage<SpaceStatus> space(Query.ListBucketSpace buckets) {
        return new SpaceReport(this::read, nodes()).of(buckets);
    }

    @Override
    public CompletionStage<BackupSource> exportMetadata() {
        return metadata.export();
    }

    @Override
    public CompletionStage<FsckResult> fsck() {
        return metadata.fsck()
                .thenApply(report -> new FsckResult(report.index(), report.rows(), report.problems(), report.first()));
    }

    @Override
    public CompletionStage<Iterator<DiskComparison>> compareDisks() {
        return CompletableFuture.completedStage(work.compareDisks());
    }

    private CompletableFuture<List<NodeStatus>> nodes() {
        return read(new Query.ListNodes()).thenApply(usages -> {
            Map<NodeId, NodeHealth> probed =
                    health.get().stream().collect(Collectors.toMap(NodeHealth::node, node -> node));
            return usages.stream()
                    .map(usage -> node(usage, probed.get(usage.node().id())))
                    .toList();
        });
    }

    private static NodeStatus node(Query.NodeUsage usage, @Nullable NodeHealth health) {
        boolean usable = health != null && health.usable();
        String reason = health == null ? "not probed yet" : health.reason();
        return new NodeStatus(
                usage.node().id().value(),
                usage.node().uuid().toString(),
                usage.node().url().toString(),
                usage.node().zone(),
                usage.node().weight(),
                usage.node().state().name().toLowerCase(Locale.ROOT),
                usable,
                usable ? null : reason,
                usage.copies(),
                usage.bytes(),
                health == null ? -1 : health.freeBytes(),
                health == null ? -1 : health.totalBytes(),
                health == null ? -1 : health.reserveBytes(),
                health == null ? -1 : health.trashBytes(),
                health == null ? null : health.volume());
    }

    private static Status.Cluster cluster(ClusterState cluster) {
        return new Status.Cluster(
                cluster.clusterId().toString(),
                cluster.epoch(),
                cluster.featureLevel(),
                cluster.settings().wantedCopies(),
                cluster.settings().chunkBytes(),
                cluster.settings().placementStrategy());
    }

    private static Status.Raft raft(RaftStatus status) {
        return new Status.Raft(
                status.peer(),
                status.leader().orElse(null),
                status.term(),
                status.leadingTerm().isPresent(),
                status.appliedIndex(),
                status.committedIndex(),
                status.sessionLive(),
                status.voters());
    }

    private static Status.Sessions sessions(Query.Sessions sessions) {
        return new Status.Sessions(
                sessions.live().stream()
                        .map(session -> new Status.Session(
                                session.id(),
                                session.process(),
                                session.writeMark(),
                                session.readMark(),
                                session.lastRenewed().toString()))
                        .toList(),
                sessions.live().isEmpty() ? null : sessions.lowestReadMark());
    }

    /** A copy of the stage is limited: the question itself goes on and must not be completed from here. */
    private <R> CompletableFuture<R> read(Query<R> query) {
        return metadata.read(query)
                .toCompletableFuture()
                .copy()
                .orTimeout(readLimit.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(
                        failure instanceof TimeoutException
                                ? new FlareException(
                                        Fault.UNAVAILABLE, "it gave no answer within " + readLimit.toMillis() + " ms")
                                : failure));
    }

    private static String sentence(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof FlareException ? String.valueOf(cause.getMessage()) : cause.toString();
    }
}
