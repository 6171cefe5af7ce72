package flare.repair;

import flare.metadata.RaftStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Runs the coordinator's workers while this process leads the Raft group, made anew for each term it leads in, and those
 * few that every API process runs. Noticing late is harmless: commands are fenced by the term, and what data nodes are
 * asked to do was committed before.
 */
final class Coordinator extends AbstractBehavior<Coordinator.Command> {

    sealed interface Command {}

    private enum Look implements Command {
        NOW
    }

    /** A look reads a local field; sessions and nodes wait for it after an election. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(200);

    /**
     * @param always run here whether this process leads or not
     * @param leading makes the workers of one term
     */
    record Duties(
            Supplier<List<RepairWorker>> always, LongFunction<List<RepairWorker>> leading, WorkerActor.Pace pace) {}

    private final Supplier<RaftStatus> status;
    private final Duties duties;
    private final ProgressBoard board;
    private final LongSupplier nanoTime;
    private final List<ActorRef<WorkerActor.Command>> running = new ArrayList<>();
    private OptionalLong term = OptionalLong.empty();

    private Coordinator(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Supplier<RaftStatus> status,
            Duties duties,
            ProgressBoard board,
            LongSupplier nanoTime) {
        super(context);
        this.status = status;
        this.duties = duties;
        this.board = board;
        this.nanoTime = nanoTime;
        duties.always().get().forEach(this::spawn);
        timers.startTimerWithFixedDelay(Look.NOW, Look.NOW, Duration.ZERO, LOOK_EVERY);
    }

    static Behavior<Command> create(
            Supplier<RaftStatus> status, Duties duties, ProgressBoard board, LongSupplier nanoTime) {
        Behavior<Command> behavior = Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new Coordinator(context, timers, status, duties, board, nanoTime)));
        return Behaviors.supervise(behavior)
                .onFailure(SupervisorStrategy.restartWithBackoff(LOOK_EVERY, LOOK_EVERY.multipliedBy(50), 0.2));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder().onMessage(Look.class, look -> look()).build();
    }

    private Behavior<Command> look() {
        OptionalLong now = status.get().leadingTerm();
        if (!now.equals(term)) {
            running.forEach(getContext()::stop);
            running.clear();
            term = now;
            now.ifPresent(this::lead);
        }
        return this;
    }

    private void lead(long leadingTerm) {
        getContext().getLog().info("Coordinating in term {}", leadingTerm);
        for (RepairWorker worker : duties.leading().apply(leadingTerm)) {
            running.add(spawn(worker));
        }
    }

    private ActorRef<WorkerActor.Command> spawn(RepairWorker worker) {
        return getContext().spawnAnonymous(WorkerActor.create(worker, duties.pace(), board, nanoTime));
    }
}
