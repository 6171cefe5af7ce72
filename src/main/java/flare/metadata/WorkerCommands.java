package flare.metadata;

import flare.metadata.wire.WorkerRow;

/** What background workers keep over terms, and what operators want of them. */
final class WorkerCommands {

    private final Applying entry;
    private final EntryBatch batch;

    WorkerCommands(Applying entry) {
        this.entry = entry;
        this.batch = entry.batch();
    }

    Command.Done save(Command.SaveCursor save) {
        entry.fence(save.term());
        put(save.worker(), row(save.worker()).setCursor(WorkerCodec.encode(save.cursor())));
        return new Command.Done();
    }

    Command.Done order(Command.OrderWorker order) {
        WorkerRow.Builder row = row(order.worker()).setPaused(order.order() == Command.WorkerOrder.PAUSE);
        if (order.order() == Command.WorkerOrder.START) {
            row.setStarted(entry.version());
        }
        put(order.worker(), row);
        return new Command.Done();
    }

    /**
     * Starts anew what depends on where chunks belong, but does not end a pause. Until the worker has kept something there
     * is nothing that it could have finished.
     */
    void nodesChanged() {
        WorkerRow.Builder row = row(WorkerCursor.REBALANCE);
        if (row.hasCursor()) {
            put(WorkerCursor.REBALANCE, row.setStarted(entry.version()));
        }
    }

    void copiesChanged() {
        put(WorkerCursor.POLICY, row(WorkerCursor.POLICY).setStarted(entry.version()));
    }

    /** Whether the wanted copies ever changed: only then can a process write by what they were before. */
    boolean haveCopiesChanged() {
        return batch.get(Family.META, Keys.worker(WorkerCursor.POLICY)) != null;
    }

    private WorkerRow.Builder row(String worker) {
        byte[] row = batch.get(Family.META, Keys.worker(worker));
        return row == null
                ? WorkerRow.newBuilder()
                : EntryBatch.parse(Family.META, row, WorkerRow.parser()).toBuilder();
    }

    private void put(String worker, WorkerRow.Builder row) {
        batch.put(Family.META, Keys.worker(worker), row.build());
    }
}
