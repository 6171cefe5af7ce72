package flare.repair;

import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * An operator's orders to repair, which stand in the metadata: whoever leads obeys them. A pause rests healing, and
 * rebalancing with it, which may not move copies while some are lacking.
 */
public final class RepairOrders {

    private static final String RESTORED =
            "nothing is deleted from disks since the metadata was restored from a backup: see"
                    + " that objects are whole, then 'flare repair resume --orphans'";

    /** Whose order the pause is. */
    static final String HEAL = "heal";

    /**
     * @param paused until {@link #resume}
     * @param lacking chunks that wait for repair, with fewer copies than wanted or more
     * @param pulling copies being made
     * @param freed copies that wait to be deleted
     */
    public record Report(boolean paused, long lacking, long pulling, long freed) {}

    private final Metadata metadata;

    RepairOrders(Metadata metadata) {
        this.metadata = metadata;
    }

    public CompletionStage<Report> report() {
        CompletableFuture<Query.WorkerState> standing =
                metadata.read(new Query.GetWorker(HEAL)).toCompletableFuture();
        CompletableFuture<Query.Counts> counts =
                metadata.read(new Query.GetCounts()).toCompletableFuture();
        return standing.thenCombine(
                counts, (order, now) -> new Report(order.paused(), now.repairs(), now.pending(), now.freed()));
    }

    /** Ends after the copies under way. A chunk that loses copies meanwhile stays short of them. */
    public CompletionStage<Report> pause() {
        return metadata.submit(new Command.OrderWorker(HEAL, Command.WorkerOrder.PAUSE))
                .thenCompose(done -> report());
    }

    /** @param orphans whether deleting goes on after a restore, and an orphan sweep that has stopped, which takes any number of orphans this once */
    public CompletionStage<Report> resume(boolean orphans) {
        CompletionStage<Command.Done> resumed =
                metadata.submit(new Command.OrderWorker(HEAL, Command.WorkerOrder.RESUME));
        return (orphans
                        ? resumed.thenCompose(done -> metadata.submit(
                                        new Command.OrderWorker(WorkerCursor.RECLAIM, Command.WorkerOrder.RESUME)))
                                .thenCompose(done -> metadata.submit(
                                        new Command.OrderWorker(OrphanSweep.NAME, Command.WorkerOrder.START)))
                        : resumed)
                .thenCompose(done -> report());
    }

    /** The worker, resting while repair is paused. */
    static RepairWorker obeying(RepairWorker worker, Ask ask, Duration interval) {
        return new Obeying(worker, ask, interval, HEAL);
    }

    /** The worker, which deletes, resting after a restore. */
    static RepairWorker deleting(RepairWorker worker, Ask ask, Duration interval) {
        return new Obeying(worker, ask, interval, WorkerCursor.RECLAIM);
    }

    /** Throws CONFLICT while nothing may be deleted. */
    static void requireDeleting(Ask ask) {
        if (ask.read(new Query.GetWorker(WorkerCursor.RECLAIM)).paused()) {
            throw new FlareException(Fault.CONFLICT, RESTORED);
        }
    }

    private static final class Obeying implements RepairWorker {

        private final RepairWorker worker;
        private final Ask ask;
        private final Duration interval;
        private final String order;
        private boolean paused;

        private Obeying(RepairWorker worker, Ask ask, Duration interval, String order) {
            this.order = order;
            this.worker = worker;
            this.ask = ask;
            this.interval = interval;
        }

        @Override
        public String name() {
            return worker.name();
        }

        @Override
        public Step step() {
            paused = ask.read(new Query.GetWorker(order)).paused();
            return paused ? new Step.Idle(interval) : worker.step();
        }

        @Override
        public Tally tally() {
            Tally tally = worker.tally();
            if (!paused) {
                return tally;
            }
            return order.equals(HEAL)
                    ? new Tally(tally.done(), tally.left(), "paused; 'flare repair resume' goes on", tally.alarm())
                    : new Tally(tally.done(), tally.left(), "paused", Optional.of(RESTORED));
        }
    }
}
