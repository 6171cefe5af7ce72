package flare.repair;

import java.time.Duration;
import java.util.Optional;

/**
 * One worker's report.
 *
 * @param left units known to be left, -1 where nobody knows
 * @param perSecond units done a second, lately
 * @param estimatedEnd at that rate; empty when unknown
 * @param note what it is at or waits for, or its last failure; may be empty
 * @param alarm what an operator must look at
 */
public record Progress(
        String worker,
        State state,
        long done,
        long left,
        double perSecond,
        Optional<Duration> estimatedEnd,
        String note,
        Optional<String> alarm) {

    public enum State {
        BUSY,
        IDLE,
        DONE,
        /** The last step failed; it is tried again. */
        FAILING,
        /** This process does not lead. */
        STOPPED
    }

    static Progress of(String worker, State state, RepairWorker.Tally tally, double perSecond, String note) {
        boolean predictable = tally.left() > 0 && perSecond > 0;
        Optional<Duration> end = predictable
                ? Optional.of(Duration.ofSeconds((long) Math.min(tally.left() / perSecond, Integer.MAX_VALUE)))
                : Optional.empty();
        return new Progress(worker, state, tally.done(), tally.left(), perSecond, end, note, tally.alarm());
    }
}
