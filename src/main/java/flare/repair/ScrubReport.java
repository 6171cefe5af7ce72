package flare.repair;

import flare.metadata.Query;
import flare.model.NodeState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far scrubbing is, as it was last saved: any process can tell.
 *
 * @param byHand whether an operator ordered the pass
 * @param pass the one under way; empty between two
 * @param last the last one that ended; empty before the first
 * @param heldCopies that there are now, on nodes that are not lost
 * @param bytesPerSecond at which a pass goes now
 * @param next when the next pass begins by itself; empty while one is under way and where none does
 */
public record ScrubReport(
        State state,
        boolean byHand,
        Optional<ScrubPass> pass,
        Optional<ScrubPass> last,
        long heldCopies,
        long heldBytes,
        long bytesPerSecond,
        Optional<Instant> next) {

    public enum State {
        RUNNING,
        /** Between two passes. */
        WAITING,
        /** A pass is to begin, but did not yet. */
        ORDERED,
        PAUSED,
        /** Passes begin only when ordered. */
        OFF
    }

    static ScrubReport of(Query.WorkerState kept, List<Query.NodeUsage> usages, ScrubPace pace, long nowMillis) {
        ScrubState state = ScrubState.of(kept.cursor());
        long copies = 0;
        long bytes = 0;
        for (Query.NodeUsage usage : usages) {
            boolean lost = usage.node().state() == NodeState.LOST;
            copies += lost ? 0 : usage.copies();
            bytes += lost ? 0 : usage.bytes();
        }
        State at = state(kept, state, pace);
        return new ScrubReport(
                at,
                state.running() && state.byHand(),
                state.running() ? Optional.of(state.pass()) : Optional.empty(),
                state.last().startedMillis() > 0 ? Optional.of(state.last()) : Optional.empty(),
                copies,
                bytes,
                pace.bytesPerSecond(state, bytes, nowMillis),
                at == State.WAITING
                        ? Optional.of(Instant.ofEpochMilli(Math.max(nowMillis, pace.nextMillis(state))))
                        : Optional.empty());
    }

    private static State state(Query.WorkerState kept, ScrubState state, ScrubPace pace) {
        if (kept.started() > state.order()) {
            return State.ORDERED;
        } else if (kept.paused()) {
            return State.PAUSED;
        } else if (!pace.isEnabled() && !(state.running() && state.byHand())) {
            return State.OFF;
        }
        return state.running() ? State.RUNNING : State.WAITING;
    }
}
