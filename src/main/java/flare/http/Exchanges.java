package flare.http;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.ResponseEntity;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The requests of one port that are under way: from the request's arrival to the last byte of its answer. */
final class Exchanges {

    /** An answer that nobody began to read this long after it was ready lost its connection before. */
    private static final Duration UNREAD = Duration.ofSeconds(10);

    private final ActorSystem<?> system;
    private final Function<HttpRequest, CompletionStage<HttpResponse>> handler;
    private final int max;
    private final Set<Exchange> underWay = ConcurrentHashMap.newKeySet();
    private final SharedKillSwitch cut = KillSwitches.shared("http-answers");
    private volatile boolean draining;

    private static final class Exchange {

        private volatile long readyNanos;
        private volatile boolean ready;
        private volatile boolean running;

        private boolean abandoned(long nowNanos) {
            return ready && !running && nowNanos - readyNanos > UNREAD.toNanos();
        }
    }

    /** @param max connections of the port, each of which has one exchange at most */
    Exchanges(ActorSystem<?> system, Function<HttpRequest, CompletionStage<HttpResponse>> handler, int max) {
        this.system = system;
        this.handler = handler;
        this.max = max;
    }

    CompletionStage<HttpResponse> handle(HttpRequest request) throws Exception {
        if (draining) {
            request.discardEntityBytes(system);
            return CompletableFuture.completedFuture(HttpResponse.create()
                    .withStatus(StatusCodes.SERVICE_UNAVAILABLE)
                    .addHeader(Connection.create("close")));
        }
        if (underWay.size() > max) {
            forgetAbandoned();
        }
        Exchange exchange = new Exchange();
        underWay.add(exchange);
        try {
            return handler.apply(request)
                    .whenComplete((response, failure) -> {
                        if (failure != null) {
                            underWay.remove(exchange);
                        }
                    })
                    .thenApply(response -> watched(response, exchange));
        } catch (Exception e) {
            underWay.remove(exchange);
            throw e;
        }
    }

    private HttpResponse watched(HttpResponse response, Exchange exchange) {
        exchange.readyNanos = System.nanoTime();
        exchange.ready = true;
        if (response.entity().isStrict()) {
            underWay.remove(exchange);
            return response;
        }
        return response.withEntity(counted(response.entity(), exchange));
    }

    /** The same kind of entity: one of known length must stay so, or its reader can't tell that it was cut short. */
    private ResponseEntity counted(ResponseEntity entity, Exchange exchange) {
        Flow<ByteString, ByteString, NotUsed> counting = Flow.of(ByteString.class)
                .watchTermination((none, done) -> {
                    exchange.running = true;
                    done.whenComplete((ok, failure) -> underWay.remove(exchange));
                    return NotUsed.getInstance();
                });
        Source<ByteString, Object> bytes =
                entity.getDataBytes().via(cut.<ByteString>flow()).via(counting);
        if (entity.getContentLengthOption().isPresent()) {
            return HttpEntities.create(
                    entity.getContentType(), entity.getContentLengthOption().getAsLong(), bytes);
        }
        return entity.isCloseDelimited()
                ? HttpEntities.createCloseDelimited(entity.getContentType(), bytes)
                : HttpEntities.createChunked(entity.getContentType(), bytes);
    }

    /** From now on new requests are turned away. */
    void drain() {
        draining = true;
    }

    /** Whether every request has its answer, be it still on its way. */
    boolean answered() {
        return underWay.stream().allMatch(exchange -> exchange.ready);
    }

    boolean none() {
        forgetAbandoned();
        return underWay.isEmpty();
    }

    /** Fails the answers that are on their way: their connections break off. */
    void cut() {
        cut.abort(new IllegalStateException("the server stops"));
    }

    private void forgetAbandoned() {
        long now = System.nanoTime();
        underWay.removeIf(exchange -> exchange.abandoned(now));
    }
}
