package flare.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.ProductVersion;
import org.apache.pekko.http.javadsl.model.headers.Server;
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
import scala.jdk.javaapi.DurationConverters;

/**
 * A listening port with a {@link RequestGuard} before Pekko's parser. Pekko's own binding has no place for one, so the
 * layers are put together here:
 *
 * <pre>
 *   handler ◄─► Http.serverLayer ◄─► idle timeout ◄─► RequestGuard ◄─► (TlsStage) ◄─► kill switch ◄─► TCP
 * </pre>
 *
 * What a port's correctness rests on is set here, whatever the configuration says: the raw request target is kept (keys
 * and signatures are made of it), no body is too long for the parser and no transfer takes too long for it (routes have
 * their own limits), and one request at a time is read from a connection. Speed is tuned in {@code flare-pekko.conf}.
 */
public final class HttpServer {

    /** Longest request target: a key of 1,024 bytes takes three times that in percent-encoding, and a query follows. */
    private static final int MAX_TARGET_LENGTH = 8 * 1024;

    /** Connections beyond the bound that are told so at once; more wait to be accepted. */
    private static final int REFUSED_AT_ONCE = 64;

    private static final Duration DRAIN_POLL = Duration.ofMillis(20);

    private final ActorSystem<?> system;
    private final Tcp.ServerBinding binding;
    private final Port port;

    private HttpServer(ActorSystem<?> system, Tcp.ServerBinding binding, Port port) {
        this.system = system;
        this.binding = binding;
        this.port = port;
    }

    /**
     * Bounds of one port.
     *
     * @param maxConnections past it a connection's first request is refused
     * @param idleTimeout a connection that moves no byte in either direction for this long is closed, a request under way
     *     or not
     */
    public record Limits(int maxConnections, Duration idleTimeout) {

        public Limits {
            if (maxConnections < 1 || idleTimeout.isNegative() || idleTimeout.isZero()) {
                throw new IllegalArgumentException(
                        "no limits of a port: " + maxConnections + " connections, idle for " + idleTimeout);
            }
        }
    }

    /**
     * @param head longest time from a request head's first byte to its last, and from a TLS handshake's
     * @param linger for a client that never closes to take a short answer, when the port stops
     */
    record Patience(Duration head, Duration linger) {
        static final Patience DEFAULT = new Patience(Duration.ofSeconds(10), Duration.ofSeconds(10));
    }

    /**
     * Where and how a port listens.
     *
     * @param choices the caller's own, of parser and renderer
     * @param tls with it the port speaks TLS and nothing else
     */
    public record Listening(
            InetSocketAddress address, Limits limits, ServerSettings choices, Optional<? extends PortTls> tls) {}

    /** What the connections of one port share. */
    private record Port(
            ServerSettings settings,
            Optional<? extends PortTls> tls,
            Patience patience,
            OpenConnections open,
            Drain drain,
            SharedKillSwitch cut) {}

    /**
     * Listens. The handler reads or discards each request's entity, and refuses what {@link RequestGuard#VIOLATION} and
     * {@link RequestGuard#OVERLOAD} tell of.
     *
     * @param port 0: any free port
     */
    public static CompletionStage<HttpServer> bind(
            ActorSystem<?> system,
            String host,
            int port,
            Limits limits,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        return bind(system, new Listening(address, limits, configured(system), Optional.empty()), handler);
    }

    /** The same with all there is to choose. */
    public static CompletionStage<HttpServer> bind(
            ActorSystem<?> system, Listening listening, Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        return bind(system, listening, Patience.DEFAULT, handler);
    }

    static CompletionStage<HttpServer> bind(
            ActorSystem<?> system,
            Listening listening,
            Patience patience,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        InetSocketAddress address = listening.address();
        ServerSettings settings = settings(listening.choices(), listening.limits());
        Port port = new Port(
                settings,
                listening.tls(),
                patience,
                new OpenConnections(patience.linger()),
                new Drain(),
                KillSwitches.shared("connections"));
        Materializer materializer = Materializer.createMaterializer(system);
        return Tcp.get(system)
                .bind(
                        address.getHostString(),
                        address.getPort(),
                        settings.getBacklog(),
                        settings.getSocketOptions(),
                        true,
                        Optional.empty())
                .mapAsyncUnordered(
                        settings.getMaxConnections() + REFUSED_AT_ONCE,
                        connection -> serve(system, materializer, port, connection, handler))
                .to(Sink.ignore())
                .run(materializer)
                .thenApply(binding -> new HttpServer(system, binding, port));
    }

    static ServerSettings configured(ActorSystem<?> system) {
        return ServerSettings.create(system.classicSystem());
    }

    static ServerSettings settings(ServerSettings choices, Limits limits) {
        return choices.withMaxConnections(limits.maxConnections())
                .withPipeliningLimit(1)
                .withRawRequestUriHeader(true)
                .withRemoteAddressAttribute(true)
                .withTransparentHeadRequests(false)
                .withEnableHttp2(false)
                .withServerHeader(Optional.of(Server.create(ProductVersion.create("Flare", ""))))
                .withTimeouts(choices.getTimeouts()
                        .withIdleTimeout(DurationConverters.toScala(limits.idleTimeout()))
                        .withRequestTimeout(scala.concurrent.duration.Duration.Zero()))
                .withParserSettings(choices.getParserSettings()
                        .withMaxContentLength(Long.MAX_VALUE)
                        .withMaxUriLength(MAX_TARGET_LENGTH));
    }

    /** Completes when the client has ended its side. */
    private static CompletionStage<Done> serve(
            ActorSystem<?> system,
            Materializer materializer,
            Port port,
            Tcp.IncomingConnection connection,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        OpenConnections.Connection opened = port.open().add();
        boolean tooMany = port.open().count() > port.settings().getMaxConnections();
        RequestGuard guard = new RequestGuard(port.drain(), port.patience().head(), tooMany);
        Flow<HttpRequest, HttpResponse, NotUsed> answers = Flow.of(HttpRequest.class)
                .mapAsync(1, request -> {
                    opened.asked();
                    return handler.apply(request).thenApply(response -> {
                        opened.answers(request, response);
                        return port.drain().hasBegun() ? response.addHeader(Connection.create("close")) : response;
                    });
                });
        return layers(system, port, guard, connection, opened)
                .join(connection.flow().watchTermination(Keep.right()), Keep.right())
                .join(answers)
                .run(materializer)
                .handle((done, broken) -> {
                    opened.readToItsEnd(broken == null);
                    return Done.getInstance();
                });
    }

    private static BidiFlow<HttpResponse, ByteString, ByteString, HttpRequest, NotUsed> layers(
            ActorSystem<?> system,
            Port port,
            RequestGuard guard,
            Tcp.IncomingConnection connection,
            OpenConnections.Connection opened) {
        Duration idle =
                Duration.ofNanos(port.settings().getTimeouts().idleTimeout().toNanos());
        Flow<ByteString, ByteString, NotUsed> inbound =
                Flow.of(ByteString.class).via(port.cut().flow());
        // Both ways: a client that has ended its side is cut where it is written to, one that was answered where it is
        // read.
        Flow<ByteString, ByteString, NotUsed> outbound =
                opened.outbound().via(port.cut().flow());
        return Http.get(system)
                .serverLayer(port.settings(), Optional.of(connection.remoteAddress()))
                .atop(withoutTls())
                .atop(BidiFlow.<ByteString, ByteString>bidirectionalIdleTimeout(idle))
                .atop(
                        port.tls().isPresent()
                                ? guarded(guard)
                                        .atop(BidiFlow.fromGraph(
                                                tls(port.tls().get(), port, connection.remoteAddress())))
                                        .atop(BidiFlow.fromFlows(outbound, inbound))
                                : BidiFlow.fromFlows(outbound, inbound.via(guard)));
    }

    private static TlsStage tls(PortTls tls, Port port, InetSocketAddress from) {
        return new TlsStage(tls.engine(), port.patience().head(), why -> tls.refused(from, why));
    }

    private static BidiFlow<ByteString, ByteString, ByteString, ByteString, NotUsed> guarded(RequestGuard guard) {
        return BidiFlow.fromFlows(
                Flow.of(ByteString.class), Flow.of(ByteString.class).via(guard));
    }

    /** Pekko's types of this layer and of the one above differ by a subtype, which Java's generics don't bridge. */
    @SuppressWarnings("unchecked")
    private static BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed> withoutTls() {
        BidiFlow<?, ?, ?, ?, ?> placebo = TLSPlacebo.getInstance();
        return (BidiFlow<SslTlsOutbound, ByteString, ByteString, SslTlsInbound, NotUsed>) placebo;
    }

    /** The port that is bound, also where any free one was asked for. */
    public int port() {
        return binding.localAddress().getPort();
    }

    /**
     * Accepts nothing more, ends each connection behind the answer under way, and cuts those left after {@code limit}.
     * Completes when all are closed.
     *
     * <p>Pekko's stream of accepted connections tells nothing of that: it lives on for seconds if one was on its way to us
     * when it was to end. Such a connection is opened with the drain, or the cut, behind it, and closes at once.
     */
    public CompletionStage<Done> stop(Duration limit) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        return binding.unbind()
                .thenCompose(unbound -> {
                    port.drain().begin();
                    return await(() -> {
                        long now = System.nanoTime();
                        return port.open().areSettled(port(), now, limit) || now - deadlineNanos >= 0;
                    });
                })
                .thenCompose(settled -> {
                    port.cut().abort(new IllegalStateException("the server stopped"));
                    return await(port.open()::areNone);
                });
    }

    private CompletionStage<Done> await(BooleanSupplier condition) {
        CompletableFuture<Done> met = new CompletableFuture<>();
        poll(condition, met);
        return met;
    }

    private void poll(BooleanSupplier condition, CompletableFuture<Done> met) {
        if (condition.getAsBoolean()) {
            met.complete(Done.getInstance());
        } else {
            system.scheduler().scheduleOnce(DRAIN_POLL, () -> poll(condition, met), system.executionContext());
        }
    }
}
