package flare;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flare.admin.AdminOperations;
import flare.admin.LocalProcess;
import flare.admin.doctor.Doctor;
import flare.config.Settings;
import flare.data.DataNodeClients;
import flare.data.NodeCredentials;
import flare.http.SteadyClock;
import flare.telemetry.Metrics;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One process's parts, wired: the only place that knows them all. Started from the disks upwards, closed in the opposite
 * order: readiness goes first, then the ports drain, the session ends, Raft and the stores close.
 */
final class Node implements AutoCloseable {

    private static final Duration SYSTEM_STOP_LIMIT = Duration.ofSeconds(10);

    private final Closing closing;
    private final Optional<URI> objectPort;
    private final URI adminPort;
    private final List<URI> dataPorts;

    private Node(Closing closing, Optional<URI> objectPort, URI adminPort, List<URI> dataPorts) {
        this.closing = closing;
        this.objectPort = objectPort;
        this.adminPort = adminPort;
        this.dataPorts = dataPorts;
    }

    /** @param onFailure told when the metadata can't go on: nothing this process knows can be trusted from then on */
    static Node start(Settings settings, Consumer<Throwable> onFailure) {
        Closing closing = new Closing();
        try {
            return start(settings, closing, onFailure);
        } catch (RuntimeException e) {
            closing.close();
            throw e;
        }
    }

    private static Node start(Settings settings, Closing closing, Consumer<Throwable> onFailure) {
        DataDirectory.create(settings.node().dataDir());
        Secrets.Loaded secret = Secrets.load(settings);
        Metrics metrics = new Metrics();
        closing.add("metrics", metrics);
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "flare", pekko(settings));
        closing.add("actor system", () -> {
            system.terminate();
            Await.stopped(system.getWhenTerminated(), SYSTEM_STOP_LIMIT);
        });
        secret.follow(system, settings.node().clusterSecretReloadInterval(), metrics, closing);
        AdminServer admin = new AdminServer(system, settings, metrics);
        closing.add("admin port", admin::close);
        NodesTls tls = NodesTls.start(system, settings, metrics, closing);
        ClusterIdentity cluster = new ClusterIdentity();
        DataNodeClients clients = new DataNodeClients(
                system,
                new NodeCredentials(
                        secret.secret(), cluster::get, settings.data().tokenTtl(), new SteadyClock()),
                settings.data(),
                tls.certificate());
        closing.add("connections to data nodes", clients);
        DataRole data = settings.node().isData()
                ? DataRole.start(system, settings, secret.secret(), cluster, clients, tls, closing)
                : DataRole.none();
        if (!settings.node().isApi()) {
            AdminOperations operations = LocalProcess.ofChunks(data.disks()::obstacles);
            Doctor doctor = Examination.ofProcess(system, settings, secret, tls, data, operations);
            URI adminPort = admin.open(operations, doctor, data.disks());
            closing.add("readiness", admin::stopping);
            return new Node(closing, Optional.empty(), adminPort, data.urls());
        }
        ApiRole api = new ApiRole(system, settings, metrics, tls, closing);
        AdminOperations starting = LocalProcess.starting(api::step);
        URI adminPort = admin.open(
                starting, Examination.ofProcess(system, settings, secret, tls, data, starting), data.disks());
        ApiRole.Started started = api.start(data, secret, cluster, clients, onFailure);
        admin.serve(started.admin(), started.doctor(), data.disks());
        closing.add("readiness", admin::stopping);
        started.awaitReady();
        started.warn();
        return new Node(closing, Optional.of(objectUrl(settings, started.objectPort())), adminPort, data.urls());
    }

    /** Below what the user set and above Pekko's own defaults. */
    private static Config pekko(Settings settings) {
        return settings.config()
                .withoutPath("pekko")
                .withFallback(ConfigFactory.defaultOverrides())
                .withFallback(ConfigFactory.parseResources(Node.class.getClassLoader(), "flare-pekko.conf"))
                .withFallback(settings.config())
                .resolve();
    }

    private static URI objectUrl(Settings settings, int port) {
        String scheme = settings.http().tls().isOn() ? "https://" : "http://";
        return URI.create(scheme + Hosts.reachable(settings.node().bind()) + ":" + port);
    }

    Optional<URI> objectPort() {
        return objectPort;
    }

    URI adminPort() {
        return adminPort;
    }

    List<URI> dataPorts() {
        return dataPorts;
    }

    @Override
    public void close() {
        closing.close();
    }
}
