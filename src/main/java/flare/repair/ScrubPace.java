package flare.repair;

import flare.config.RepairSettings;
import flare.config.ScrubSettings;
import java.time.Duration;

/** When passes begin and how fast they go: arithmetic on milliseconds of the clock, and bytes. */
final class ScrubPace {

    /** Share of the period in which a pass is meant to end: the rest is for what holds it up. */
    static final double PLANNED_SHARE = 0.8;
    /** Share of the period after which a pass follows one that left copies unjudged. */
    static final double AGAIN_SHARE = 0.125;
    /** How much faster than evenly a pass may go that was held up: what it lost should not come back as one storm. */
    static final int MAX_CATCH_UP = 4;

    private final ScrubSettings settings;
    private final RepairSettings repair;

    ScrubPace(ScrubSettings settings, RepairSettings repair) {
        this.settings = settings;
        this.repair = repair;
    }

    Duration interval() {
        return repair.interval();
    }

    int batch() {
        return repair.batch();
    }

    /**
     * Bytes a second for the pass under way: as many as end it in time, and at least the floor. One ordered by an operator
     * goes as fast as repair may.
     *
     * @param heldBytes of all copies there are
     */
    long bytesPerSecond(ScrubState state, long heldBytes, long nowMillis) {
        if (state.byHand()) {
            return repair.rate().bytes();
        }
        double evenly = perSecond(heldBytes, plannedMillis());
        long leftMillis = state.pass().startedMillis() + plannedMillis() - nowMillis;
        long leftBytes = Math.max(0, heldBytes - state.pass().bytes());
        double most = MAX_CATCH_UP * evenly;
        double needed = leftMillis <= 0 ? most : Math.min(most, perSecond(leftBytes, leftMillis));
        return Math.max(settings.floor().bytes(), (long) Math.ceil(Math.max(evenly, needed)));
    }

    /** When the pass after the last one begins by itself, in milliseconds; 0, thus now, before the first. */
    long nextMillis(ScrubState state) {
        ScrubPass last = state.last();
        if (last.startedMillis() == 0) {
            return 0;
        }
        double share = last.isIncomplete() ? AGAIN_SHARE : PLANNED_SHARE;
        return Math.max(last.endedMillis(), last.startedMillis() + (long) (share * periodMillis()));
    }

    boolean isDue(ScrubState state, long nowMillis) {
        return settings.enabled() && nowMillis >= nextMillis(state);
    }

    /** Whether the pass under way should have ended by now. */
    boolean isLate(ScrubState state, long nowMillis) {
        return nowMillis - state.pass().startedMillis() > plannedMillis();
    }

    /** Whether some copies were not checked for longer than the period. */
    boolean isOverdue(ScrubState state, long nowMillis) {
        long since = state.last().endedMillis() > 0
                ? state.last().endedMillis()
                : state.pass().startedMillis();
        return since > 0 && settings.enabled() && nowMillis - since > periodMillis();
    }

    Duration period() {
        return settings.period();
    }

    boolean isEnabled() {
        return settings.enabled();
    }

    private static double perSecond(long bytes, long millis) {
        return 1000.0 * bytes / millis;
    }

    private long plannedMillis() {
        return (long) (PLANNED_SHARE * periodMillis());
    }

    private long periodMillis() {
        return settings.period().toMillis();
    }
}
