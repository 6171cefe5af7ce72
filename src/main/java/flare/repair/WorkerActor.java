package flare.repair;

import flare.repair.Progress.State;
import flare.repair.RepairWorker.Step;
import flare.repair.RepairWorker.Tally;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Runs one worker: one step at a time, on the dispatcher for blocking work; after a step that moved bytes it waits until
 * the rate allows the next, counted from the step's own start. Publishes a report after each step. Stopping it lets a step under way end by itself: what it
 * still orders is fenced by its term.
 */
final class WorkerActor extends AbstractBehavior<WorkerActor.Command> {

    sealed interface Command {}

    private enum Go implements Command {
        STEP
    }

    private record Ended(@Nullable Step step, @Nullable Throwable failure, Tally tally) implements Command {}

    /**
     * @param bytesPerSecond what steps may move
     * @param retry pause after a failed step
     */
    record Pace(long bytesPerSecond, Duration retry) {}

    /** How much a new measurement of the rate counts against those before. */
    private static final double SMOOTHING = 0.2;

    private final TimerScheduler<Command> timers;
    private final RepairWorker worker;
    private final Pace pace;
    private final ProgressBoard board;
    private final LongSupplier nanoTime;
    private final Executor blocking;
    private double perSecond;
    private long lastDone;
    private long lastNanos;
    private long startedNanos;

    private WorkerActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            RepairWorker worker,
            Pace pace,
            ProgressBoard board,
            LongSupplier nanoTime) {
        super(context);
        this.timers = timers;
        this.worker = worker;
        this.pace = pace;
        this.board = board;
        this.nanoTime = nanoTime;
        this.blocking = context.getSystem().dispatchers().lookup(DispatcherSelector.blocking());
        this.lastNanos = nanoTime.getAsLong();
        context.getSelf().tell(Go.STEP);
    }

    static Behavior<Command> create(RepairWorker worker, Pace pace, ProgressBoard board, LongSupplier nanoTime) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new WorkerActor(context, timers, worker, pace, board, nanoTime)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Go.class, go -> step())
                .onMessage(Ended.class, this::ended)
                .onSignal(PostStop.class, signal -> {
                    board.stopped(worker.name());
                    return this;
                })
                .build();
    }

    private Behavior<Command> step() {
        startedNanos = nanoTime.getAsLong();
        // The tally is taken in the step's own thread: a worker's fields belong to it.
        getContext()
                .pipeToSelf(
                        CompletableFuture.supplyAsync(this::stepOnce, blocking),
                        (ended, failure) -> ended != null ? ended : new Ended(null, failure, Tally.NOTHING));
        return this;
    }

    private Ended stepOnce() {
        try {
            Step step = worker.step();
            return new Ended(step, null, worker.tally());
        } catch (RuntimeException e) {
            return new Ended(null, e, worker.tally());
        }
    }

    private Behavior<Command> ended(Ended ended) {
        measure(ended.tally);
        Step step = ended.step;
        if (step == null) {
            getContext().getLog().warn("A step of {} failed", worker.name(), ended.failure);
            publish(State.FAILING, ended.tally, String.valueOf(ended.failure));
            goOnAfter(pace.retry());
        } else if (step instanceof Step.Busy busy) {
            publish(State.BUSY, ended.tally, ended.tally.note());
            goOnAfter(restOf(Duration.ofNanos((long) (1e9 * busy.bytesMoved() / pace.bytesPerSecond()))));
        } else if (step instanceof Step.Paced paced) {
            publish(State.BUSY, ended.tally, ended.tally.note());
            goOnAfter(paced.pause());
        } else if (step instanceof Step.Idle idle) {
            publish(State.IDLE, ended.tally, ended.tally.note());
            goOnAfter(idle.pause());
        } else {
            publish(State.DONE, ended.tally, ended.tally.note());
        }
        return this;
    }

    /** What a step has not used up itself of the time that it may go on after. */
    private Duration restOf(Duration quota) {
        Duration rest = quota.minusNanos(nanoTime.getAsLong() - startedNanos);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    private void goOnAfter(Duration pause) {
        if (pause.isZero()) {
            getContext().getSelf().tell(Go.STEP);
        } else {
            timers.startSingleTimer(Go.STEP, Go.STEP, pause);
        }
    }

    private void measure(Tally tally) {
        long now = nanoTime.getAsLong();
        double seconds = (now - lastNanos) / 1e9;
        if (seconds > 0) {
            double latest = Math.max(0, tally.done() - lastDone) / seconds;
            perSecond += SMOOTHING * (latest - perSecond);
        }
        lastDone = tally.done();
        lastNanos = now;
    }

    private void publish(State state, Tally tally, String note) {
        board.publish(Progress.of(worker.name(), state, tally, perSecond, note));
    }
}
