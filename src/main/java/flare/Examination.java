package flare;

import flare.admin.AdminOperations;
import flare.admin.doctor.Check;
import flare.admin.doctor.DiskCheck;
import flare.admin.doctor.Doctor;
import flare.admin.doctor.NodeAnswer;
import flare.admin.doctor.NodeCertificateCheck;
import flare.admin.doctor.NodesCheck;
import flare.admin.doctor.OpenFilesCheck;
import flare.admin.doctor.Place;
import flare.admin.doctor.RaftCheck;
import flare.admin.doctor.ReadyCheck;
import flare.admin.doctor.SecretCheck;
import flare.cluster.NodeMap;
import flare.cluster.NodeView;
import flare.config.Settings;
import flare.data.DataNode;
import flare.data.DataNodes;
import flare.metadata.Metadata;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.DispatcherSelector;

/** What a process's doctor looks at, by the process's role. */
final class Examination {

    private static final Duration CHECK_LIMIT = Duration.ofSeconds(20);
    private static final Path SELF = Path.of("/proc/self");

    /** Libraries, logs, the tables of the metadata, chunks open to be read. */
    private static final int OTHER_FILES = 4096;

    private Examination() {}

    /** @param renamesDurable of the directory of this process's peer */
    record Reach(Metadata metadata, boolean renamesDurable, NodeMap nodeMap, DataNodes dataNodes) {}

    static Doctor ofProcess(
            ActorSystem<?> system,
            Settings settings,
            Secrets.Loaded secret,
            NodesTls tls,
            DataRole data,
            AdminOperations operations) {
        return new Doctor(machine(system, settings, secret, tls, data.places(), operations), CHECK_LIMIT);
    }

    static Doctor ofCluster(
            ActorSystem<?> system,
            Settings settings,
            Secrets.Loaded secret,
            NodesTls tls,
            DataRole data,
            AdminOperations operations,
            Reach reach) {
        List<Place> places = new ArrayList<>();
        places.add(new Place(
                "metadata",
                settings.node().dataDir().resolve("meta"),
                "flare.raft.reserve",
                settings.raft().reserve()));
        places.addAll(data.places());
        List<Check> checks = machine(system, settings, secret, tls, places, operations);
        checks.add(new RaftCheck(reach.metadata(), reach.renamesDurable()));
        checks.add(new NodesCheck(
                reach.metadata(),
                () -> reach.nodeMap().nodes().stream()
                        .map(view -> node(view, reach.dataNodes()))
                        .toList(),
                settings.object().writeQuorum(),
                Clock.systemUTC()));
        return new Doctor(checks, CHECK_LIMIT);
    }

    private static List<Check> machine(
            ActorSystem<?> system,
            Settings settings,
            Secrets.Loaded secret,
            NodesTls tls,
            List<Place> places,
            AdminOperations operations) {
        List<Check> checks = new ArrayList<>();
        checks.add(new ReadyCheck(operations::obstacles));
        checks.add(new DiskCheck(places, system.dispatchers().lookup(DispatcherSelector.blocking())));
        checks.add(new OpenFilesCheck(SELF, files(settings)));
        checks.add(new SecretCheck(secret.secret(), secret.file()));
        tls.certificate().ifPresent(used -> checks.add(new NodeCertificateCheck(used::state, Clock.systemUTC())));
        return checks;
    }

    private static long files(Settings settings) {
        long clients = settings.node().isApi() ? settings.http().maxConnections() : 0;
        int dirs = settings.data().dirs().size();
        long nodes = settings.node().isData() ? (dirs == 0 ? settings.data().nodes() : dirs) : 0;
        return clients + nodes * settings.data().maxConnections() + OTHER_FILES;
    }

    private static NodeAnswer.Node node(NodeView view, DataNodes dataNodes) {
        Optional<String> unusable = view.usable()
                ? Optional.empty()
                : Optional.of(view.reason().isEmpty() ? "it is not active" : view.reason());
        return new NodeAnswer.Node(
                view.node(),
                unusable,
                () -> ask(view, dataNodes),
                dataNodes.isLocal(view.node().id())
                        ? Optional.empty()
                        : Optional.of(() -> found(view, dataNodes).measureSyncs()));
    }

    private static CompletionStage<NodeAnswer> ask(NodeView view, DataNodes dataNodes) {
        return found(view, dataNodes)
                .health()
                .thenApply(health -> new NodeAnswer(
                        health.clockMillis(), health.disk().name().toLowerCase(Locale.ROOT), health.setAside()));
    }

    private static DataNode found(NodeView view, DataNodes dataNodes) {
        return dataNodes
                .find(view.node().id())
                .orElseThrow(() -> new FlareException(Fault.UNAVAILABLE, "this process has not connected to it yet"));
    }
}
