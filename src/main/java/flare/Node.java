package flare;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import flare.admin.AdminAccess;
import flare.admin.AdminOperations;
import flare.admin.AdminPort;
import flare.admin.DataProcess;
import flare.config.Settings;
import flare.data.DataNodeClients;
import flare.data.NodeCredentials;
import flare.http.ClusterSecret;
import flare.http.HttpServer;
import flare.telemetry.Metrics;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * One process's parts, wired: the only place that knows them all. Started from the disks upwards, closed in the opposite
 * order: ports drain first, then the session ends, then Raft and the stores close.
 */
final class Node implements AutoCloseable {

    private static final Duration SYSTEM_STOP_LIMIT = Duration.ofSeconds(10);
    private static final Duration BIND_LIMIT = Duration.ofSeconds(20);
    private static final int ADMIN_CONNECTIONS = 256;

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
        ClusterSecret secret = Secrets.load(settings);
        Metrics metrics = new Metrics();
        closing.add("metrics", metrics);
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "flare", pekko(settings));
        closing.add("actor system", () -> {
            system.terminate();
            Await.stopped(system.getWhenTerminated(), SYSTEM_STOP_LIMIT);
        });
        ClusterIdentity cluster = new ClusterIdentity();
        DataNodeClients clients = new DataNodeClients(
                system,
                new NodeCredentials(secret, cluster::get, settings.data().tokenTtl(), Clock.systemUTC()),
                settings.data());
        closing.add("connections to data nodes", clients);
        DataRole data = settings.node().isData()
                ? DataRole.start(system, settings, secret, cluster, clients, closing)
                : DataRole.none();
        if (!settings.node().isApi()) {
            URI admin = bindAdminPort(system, settings, metrics, new DataProcess(List::of), closing);
            return new Node(closing, Optional.empty(), admin, data.urls());
        }
        ApiRole api = new ApiRole(system, settings, metrics, closing);
        ApiRole.Started started = api.start(data, cluster, clients, onFailure);
        URI admin = bindAdminPort(system, settings, metrics, started.admin(), closing);
        started.awaitReady();
        return new Node(closing, Optional.of(url(settings, started.objectPort())), admin, data.urls());
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

    private static URI bindAdminPort(
            ActorSystem<?> system, Settings settings, Metrics metrics, AdminOperations operations, Closing closing) {
        String bind = settings.node().bind();
        AdminPort port = new AdminPort(
                system, new AdminAccess(settings.admin().token(), Hosts.isLoopback(bind)), operations, metrics);
        HttpServer server = Await.started(
                "admin port " + settings.admin().port(),
                HttpServer.bind(
                        system,
                        bind,
                        settings.admin().port(),
                        new HttpServer.Limits(ADMIN_CONNECTIONS, settings.http().idleTimeout()),
                        port::handle),
                BIND_LIMIT);
        Duration limit = settings.node().shutdownLimit();
        closing.add("admin port", () -> Await.stopped(server.stop(limit), limit.plus(limit)));
        return url(settings, server.port());
    }

    private static URI url(Settings settings, int port) {
        return URI.create("http://" + Hosts.reachable(settings.node().bind()) + ":" + port);
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
