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

    /** For an answer's last bytes, which the socket has taken and the client has yet to. */
    private static final Duration LAST_WRITES = Duration.ofSeconds(3);

    private final Tcp.ServerBinding binding;
    private final CompletionStage<Done> connections;
    private final CompletableFuture<Done> drain;
    private final SharedKillSwitch cut;

    private GuardedServer(
            Tcp.ServerBinding binding,
            CompletionStage<Done> connections,
            CompletableFuture<Done> drain,
            SharedKillSwitch cut) {
        this.binding = binding;
        this.connections = connections;
        this.drain = drain;
        this.cut = cut;
    }

    /** Listens at {@code address}, port 0 being any free one. The handler reads or settles each request's entity. */
    public static CompletionStage<GuardedServer> bind(
            ActorSystem<?> system,
            InetSocketAddress address,
            ServerSettings settings,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        CompletableFuture<Done> drain = new CompletableFuture<>();
        SharedKillSwitch cut = KillSwitches.shared("connections");
        Materializer materializer = Materializer.createMaterializer(system);
        Flow<HttpRequest, HttpResponse, NotUsed> answers =
                Flow.of(HttpRequest.class).mapAsync(1, handler);
        var bound = Tcp.get(system)
                .bind(
                        address.getHostString(),
                        address.getPort(),
                        settings.getBacklog(),
                        List.of(),
                        true,
                        Optional.empty())
                .mapAsyncUnordered(settings.getMaxConnections(), connection -> {
                    CompletionStage<Done> ended = layers(system, settings, connection.remoteAddress(), drain, cut)
                            .join(closing(connection.flow(), drain), Keep.right())
                            .join(answers)
                            .run(materializer);
                    return ended.exceptionally(broken -> Done.getInstance());
                })
                .toMat(Sink.ignore(), Keep.both())
                .run(materializer);
        return bound.first().thenApply(binding -> new GuardedServer(binding, bound.second(), drain, cut));
    }

    /**
     * The socket, with when it is closed. While the server drains, a client that does not close its side of a connection
     * behind the last answer is waited for so long only.
     */
    private static Flow<ByteString, ByteString, CompletionStage<Done>> closing(
            Flow<ByteString, ByteString, ?> socket, CompletionStage<Done> drain) {
        return Flow.of(ByteString.class)
                .watchTermination(Keep.right())
                .viaMat(socket, Keep.left())
                .viaMat(KillSwitches.single(), Keep.both())
                .watchTermination((side, closed) -> {
                    drain.thenCombine(side.first(), (draining, written) -> written)
                            .thenRun(() -> CompletableFuture.delayedExecutor(
                                            LAST_WRITES.toMillis(), TimeUnit.MILLISECONDS)
                                    .execute(side.second()::shutdown));
                    return closed;
                });
    }

    private static BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> layers(
            ActorSystem<?> system,
            ServerSettings settings,
            InetSocketAddress remote,
            CompletionStage<Done> drain,
            SharedKillSwitch cut) {
        Duration idle = Duration.ofNanos(settings.getTimeouts().idleTimeout().toNanos());
        Flow<ByteString, ByteString, NotUsed> inbound =
                Flow.of(ByteString.class).via(cut.flow()).via(new RequestGuard(drain));
        return Http.get(system)
                .serverLayer(settings, Optional.of(remote))
                .atop(withoutTls())
                .atop(BidiFlow.<ByteString, ByteString>bidirectionalIdleTimeout(idle))
                .atop(BidiFlow.fromFlows(Flow.of(ByteString.class), inbound));
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
     * Accepts nothing more, ends each connection behind the request under way, and cuts those left after {@code limit}.
     * Completes when all are closed.
     */
    public CompletionStage<Done> stop(Duration limit) {
        return binding.unbind().thenCompose(unbound -> {
            drain.complete(Done.getInstance());
            CompletableFuture<Done> closed = connections.toCompletableFuture();
            CompletableFuture.delayedExecutor(limit.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> cut.abort(new IllegalStateException("the server stopped")));
            return closed;
        });
    }
}
