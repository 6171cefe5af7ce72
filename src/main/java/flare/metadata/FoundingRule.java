package flare.metadata;

import java.util.Collection;
import java.util.Optional;

/**
 * When a founder takes its group. An entry can be acknowledged only once two founders have the group, which is after every one
 * was marked; so one that is not marked and finds the group taken has lost what it had, and never takes it again. Without
 * the marks a slow first-comer would find the group taken, too.
 */
final class FoundingRule {

    /** What a founder's directory has. */
    enum Stage {
        /** Nothing: it was never used, or emptied. */
        FRESH,
        /** The mark, on disk: when it was made no other founder had the group. */
        MARKED,
        /** The group. */
        HAS
    }

    enum Step {
        WAIT,
        MARK,
        TAKE,
        REFUSE
    }

    private FoundingRule() {}

    /**
     * @param own without the group
     * @param others the stage of each other founder as it answered since this process started; empty where it did not
     */
    static Step next(Stage own, Collection<Optional<Stage>> others) {
        boolean taken = others.contains(Optional.of(Stage.HAS));
        if (own == Stage.FRESH && taken) {
            return Step.REFUSE;
        }
        if (others.contains(Optional.<Stage>empty())) {
            return Step.WAIT;
        }
        if (own == Stage.FRESH) {
            return Step.MARK;
        }
        return others.contains(Optional.of(Stage.FRESH)) ? Step.WAIT : Step.TAKE;
    }
}
