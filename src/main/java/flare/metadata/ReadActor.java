package flare.metadata;

import flare.model.FlareException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Confirms reads: one question to the group serves every read that waited when it was asked; those that come meanwhile
 * wait for the next. A read that isn't confirmed within the read timeout is refused, never answered (I11).
 */
final class ReadActor extends AbstractBehavior<ReadActor.Message> {

    sealed interface Message {}

    /** {@code confirmed} completes when the local state may answer, or fails with UNAVAILABLE. Off the actor. */
    record Confirm(CompletableFuture<Void> confirmed) implements Message {}

    /** Refuses what waits, and ends. */
    record Stop() implements Message {}

    private record Confirmed() implements Message {}

    private record Failed(Throwable cause) implements Message {}

    private record Tick() implements Message {}

    private record Waiting(CompletableFuture<Void> confirmed, long deadlineNanos) {}

    private static final Duration RETRY_AFTER = Duration.ofMillis(50);

    private final CommandLog commandLog;
    private final Duration timeout;
    private final LongSupplier nanoTime;
    private List<Waiting> waiting = new ArrayList<>();
    private List<Waiting> asked = List.of();

    private ReadActor(ActorContext<Message> context, CommandLog commandLog, Duration timeout, LongSupplier nanoTime) {
        super(context);
        this.commandLog = commandLog;
        this.timeout = timeout;
        this.nanoTime = nanoTime;
    }

    /** @param nanoTime a monotonic clock, such as {@link System#nanoTime} */
    static Behavior<Message> create(CommandLog commandLog, Duration timeout, LongSupplier nanoTime) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), RETRY_AFTER);
            return new ReadActor(context, commandLog, timeout, nanoTime);
        }));
    }

    @Override
    public Receive<Message> createReceive() {
        return newReceiveBuilder()
                .onMessage(Confirm.class, this::onConfirm)
                .onMessage(Confirmed.class, this::onConfirmed)
                .onMessage(Failed.class, this::onFailed)
                .onMessage(Tick.class, this::onTick)
                .onMessage(Stop.class, this::onStop)
                .build();
    }

    private Behavior<Message> onConfirm(Confirm read) {
        waiting.add(new Waiting(read.confirmed, nanoTime.getAsLong() + timeout.toNanos()));
        ask();
        return this;
    }

    private Behavior<Message> onConfirmed(Confirmed message) {
        List<Waiting> reads = asked;
        asked = List.of();
        getContext().getExecutionContext().execute(() -> reads.forEach(read -> read.confirmed.complete(null)));
        ask();
        return this;
    }

    private Behavior<Message> onFailed(Failed failed) {
        List<Waiting> all = new ArrayList<>(asked);
        all.addAll(waiting);
        waiting = all;
        asked = List.of();
        refuseLate(failed.cause);
        return this;
    }

    private Behavior<Message> onTick(Tick tick) {
        ask();
        return this;
    }

    private Behavior<Message> onStop(Stop stop) {
        List<Waiting> all = new ArrayList<>(asked);
        all.addAll(waiting);
        refuse(all, Unavailable.because("the metadata is stopped"));
        return Behaviors.stopped();
    }

    private void ask() {
        if (!asked.isEmpty() || waiting.isEmpty()) {
            return;
        }
        asked = waiting;
        waiting = new ArrayList<>();
        getContext()
                .pipeToSelf(confirmation(), (done, failure) -> failure == null ? new Confirmed() : new Failed(failure));
    }

    private CompletionStage<Void> confirmation() {
        try {
            return commandLog
                    .confirm()
                    .toCompletableFuture()
                    .copy()
                    .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void refuseLate(Throwable cause) {
        long now = nanoTime.getAsLong();
        List<Waiting> late =
                waiting.stream().filter(read -> read.deadlineNanos - now <= 0).toList();
        waiting.removeAll(late);
        refuse(
                late,
                Unavailable.because("the leader of the metadata log did not confirm a read within " + timeout, cause));
    }

    private void refuse(List<Waiting> reads, FlareException refusal) {
        getContext()
                .getExecutionContext()
                .execute(() -> reads.forEach(read -> read.confirmed.completeExceptionally(refusal)));
    }
}
