package flare.repair;

import java.time.Duration;
import java.util.Optional;

/**
 * A background job, done in bounded steps for one coordinator's term. A step blocks its thread; steps of one worker never
 * overlap, though they may run on different threads.
 */
public interface RepairWorker {

    /** Short and stable: the label of its metrics. */
    String name();

    /**
     * Does one bounded piece of work. A failure thrown is a bad day: it is reported, and the step tried again after a
     * pause.
     */
    Step step();

    /** Where the work stands, as of the last step. */
    Tally tally();

    /** What to do after a step. */
    sealed interface Step {

        /** There is more: go on as soon as the throttle lets {@code bytesMoved} through. */
        record Busy(long bytesMoved) implements Step {}

        /** There is more: go on after the pause, by which the worker keeps a rate of its own. */
        record Paced(Duration pause) implements Step {}

        /** Nothing to do now: look again after the pause. */
        record Idle(Duration pause) implements Step {}

        /** Nothing to do ever again in this term. */
        record Done() implements Step {}
    }

    /**
     * @param done units of work since the term began
     * @param left units known to be left, -1 where nobody knows
     * @param note what it is at or waits for, one line; may be empty
     * @param alarm what an operator must look at
     */
    record Tally(long done, long left, String note, Optional<String> alarm) {

        static final Tally NOTHING = new Tally(0, -1, "", Optional.empty());
    }
}
