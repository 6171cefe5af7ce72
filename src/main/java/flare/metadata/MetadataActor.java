package flare.metadata;

import flare.config.RaftSettings;
import flare.metadata.CommandLog.Committed;
import flare.model.Fault;
import flare.model.FlareException;
import flare.telemetry.CrashPoint;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs queued commands into log entries and sees each through to its outcome. Owns the operation ids: a batch, once
 * packed, is proposed under the same ids until the log answers it. Commands are packed in the order they came; only a
 * change of leader can let a later batch go first.
 *
 * <p>At most {@code max-pending} commands are here, packed or not, and at most {@code entries-in-flight} batches proposed.
 */
final class MetadataActor extends AbstractBehavior<MetadataActor.Message> {

    sealed interface Message {}

    /** {@code result} is completed off the actor: its dependents may be slow. */
    record Submit(Command<?> command, CompletableFuture<Object> result) implements Message {}

    /** Fails everything that has no outcome, and ends. */
    record Stop() implements Message {}

    private record Answered(Batch batch, Committed committed) implements Message {}

    private record Failed(Batch batch, Throwable cause) implements Message {}

    private record Retry() implements Message {}

    /** A command under its operation id. */
    private record Pending(Envelope envelope, CompletableFuture<Object> result) {}

    private record Batch(long number, List<Pending> commands) {}

    private static final Logger log = LoggerFactory.getLogger(MetadataActor.class);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(20);
    private static final Duration LAST_BACKOFF = Duration.ofMillis(500);

    private final RaftSettings settings;
    private final CommandLog commandLog;
    private final LongSupplier liveSession;
    private final TimerScheduler<Message> timers;
    private final ArrayDeque<Submit> queue = new ArrayDeque<>();
    private final TreeMap<Long, Batch> unanswered = new TreeMap<>();
    private final ArrayDeque<Batch> retries = new ArrayDeque<>();
    private int pending;
    private int inFlight;
    private long nextBatch;
    private long numberedSession;
    private long nextSequence;
    private Duration backoff = FIRST_BACKOFF;
    private boolean waiting;

    private MetadataActor(
            ActorContext<Message> context,
            TimerScheduler<Message> timers,
            RaftSettings settings,
            CommandLog commandLog,
            LongSupplier liveSession) {
        super(context);
        this.timers = timers;
        this.settings = settings;
        this.commandLog = commandLog;
        this.liveSession = liveSession;
    }

    /** @param liveSession the live session's id, 0 while there is none */
    static Behavior<Message> create(RaftSettings settings, CommandLog commandLog, LongSupplier liveSession) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new MetadataActor(context, timers, settings, commandLog, liveSession)));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Submit.class, this::onSubmit)
                .onMessage(Answered.class, this::onAnswered)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Retry.class, this::onRetry)
                .onMessage(Stop.class, this::onStop)
                .build();
    }

    private Behavior<Message> onSubmit(Submit submit) {
        if (pending >= settings.maxPending() && !CommandTraits.keepsSession(submit.command)) {
            refuse(
                    submit.result,
                    new FlareException(
                            Fault.SLOW_DOWN,
                            pending + " metadata commands are pending, as many as flare.raft.max-pending allows"));
            return this;
        }
        long maxBytes = CommandTraits.maxBytes(submit.command);
        long limit = RatisProperties.maxCommandBytes(settings);
        if (maxBytes > limit) {
            refuse(
                    submit.result,
                    new FlareException(
                            Fault.ENTITY_TOO_LARGE,
                            "a command of up to " + maxBytes
                                    + " bytes does not fit an entry of the metadata log, which has " + limit
                                    + " for one"));
            return this;
        }
        pending++;
        queue.add(submit);
        dispatch();
        return this;
    }

    private Behavior<Message> onAnswered(Answered answered) {
        List<Pending> commands = answered.batch.commands;
        List<Outcome> outcomes = answered.committed.outcomes();
        if (commands.size() != outcomes.size()) {
            throw new IllegalStateException("entry " + answered.committed.index() + " of " + commands.size()
                    + " commands has " + outcomes.size() + " outcomes");
        }
        inFlight--;
        backoff = FIRST_BACKOFF;
        settle(answered.batch);
        getContext().getExecutionContext().execute(() -> {
            for (int i = 0; i < commands.size(); i++) {
                complete(commands.get(i).result, outcomes.get(i));
            }
        });
        dispatch();
        return this;
    }

    private Behavior<Message> onFailed(Failed failed) {
        log.debug("batch {} has no outcome yet", failed.batch.number, failed.cause);
        inFlight--;
        if (failed.cause instanceof FlareException refusal && refusal.fault() != Fault.UNAVAILABLE) {
            // It never reached the log and never will.
            settle(failed.batch);
            failed.batch.commands.forEach(command -> refuse(command.result, refusal));
            dispatch();
            return this;
        }
        retries.add(failed.batch);
        if (!waiting) {
            waiting = true;
            timers.startSingleTimer(new Retry(), backoff);
            backoff = backoff.multipliedBy(2).compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : backoff.multipliedBy(2);
        }
        return this;
    }

    private Behavior<Message> onRetry(Retry retry) {
        waiting = false;
        dispatch();
        return this;
    }

    private Behavior<Message> onStop(Stop stop) {
        FlareException stopped = Unavailable.because("the metadata actor is stopped");
        queue.forEach(submit -> refuse(submit.result, stopped));
        unanswered.values().forEach(batch -> batch.commands.forEach(command -> refuse(command.result, stopped)));
        return Behaviors.stopped();
    }

    private void dispatch() {
        while (!waiting && inFlight < settings.entriesInFlight()) {
            Optional<Batch> next = retries.isEmpty() ? pack() : Optional.of(retries.remove());
            if (next.isEmpty()) {
                return;
            }
            propose(next.get());
        }
    }

    private void propose(Batch batch) {
        inFlight++;
        List<Envelope> envelopes =
                batch.commands.stream().map(Pending::envelope).toList();
        CompletionStage<Committed> committed = proposed(envelopes);
        CrashPoint.COMMAND_PROPOSED.reached();
        getContext()
                .pipeToSelf(
                        committed,
                        (answer, failure) -> answer != null ? new Answered(batch, answer) : new Failed(batch, failure));
    }

    private CompletionStage<Committed> proposed(List<Envelope> envelopes) {
        try {
            return commandLog.propose(envelopes);
        } catch (FlareException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Empty if nothing is queued. */
    private Optional<Batch> pack() {
        List<Pending> commands = new ArrayList<>();
        long bytes = 0;
        long lowest = -1;
        while (!queue.isEmpty() && commands.size() < settings.maxEntryCommands()) {
            Command<?> command = queue.element().command;
            bytes += CommandTraits.maxBytes(command);
            if (!commands.isEmpty() && bytes > settings.maxEntryBytes().bytes()) {
                break;
            }
            Submit submit = queue.remove();
            long session = CommandTraits.needsSession(command) ? liveSession.getAsLong() : 0;
            if (session == 0 && CommandTraits.needsSession(command)) {
                pending--;
                refuse(submit.result, Unavailable.because("this process has no live session"));
                continue;
            }
            if (session != 0 && session != numberedSession) {
                numberedSession = session;
                nextSequence = 1;
                lowest = -1;
            }
            if (session != 0 && lowest < 0) {
                lowest = lowestUnanswered(session);
            }
            long sequence = session == 0 ? 0 : nextSequence++;
            Envelope envelope = new Envelope(session, sequence, session == 0 ? 0 : lowest, command);
            commands.add(new Pending(envelope, submit.result));
        }
        if (commands.isEmpty()) {
            return Optional.empty();
        }
        Batch batch = new Batch(nextBatch++, List.copyOf(commands));
        unanswered.put(batch.number, batch);
        return Optional.of(batch);
    }

    /** Batches are numbered in the order of their sequences, so the first one of the session has its lowest. */
    private long lowestUnanswered(long session) {
        for (Map.Entry<Long, Batch> entry : unanswered.entrySet()) {
            for (Pending command : entry.getValue().commands) {
                if (command.envelope.session() == session) {
                    return command.envelope.sequence();
                }
            }
        }
        return nextSequence;
    }

    private void settle(Batch batch) {
        unanswered.remove(batch.number);
        pending -= batch.commands.size();
    }

    private void refuse(CompletableFuture<Object> result, FlareException refusal) {
        getContext().getExecutionContext().execute(() -> result.completeExceptionally(refusal));
    }

    private static void complete(CompletableFuture<Object> result, Outcome outcome) {
        if (outcome instanceof Outcome.Accepted accepted) {
            result.complete(accepted.value());
        } else if (outcome instanceof Outcome.Refused refused) {
            result.completeExceptionally(new FlareException(refused.fault(), refused.message()));
        }
    }
}
