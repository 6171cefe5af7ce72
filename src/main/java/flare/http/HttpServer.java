package flare.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.ProductVersion;
import org.apache.pekko.http.javadsl.model.headers.Server;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import scala.jdk.javaapi.DurationConverters;

/**
 * A listening port. What a port's correctness rests on is set here, whatever the configuration says: the raw request
 * target is kept (keys and signatures are made of it), no body is too long for the parser and no transfer takes too long
 * for it (routes have their own limits), and one request at a time is read from a connection. Speed is tuned in
 * {@code flare-pekko.conf}.
 */
public final class HttpServer {

    /** Longest request target: a key of 1,024 bytes takes three times that in percent-encoding, and a query follows. */
    private static final int MAX_TARGET_LENGTH = 8 * 1024;

    private static final Duration DRAIN_POLL = Duration.ofMillis(20);
    /** For answers that are ready and only to be written. */
    private static final Duration LAST_WRITES = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final ServerBinding binding;
    private final Exchanges exchanges;
    private final SharedKillSwitch requests;

    private HttpServer(ActorSystem<?> system, ServerBinding binding, Exchanges exchanges, SharedKillSwitch requests) {
        this.system = system;
        this.binding = binding;
        this.exchanges = exchanges;
        this.requests = requests;
    }

    /**
     * Bounds of one port.
     *
     * @param maxConnections past it connections wait in the backlog
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
     * Listens. The handler must read or discard each request's entity.
     *
     * @param port 0: any free port
     */
    public static CompletionStage<HttpServer> bind(
            ActorSystem<?> system,
            String host,
            int port,
            Limits limits,
            Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
        Exchanges exchanges = new Exchanges(system, handler, limits.maxConnections());
        SharedKillSwitch requests = KillSwitches.shared("http-requests");
        return Http.get(system)
                .newServerAt(host, port)
                .withSettings(settings(system, limits))
                .bindFlow(Flow.of(HttpRequest.class).via(requests.flow()).mapAsync(1, exchanges::handle))
                .thenApply(binding -> new HttpServer(system, binding, exchanges, requests));
    }

    private static ServerSettings settings(ActorSystem<?> system, Limits limits) {
        ServerSettings configured = ServerSettings.create(system.classicSystem());
        return configured
                .withMaxConnections(limits.maxConnections())
                .withPipeliningLimit(1)
                .withRawRequestUriHeader(true)
                .withTransparentHeadRequests(false)
                .withServerHeader(Optional.of(Server.create(ProductVersion.create("Flare", ""))))
                .withTimeouts(configured
                        .getTimeouts()
                        .withIdleTimeout(DurationConverters.toScala(limits.idleTimeout()))
                        .withRequestTimeout(scala.concurrent.duration.Duration.Inf()))
                .withParserSettings(configured
                        .getParserSettings()
                        .withMaxContentLength(Long.MAX_VALUE)
                        .withMaxUriLength(MAX_TARGET_LENGTH));
    }

    /** The port that is bound, also where any free one was asked for. */
    public int port() {
        return binding.localAddress().getPort();
    }

    /**
     * Accepts nothing more, answers 503 to what still comes on open connections, lets the transfers under way end, and
     * cuts those that have not after {@code limit}.
     *
     * <p>Pekko's own terminate resets a connection on which an answer is still on its way. So it comes last: once each
     * request has its answer, ending the flow of requests closes a connection behind the answer's last byte.
     */
    public CompletionStage<Done> stop(Duration limit) {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        exchanges.drain();
        return binding.unbind()
                .thenCompose(unbound -> await(exchanges::answered, deadlineNanos))
                .thenCompose(answered -> {
                    requests.shutdown();
                    return await(exchanges::none, deadlineNanos);
                })
                .thenCompose(drained -> {
                    exchanges.cut();
                    return binding.terminate(limit.compareTo(LAST_WRITES) < 0 ? limit : LAST_WRITES);
                })
                .thenApply(terminated -> Done.getInstance());
    }

    private CompletionStage<Done> await(BooleanSupplier condition, long deadlineNanos) {
        CompletableFuture<Done> met = new CompletableFuture<>();
        poll(condition, deadlineNanos, met);
        return met;
    }

    private void poll(BooleanSupplier condition, long deadlineNanos, CompletableFuture<Done> met) {
        if (condition.getAsBoolean() || System.nanoTime() - deadlineNanos >= 0) {
            met.complete(Done.getInstance());
        } else {
            system.scheduler()
                    .scheduleOnce(DRAIN_POLL, () -> poll(condition, deadlineNanos, met), system.executionContext());
        }
    }
}
