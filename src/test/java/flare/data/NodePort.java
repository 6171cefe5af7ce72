package flare.data;

import com.typesafe.config.ConfigFactory;
import flare.config.DataSettings;
import flare.config.Settings;
import flare.http.ClusterSecret;
import flare.http.HttpServer;
import flare.http.NodeToken;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A data node's port over a {@link FakeDataNode}, and clients of it, in one actor system. */
final class NodePort implements AutoCloseable {

    static final UUID CLUSTER = UUID.fromString("11111111-2222-3333-4444-555555555555");
    static final ClusterSecret SECRET = ClusterSecret.of("a secret for tests only, 32 bytes and more");

    final ActorSystem<Void> system;
    final FakeDataNode fake = new FakeDataNode(new UUID(7, 8));
    final DataSettings settings;
    final DataNodeClients clients;
    HttpServer server;

    NodePort() {
        this("");
    }

    /** @param overrides HOCON over the defaults, such as {@code flare.data.stall-timeout = 1s} */
    NodePort(String overrides) {
        this.settings = Settings.load(overrides).data();
        this.system = ActorSystem.create(
                Behaviors.<Void>empty(),
                "nodeport",
                ConfigFactory.parseString("pekko.loglevel = WARNING")
                        .withFallback(ConfigFactory.parseResources("flare-pekko.conf"))
                        .withFallback(ConfigFactory.load()));
        this.server = bind(0);
        this.clients = new DataNodeClients(system, credentials(SECRET, CLUSTER), settings);
    }

    HttpServer bind(int port) {
        return bind(port, Clock.systemUTC());
    }

    private HttpServer bind(int port, Clock clock) {
        return get(new DataNodeServer(system, fake, SECRET, this::adopt, settings, clock).bind("127.0.0.1", port));
    }

    /** @param clock that tokens expire by from then on */
    void startAgain(Clock clock) {
        get(server.stop(Duration.ZERO));
        server = bind(server.port(), clock);
    }

    private void adopt(UUID cluster) {
        if (!cluster.equals(CLUSTER)) {
            throw new DataNodeException(
                    DataNodeException.Kind.REFUSED, "the node is of cluster " + CLUSTER + ", not of " + cluster);
        }
    }

    NodeCredentials credentials(ClusterSecret secret, UUID cluster) {
        return credentials(secret, cluster, Clock.systemUTC());
    }

    private NodeCredentials credentials(ClusterSecret secret, UUID cluster, Clock clock) {
        return new NodeCredentials(secret, () -> cluster, settings.tokenTtl(), clock);
    }

    /** Clients of a process of this clock. */
    DataNodeClients clientsBy(Clock clock) {
        return new DataNodeClients(system, credentials(SECRET, CLUSTER, clock), settings);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    DataNode client() {
        return clients.at(fake.uuid, url());
    }

    int connections() {
        return clients.openTo(url());
    }

    /** A token that is right for the call. */
    String token(String method, String target) {
        return NodeToken.issue(
                SECRET,
                CLUSTER,
                new NodeToken.Call(method, target, fake.uuid),
                System.currentTimeMillis() + settings.tokenTtl().toMillis());
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        clients.close();
        get(server.stop(Duration.ofMillis(200)));
        system.terminate();
        get(system.getWhenTerminated());
    }
}
