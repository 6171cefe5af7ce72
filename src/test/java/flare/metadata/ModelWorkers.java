package flare.metadata;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

/** What workers kept, as a plain map: part of {@link ModelState}. */
final class ModelWorkers {

    private final ModelState state;
    private final TreeMap<String, Query.WorkerState> all = new TreeMap<>();
    private final Set<String> saved = new HashSet<>();

    ModelWorkers(ModelState state) {
        this.state = state;
    }

    Query.WorkerState find(String worker) {
        return all.getOrDefault(worker, new Query.WorkerState(WorkerCursor.NONE, 0, false));
    }

    Command.Done save(Command.SaveCursor save) {
        state.fence(save.term());
        saved.add(save.worker());
        Query.WorkerState old = find(save.worker());
        all.put(save.worker(), new Query.WorkerState(save.cursor(), old.started(), old.paused()));
        return new Command.Done();
    }

    void nodesChanged(long version) {
        if (saved.contains(WorkerCursor.REBALANCE)) {
            all.computeIfPresent(
                    WorkerCursor.REBALANCE, (name, old) -> new Query.WorkerState(old.cursor(), version, old.paused()));
        }
    }

    void copiesChanged(long version) {
        Query.WorkerState old = find(WorkerCursor.POLICY);
        all.put(WorkerCursor.POLICY, new Query.WorkerState(old.cursor(), version, old.paused()));
    }

    void otherCopies(long version) {
        if (all.containsKey(WorkerCursor.POLICY)) {
            copiesChanged(version);
        }
    }

    Command.Done order(Command.OrderWorker order, long version) {
        Query.WorkerState old = find(order.worker());
        Query.WorkerState changed = switch (order.order()) {
            case START -> new Query.WorkerState(old.cursor(), version, false);
            case PAUSE -> new Query.WorkerState(old.cursor(), old.started(), true);
            case RESUME -> new Query.WorkerState(old.cursor(), old.started(), false);
        };
        all.put(order.worker(), changed);
        return new Command.Done();
    }
}
