package flare;

import flare.admin.ApiProcess;
import flare.admin.NodeHealth;
import flare.admin.UserAdministration;
import flare.admin.doctor.Doctor;
import flare.cluster.NodeMap;
import flare.cluster.NodeMapActor;
import flare.cluster.NodeView;
import flare.cluster.Probe;
import flare.cluster.Prober;
import flare.cluster.Room;
import flare.config.Settings;
import flare.data.ConnectedDataNodes;
import flare.data.DataNode;
import flare.data.DataNodeClients;
import flare.http.HttpServer;
import flare.metadata.ClusterSettings;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.MeteredMetadata;
import flare.metadata.RaftMetadata;
import flare.object.MetadataBucketService;
import flare.object.MetadataUserService;
import flare.object.ObjectEnvironment;
import flare.object.ObjectLocator;
import flare.object.StreamingObjectService;
import flare.object.UserService;
import flare.placement.ActorPlacement;
import flare.placement.NodePace;
import flare.placement.PlacementActor;
import flare.repair.NodeMapFeed;
import flare.repair.Repair;
import flare.s3.ObjectPort;
import flare.s3.ObjectPortSettings;
import flare.s3.RequestTelemetry;
import flare.s3.Services;
import flare.telemetry.AccessLog;
import flare.telemetry.FinishedRequest;
import flare.telemetry.Metrics;
import flare.telemetry.RequestIds;
import flare.telemetry.RequestMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.Materializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The API node of this process: metadata, placement, the object port, and the coordinator while it leads. */
final class ApiRole {

    private static final Logger LOG = LoggerFactory.getLogger(ApiRole.class);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration READY_LIMIT = Duration.ofSeconds(15);
    private static final Duration RETRY_PAUSE = Duration.ofMillis(20);
    private static final Duration TELL_PERIOD = Duration.ofSeconds(30);

    private final ActorSystem<?> system;
    private final Settings settings;
    private final Metrics metrics;
    private final Https https;
    private final NodesTls nodesTls;
    private final Closing closing;
    private volatile String step = "opens its metadata";

    ApiRole(ActorSystem<?> system, Settings settings, Metrics metrics, NodesTls nodesTls, Closing closing) {
        this.nodesTls = nodesTls;
        this.system = system;
        this.settings = settings;
        this.metrics = metrics;
        this.closing = closing;
        this.https = Https.start(system, settings, metrics, closing);
    }

    /** What the rest of the process needs of a started API node. */
    record Started(int objectPort, ApiProcess admin, Doctor doctor) {

        /** Returns when writes are possible; goes on with a warning where they are not, since nodes may come later. */
        void awaitReady() {
            long deadline = System.nanoTime() + READY_LIMIT.toNanos();
            List<String> obstacles = obstacles();
            while (!obstacles.isEmpty() && System.nanoTime() < deadline) {
                Await.pause(RETRY_PAUSE);
                obstacles = obstacles();
            }
            if (!obstacles.isEmpty()) {
                LOG.warn("Started, but not ready: {}", String.join("; ", obstacles));
            }
        }

        /** Of what works and is at risk: said once at the start, and in each status. */
        void warn() {
            List<String> warnings =
                    Await.started("status", admin.status(), START_LIMIT).warnings();
            if (warnings != null) {
                warnings.forEach(LOG::warn);
            }
        }

        private List<String> obstacles() {
            return Await.started("readiness", admin.obstacles(), START_LIMIT);
        }
    }

    Started start(
            DataRole local,
            Secrets.Loaded secret,
            ClusterIdentity cluster,
            DataNodeClients clients,
            Consumer<Throwable> onFailure) {
        RaftMetadata raft = startMetadata(onFailure);
        Metadata metadata = new MeteredMetadata(raft, metrics.registry(), System::nanoTime);
        ClusterState state = initialise(metadata);
        cluster.learn(state.clusterId());
        local.adoptCluster(state.clusterId());

        ConnectedDataNodes dataNodes = new ConnectedDataNodes(local.nodes(), clients);
        NodeMap nodeMap = new NodeMap();
        NodePace readPace = new NodePace("reads", System::nanoTime);
        NodePace writePace = new NodePace("writes", System::nanoTime);
        ActorRef<PlacementActor.Command> placementActor =
                spawn("placement", PlacementActor.create(settings.placement().strategy(), writePace));
        ActorRef<NodeMapActor.Command> nodeMapActor =
                spawn("node-map", NodeMapActor.create(nodeMap, placementActor, prober(dataNodes), settings.health()));
        AtomicReference<ClusterSettings> choices = new AtomicReference<>(state.settings());
        ActorRef<NodeMapFeed.Command> feed = spawn(
                "node-map-feed",
                NodeMapFeed.create(
                        metadata,
                        new NodeMapFeed.Targets(nodeMapActor, placementActor, dataNodes::update, choices::set),
                        settings.health().interval()));
        ActorPlacement placement = new ActorPlacement(placementActor, system);

        Repair repair = new Repair(
                new Repair.Reach(metadata, dataNodes, placement, nodeMap),
                new Repair.NodeSources(
                        () -> Stream.concat(local.urls().stream(), settings.node().dataNodes().stream())
                                .toList(),
                        clients::identify,
                        nodeMapActor),
                new Repair.Choices(settings.repair(), settings.session(), settings.scrub()),
                metrics.registry());
        spawn("coordinator", repair.coordinator());
        feed.tell(NodeMapFeed.Refresh.NOW);

        ObjectEnvironment environment = new ObjectEnvironment(
                metadata,
                placement,
                dataNodes,
                node -> nodeMap.find(node).filter(NodeView::isSilent).isPresent(),
                readPace,
                writePace,
                settings.object(),
                settings.session(),
                choices::get,
                metrics.registry(),
                System::nanoTime,
                Materializer.matFromSystem(system.classicSystem()));
        StreamingObjectService objects = new StreamingObjectService(environment);
        UserService users = new MetadataUserService(metadata, settings.object().commitTimeout());
        int port = bindObjectPort(
                new Services(objects, new MetadataBucketService(environment), objects.multipart(), users));
        ApiProcess admin = admin(metadata, nodeMap, repair, users, objects.locator());
        Doctor doctor = Examination.ofCluster(
                system,
                settings,
                secret,
                nodesTls,
                local,
                admin,
                new Examination.Reach(metadata, raft.renamesDurable(), nodeMap, dataNodes));
        return new Started(port, admin, doctor);
    }

    /** What the start is at or waits for: the end of a sentence that begins with "it". */
    String step() {
        return step;
    }

    private RaftMetadata startMetadata(Consumer<Throwable> onFailure) {
        if (!settings.raft().peers().isEmpty()) {
            step = "opens its metadata; at a first start that takes all of flare.raft.peers, "
                    + settings.raft().peers() + ", and the log says who is missing";
        }
        try {
            RaftMetadata metadata = RaftMetadata.start(
                    system,
                    new RaftMetadata.Options(
                            settings.raft(),
                            settings.session(),
                            settings.node().dataDir().resolve("meta"),
                            raftBind(),
                            Optional.empty(),
                            nodesTls.raft()),
                    Clock.systemUTC(),
                    onFailure);
            closing.add("metadata", metadata);
            metadata.measure(metrics.registry());
            return metadata;
        } catch (IOException e) {
            throw new StartFailedException("the metadata can't be started: " + e.getMessage(), e);
        }
    }

    /** A peer that is alone is reached by nobody, whatever address the other ports listen on. */
    private String raftBind() {
        return settings.raft().peers().isEmpty()
                ? InetAddress.getLoopbackAddress().getHostAddress()
                : settings.node().bind();
    }

    /**
     * Waits for a leader, whoever it is and however long it takes, and has the cluster exist: after a power cut the other
     * hosts may come back in an hour, and a process that gave up would have to be started once more then.
     */
    private ClusterState initialise(Metadata metadata) {
        ClusterSettings seed = new ClusterSettings(
                settings.object().copies(),
                settings.object().chunkSize().toInt(),
                settings.placement().strategy().spelling());
        step = "waits for a leader of the metadata, which needs a majority of its peers "
                + settings.raft().peers();
        CompletionStage<ClusterState> cluster = metadata.submit(new Command.InitCluster(UUID.randomUUID(), seed));
        while (!Await.done("the cluster", cluster, TELL_PERIOD)) {
            LOG.warn("Not started yet: this process {}", step);
        }
        ClusterState state = Await.started("the cluster", cluster, START_LIMIT);
        step = "opens its ports";
        return state;
    }

    private <M> ActorRef<M> spawn(String name, org.apache.pekko.actor.typed.Behavior<M> behavior) {
        return system.systemActorOf(behavior, name, Props.empty());
    }

    private static Prober prober(ConnectedDataNodes dataNodes) {
        return node -> dataNodes
                .findToProbe(node.id())
                .orElseThrow(() -> new IllegalStateException("node " + node.id() + " is not connected"))
                .health()
                .thenApply(ApiRole::probe);
    }

    private static Probe probe(DataNode.NodeHealth health) {
        Probe.Disk disk = switch (health.disk()) {
            case OK -> Probe.Disk.OK;
            case FULL -> Probe.Disk.FULL;
            case FAILED -> Probe.Disk.FAILED;
        };
        Room room = new Room(
                health.freeBytes(), health.totalBytes(), health.reserveBytes(), health.trashBytes(), health.volume());
        return new Probe(health.uuid(), health.incarnation(), room, disk);
    }

    private int bindObjectPort(Services services) {
        RequestMetrics requests = new RequestMetrics(metrics);
        Consumer<FinishedRequest> finished = settings.http().accessLog()
                ? requests.andThen(new AccessLog(settings.log().format()))
                : requests;
        RequestTelemetry telemetry = new RequestTelemetry(new RequestIds(), Clock.systemUTC(), finished);
        ObjectPort port = new ObjectPort(
                services,
                settings,
                Secrets.root(settings.s3()),
                telemetry,
                Materializer.matFromSystem(system.classicSystem()));
        HttpServer server = Await.started(
                "object port " + settings.http().port(),
                HttpServer.bind(
                        system,
                        new HttpServer.Listening(
                                new InetSocketAddress(
                                        settings.node().bind(), settings.http().port()),
                                new HttpServer.Limits(
                                        settings.http().maxConnections(),
                                        settings.http().idleTimeout()),
                                ObjectPortSettings.of(ServerSettings.create(system.classicSystem()), telemetry),
                                https.certificate()),
                        port::apply),
                START_LIMIT);
        Duration limit = settings.node().shutdownLimit();
        closing.add("object port", () -> Await.stopped(server.stop(limit), limit.plus(limit)));
        return server.port();
    }

    private ApiProcess admin(
            Metadata metadata, NodeMap nodeMap, Repair repair, UserService users, ObjectLocator locator) {
        return new ApiProcess(
                metadata,
                settings.object().writeQuorum(),
                settings.raft().readTimeout(),
                () -> nodeMap.nodes().stream().map(ApiRole::health).toList(),
                new ShownRepair(repair, system),
                https::status,
                new UserAdministration(users, settings.s3()),
                locator::page);
    }

    private static NodeHealth health(NodeView view) {
        Room room = view.room();
        return new NodeHealth(
                view.node().id(),
                view.usable(),
                view.reason(),
                room.freeBytes(),
                room.totalBytes(),
                room.reserveBytes(),
                room.trashBytes(),
                room.volume());
    }
}
