package flare.data;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.http.javadsl.ClientTransport;
import org.apache.pekko.http.javadsl.OutgoingConnection;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RequestEntity;
import org.apache.pekko.http.javadsl.settings.ClientConnectionSettings;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.QueueOfferResult;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a data node, carrying one exchange at a time. It is idle again only when a request is wholly sent and
 * its answer wholly read; whatever else happens to either, the connection is cut, so that no later exchange can be mixed
 * up with an earlier one.
 */
final class NodeConnection {

    private final ActorSystem system;
    private final Duration stall;
    private final Owner owner;
    private final SharedKillSwitch transport = KillSwitches.shared("node-connection");
    private final BoundedSourceQueue<HttpRequest> requests;

    private @Nullable Exchange exchange;
    private int exchanges;
    private boolean closed;
    private boolean closing;

    /** What carries requests over the bytes of a connection: HTTP, with TLS or without. */
    interface Transport {
        Flow<HttpRequest, HttpResponse, CompletionStage<OutgoingConnection>> over(ClientTransport tcp);
    }

    /** The pool. Called from any thread. */
    interface Owner {
        void idle(NodeConnection connection);

        /**
         * Exactly once.
         *
         * @param broken not by {@link NodeConnection#close}
         */
        void closed(NodeConnection connection, boolean broken);
    }

    /** The connection ended before the answer began, as one does that the node had closed while it was idle. */
    static final class ClosedUnanswered extends RuntimeException {

        private final boolean reused;

        ClosedUnanswered(boolean reused, @Nullable Throwable cause) {
            super("the connection was closed before the answer", cause);
            this.reused = reused;
        }

        /** Whether earlier exchanges went well: the node may just have restarted. */
        boolean reused() {
            return reused;
        }
    }

    private static final class Exchange {

        final CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
        final Duration answerWithin;
        boolean sent;
        boolean received;

        @Nullable
        Cancellable deadline;

        Exchange(Duration answerWithin) {
            this.answerWithin = answerWithin;
        }
    }

    /** @param stall longest silence of the node in the middle of an answer */
    NodeConnection(ActorSystem system, Transport above, Duration stall, Owner owner) {
        this.system = system;
        this.stall = stall;
        this.owner = owner;
        var running = Source.<HttpRequest>queue(1)
                .via(above.over(new Cuttable()))
                .toMat(Sink.foreach(this::answered), Keep.both())
                .run(system);
        this.requests = running.first();
        running.second().whenComplete((done, failure) -> ended(failure));
    }

    /** TCP that can be cut in the middle of anything. */
    private final class Cuttable extends ClientTransport {

        @Override
        public Flow<ByteString, ByteString, CompletionStage<OutgoingConnection>> connectTo(
                String host, int port, ClientConnectionSettings settings, ActorSystem connectingSystem) {
            return Flow.of(ByteString.class)
                    .via(transport.flow())
                    .viaMat(ClientTransport.TCP().connectTo(host, port, settings, connectingSystem), Keep.right())
                    .via(transport.flow());
        }
    }

    /** @param answerWithin from the moment the request is wholly sent */
    CompletionStage<HttpResponse> send(HttpRequest request, Duration answerWithin) {
        Exchange begun = new Exchange(answerWithin);
        synchronized (this) {
            if (exchange != null) {
                throw new IllegalStateException("a second exchange on one connection");
            }
            if (closed) {
                return CompletableFuture.failedFuture(new ClosedUnanswered(exchanges > 0, null));
            }
            exchange = begun;
        }
        if (request.entity().isStrict()) {
            sent(begun);
        }
        QueueOfferResult offered = requests.offer(request.withEntity(watched(request.entity(), begun)));
        if (!offered.isEnqueued()) {
            ended(null);
        }
        return begun.answer;
    }

    private RequestEntity watched(RequestEntity entity, Exchange of) {
        if (entity.isStrict()) {
            return entity;
        }
        Source<ByteString, Object> bytes = entity.getDataBytes().watchTermination((none, done) -> {
            done.whenComplete((ok, failure) -> {
                if (failure == null) {
                    sent(of);
                } else {
                    cut(failure);
                }
            });
            return NotUsed.getInstance();
        });
        return entity.getContentLengthOption().isPresent()
                ? HttpEntities.create(
                        entity.getContentType(), entity.getContentLengthOption().getAsLong(), bytes)
                : HttpEntities.createChunked(entity.getContentType(), bytes);
    }

    private void sent(Exchange of) {
        synchronized (this) {
            of.sent = true;
            if (!of.answer.isDone()) {
                of.deadline = system.scheduler()
                        .scheduleOnce(
                                of.answerWithin,
                                () -> cut(new TimeoutException("no answer within " + of.answerWithin)),
                                system.dispatcher());
            }
        }
        idleIfOver(of);
    }

    private void answered(HttpResponse response) {
        Exchange current;
        synchronized (this) {
            current = exchange;
            if (current == null) {
                throw new IllegalStateException("an answer nobody asked for");
            }
            if (current.deadline != null) {
                current.deadline.cancel();
            }
        }
        if (response.entity().isStrict()) {
            received(current);
            current.answer.complete(response);
            return;
        }
        // An answer that only the connection's end delimits can be cut short unnoticed: no data node sends one.
        if (response.entity().getContentLengthOption().isEmpty()) {
            cut(new IllegalStateException("an answer without a length"));
            return;
        }
        long length = response.entity().getContentLengthOption().getAsLong();
        current.answer.complete(response.withEntity(HttpEntities.create(
                response.entity().getContentType(),
                length,
                response.entity().withoutSizeLimit().getDataBytes().via(new WatchedBody(length, stall, whole -> {
                    if (whole) {
                        received(current);
                    } else {
                        cut(new IllegalStateException("the answer was not read to its end"));
                    }
                })))));
    }

    private void received(Exchange of) {
        synchronized (this) {
            of.received = true;
        }
        idleIfOver(of);
    }

    private void idleIfOver(Exchange of) {
        synchronized (this) {
            if (!of.sent || !of.received || exchange != of || closed) {
                return;
            }
            exchange = null;
            exchanges++;
        }
        owner.idle(this);
    }

    /** Ends the connection at once, whatever goes on on it. */
    void cut(Throwable reason) {
        Exchange current;
        synchronized (this) {
            current = exchange;
        }
        if (current != null) {
            current.answer.completeExceptionally(reason);
        }
        transport.abort(reason);
    }

    /** Ends an idle connection. */
    void close() {
        synchronized (this) {
            closing = true;
        }
        requests.complete();
    }

    private void ended(@Nullable Throwable failure) {
        Exchange current;
        boolean reused;
        boolean broken;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            current = exchange;
            reused = exchanges > 0;
            broken = !closing;
            if (current != null && current.deadline != null) {
                current.deadline.cancel();
            }
        }
        if (current != null) {
            current.answer.completeExceptionally(new ClosedUnanswered(reused, failure));
        }
        owner.closed(this, broken);
    }
}
