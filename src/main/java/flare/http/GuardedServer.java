package flare.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.TLSPlacebo;
import org.apache.pekko.stream.javadsl.Tcp;
import org.apache.pekko.util.ByteString;

/**
 * A listening port with a {@link RequestGuard} before Pekko's parser, for clients that nobody vouches for. Pekko's own
 * binding has no place for one, so the layers are put together here:
 *
 * <pre>
 *   handler ◄─► Http.serverLayer ◄─► (no TLS) ◄─► idle timeout ◄─► kill switch, RequestGuard ◄─► TCP
 * </pre>
 */
public final class GuardedServer {

    /** Longest time from a head's first byte to its last. */
    static final Duration HEAD_LIMIT = Duration.ofSeconds(10);

    private static final Duration DRAIN_POLL = Duration.ofMillis(20);
    /** For connections to end that were cut: nothing is said on them any more. */
    private static final Duration CUT_LIMIT = Duration.ofSeconds(2);

    private final ActorSystem<?> system;
    private final Tcp.ServerBinding binding;
    private final CompletionStage<Done> connections;
    private final OpenConnections open;
    private final CompletableFuture<Done> drain;
    private final SharedKillSwitch cut;

    private GuardedServer(
            ActorSystem<?> system, Tcp.ServerBinding binding, CompletionStage<Done> connections, Layers layers) {
        this.system = system;
        this.binding = binding;
        this.connections = connections;
        this.open = layers.open();
        this.drain = layers.drain();
        this.cut = layers.cut();
    }

    /** What the connections of one port share. */
    private record Layers(
            ServerSettings settings,
            Duration headLimit,
            OpenConnections open,
            CompletableFuture<Done> drain,
            SharedKillSwitch cut) {}

    /** Listens at {@code address}, port 0 being any free one. The handler reads or settles each request's entity. */
    public static CompletionStage<GuardedServer> bind(
            ActorSystem<?> system,
            InetSocketAddress address,
            ServerSettings settings,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        return bind(system, address, settings, HEAD_LIMIT, handler);
    }

    static CompletionStage<GuardedServer> bind(
            ActorSystem<?> system,
            InetSocketAddress address,
            ServerSettings settings,
            Duration headLimit,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        Layers layers = new Layers(
                settings,
                headLimit,
                new OpenConnections(),
                new CompletableFuture<>(),
                KillSwitches.shared("connections"));
        Materializer materializer = Materializer.createMaterializer(system);
        Flow<HttpRequest, HttpResponse, NotUsed> answers = Flow.of(HttpRequest.class)
                .mapAsync(1, handler)
                .map(response -> layers.drain().isDone() ? response.addHeader(Connection.create("close")) : response);
        var bound = Tcp.get(system)
                .bind(
                        address.getHostString(),
                        address.getPort(),
                        settings.getBacklog(),
                        List.of(),
                        true,
                        Optional.empty())
                .mapAsyncUnordered(settings.getMaxConnections(), connection -> {
                    OpenConnections.Connection opened = layers.open().add();
                    CompletionStage<Done> ended = layers(system, layers, connection.remoteAddress(), opened)
                            .join(connection.flow().watchTermination(Keep.right()), Keep.right())
                            .join(answers)
                            .run(materializer);
                    return ended.handle((done, broken) -> {
                        opened.readToItsEnd();
                        return Done.getInstance();
                    });
                })
                .toMat(Sink.ignore(), Keep.both())
                .run(materializer);
        return bound.first().thenApply(binding -> new GuardedServer(system, binding, bound.second(), layers));
    }

    private static BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> layers(
            ActorSystem<?> system, Layers shared, InetSocketAddress remote, OpenConnections.Connection connection) {
        Duration idle =
                Duration.ofNanos(shared.settings().getTimeouts().idleTimeout().toNanos());
        Flow<ByteString, ByteString, NotUsed> inbound = Flow.of(ByteString.class)
                .via(shared.cut().flow())
                .via(new RequestGuard(shared.drain(), shared.headLimit()));
        return Http.get(system)
                .serverLayer(shared.settings(), Optional.of(remote))
                .atop(withoutTls())
                .atop(BidiFlow.<ByteString, ByteString>bidirectionalIdleTimeout(idle))
                .atop(BidiFlow.fromFlows(connection.outbound(), inbound));
    }

    /** Pekko's types of this layer and of the one above differ by a subtype, which Java's generics don't bridge. */
    @SuppressWarnings("unchecked")
    private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> withoutTls() {
        BidiFlow<?, ?, ?, ?, ?> placebo = TLSPlacebo.getInstance();
        return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>) placebo;
    }

    public int port() {
        return binding.localAddress().getPort();
    }

    /**
     * Accepts nothing more, ends each connection behind the answer under way, and cuts those left after {@code limit}.
     * Completes when all are closed.
     */
    public CompletionStage<Done> stop(Duration limit) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        return binding.unbind()
                .thenCompose(unbound -> {
                    drain.complete(Done.getInstance());
                    CompletableFuture<Done> settled = new CompletableFuture<>();
                    awaitSettled(deadlineNanos, settled);
                    return settled;
                })
                .thenCompose(settled -> {
                    cut.abort(new IllegalStateException("the server stopped"));
                    return connections
                            .toCompletableFuture()
                            .copy()
                            .completeOnTimeout(Done.getInstance(), CUT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
                });
    }

    private void awaitSettled(long deadlineNanos, CompletableFuture<Done> settled) {
        long now = System.nanoTime();
        if (open.areSettled(now) || now - deadlineNanos >= 0) {
            settled.complete(Done.getInstance());
        } else {
            system.scheduler()
                    .scheduleOnce(DRAIN_POLL, () -> awaitSettled(deadlineNanos, settled), system.executionContext());
        }
    }
}
