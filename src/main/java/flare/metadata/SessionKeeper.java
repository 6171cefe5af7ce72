package flare.metadata;

import flare.config.SessionSettings;
import flare.metadata.Command.CloseSession;
import flare.metadata.Command.OpenSession;
import flare.metadata.Command.RenewSession;
import flare.metadata.LiveSession.Marks;
import flare.model.Fault;
import flare.model.FlareException;
import flare.telemetry.CrashPoint;
import java.net.URI;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this process registered: opens a session, renews it with its marks through the log, and opens another when the
 * state machine says it ended. At most one of these is under way.
 */
final class SessionKeeper extends AbstractBehavior<SessionKeeper.Message> {

    sealed interface Message {}

    /** Closes the session, completes {@code closed} whatever comes of it, and ends. */
    record Close(CompletableFuture<Void> closed) implements Message {}

    /** Renews now, so that what was abandoned is reported; {@code renewed} completes after the next renewal. */
    record RenewNow(CompletableFuture<Void> renewed) implements Message {}

    private record Tick() implements Message {}

    private record Opened(long session) implements Message {}

    private record Renewed(Marks marks) implements Message {}

    private record Failed(FlareException failure) implements Message {}

    private record Closed() implements Message {}

    /** How a command is submitted; {@link Metadata#submit} in production. */
    interface Submitter {
        <R> CompletionStage<R> submit(Command<R> command);
    }

    private static final Logger log = LoggerFactory.getLogger(SessionKeeper.class);

    /** Abandoned blobs that one renewal reports; the rest waits for the next. */
    private static final int MAX_ABANDONED = 64;

    private final LiveSession session;
    private final Submitter submitter;
    private final OpenSession opening;
    private boolean busy;
    private Optional<CompletableFuture<Void>> closing = Optional.empty();
    private Optional<CompletableFuture<Void>> afterNext = Optional.empty();
    private Optional<CompletableFuture<Void>> underWay = Optional.empty();

    private SessionKeeper(
            ActorContext<Message> context, LiveSession session, Submitter submitter, OpenSession opening) {
        super(context);
        this.session = session;
        this.submitter = submitter;
        this.opening = opening;
        open();
    }

    static Behavior<Message> create(
            SessionSettings settings, LiveSession session, Submitter submitter, UUID process, Optional<URI> url) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), settings.renewEvery());
            return new SessionKeeper(context, session, submitter, new OpenSession(process, url));
        }));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Tick.class, tick -> step())
                .onMessage(RenewNow.class, this::onRenewNow)
                .onMessage(Opened.class, this::onOpened)
                .onMessage(Renewed.class, this::onRenewed)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Close.class, this::onClose)
                .onMessage(Closed.class, this::onClosed)
                .build();
    }

    private Behavior<Message> onRenewNow(RenewNow now) {
        CompletableFuture<Void> renewed = now.renewed;
        afterNext.ifPresent(earlier -> {
            var unused = renewed.thenRun(() -> earlier.complete(null));
        });
        afterNext = Optional.of(renewed);
        return step();
    }

    private Behavior<Message> onOpened(Opened opened) {
        busy = false;
        session.opened(opened.session);
        log.info("session {} is open", opened.session);
        CrashPoint.SESSION_OPENED.reached();
        return afterNext.isPresent() || closing.isPresent() ? step() : this;
    }

    private Behavior<Message> onRenewed(Renewed renewed) {
        busy = false;
        session.renewed(renewed.marks);
        underWay.ifPresent(future -> future.complete(null));
        underWay = Optional.empty();
        return renewed.marks.more() || afterNext.isPresent() || closing.isPresent() ? step() : this;
    }

    private Behavior<Message> onFailed(Failed failed) {
        busy = false;
        if (afterNext.isEmpty()) {
            afterNext = underWay;
        }
        underWay = Optional.empty();
        boolean ended = failed.failure.fault() == Fault.UNAVAILABLE && session.idOrZero() != 0;
        if (ended) {
            log.warn("session {} has ended; opening another", session.idOrZero(), failed.failure);
            session.ended();
            return step();
        }
        log.warn("the session could not be opened or renewed; trying again", failed.failure);
        return closing.isPresent() ? step() : this;
    }

    private Behavior<Message> onClose(Close close) {
        closing = Optional.of(close.closed);
        return step();
    }

    private Behavior<Message> onClosed(Closed closed) {
        closing.ifPresent(future -> future.complete(null));
        return Behaviors.stopped();
    }

    /** Does what is to be done next, unless something is under way. */
    private Behavior<Message> step() {
        if (busy) {
            return this;
        }
        if (closing.isPresent()) {
            return close();
        }
        if (session.idOrZero() == 0) {
            open();
        } else {
            renew();
        }
        return this;
    }

    private void open() {
        busy = true;
        getContext().pipeToSelf(submit(opening), (id, failure) -> id != null ? new Opened(id) : failed(failure));
    }

    private void renew() {
        busy = true;
        underWay = afterNext;
        afterNext = Optional.empty();
        Marks marks = session.marks(MAX_ABANDONED);
        RenewSession renewal =
                new RenewSession(marks.session(), marks.writeMark(), marks.readMark(), marks.abandoned());
        getContext()
                .pipeToSelf(submit(renewal), (done, failure) -> failure == null ? new Renewed(marks) : failed(failure));
    }

    private Behavior<Message> close() {
        long id = session.idOrZero();
        if (id == 0) {
            return onClosed(new Closed());
        }
        busy = true;
        CompletionStage<Command.Done> closed = submit(new CloseSession(id));
        session.ended();
        getContext().pipeToSelf(closed, (done, failure) -> new Closed());
        return this;
    }

    private <R> CompletionStage<R> submit(Command<R> command) {
        try {
            return submitter.submit(command);
        } catch (FlareException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static Failed failed(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new Failed(
                cause instanceof FlareException flare
                        ? flare
                        : new FlareException(Fault.INTERNAL, "the session's command failed", cause));
    }
}
