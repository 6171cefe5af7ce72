package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.ScrubSettings;
import flare.metadata.WorkerCursor;
import flare.model.BlobId;
import flare.model.ByteSize;
import flare.model.ChunkId;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScrubPaceTest {

    private static final long START = 1_750_000_000_000L;
    private static final long PERIOD = Duration.ofDays(7).toMillis();
    private static final long PLANNED = (long) (0.8 * PERIOD);
    private static final long TEBIBYTE = 1L << 40;

    private final ScrubPace pace = pace(true, ByteSize.mebibytes(1));
    private final ScrubState fresh = ScrubState.of(WorkerCursor.NONE);
    private final ScrubState begun = fresh.begin(START, 0);

    private static ScrubPace pace(boolean enabled, ByteSize floor) {
        return new ScrubPace(new ScrubSettings(enabled, Duration.ofMillis(PERIOD), floor, 2), World.SETTINGS);
    }

    private static ScrubState checked(ScrubState state, long bytes) {
        ScrubPass pass = new ScrubPass(state.pass().startedMillis(), 0, 0, bytes, 0, 0, 0, 0, 0);
        return new ScrubState(true, state.byHand(), 0, state.after(), pass, state.last());
    }

    private static ScrubState ended(long started, long ended, long unanswered) {
        ScrubPass pass = new ScrubPass(started, ended, 9, 9, 0, 0, 0, 0, unanswered);
        return new ScrubState(false, false, 0, ScrubState.of(WorkerCursor.NONE).after(), pass, pass);
    }

    @Test
    void readsAllInFourFifthsOfThePeriod() {
        long rate = pace.bytesPerSecond(begun, 50 * TEBIBYTE, START);
        assertThat(rate * (PLANNED / 1000)).isBetween(50 * TEBIBYTE, 51 * TEBIBYTE);
    }

    @Test
    void neverGoesBelowTheFloor() {
        assertThat(pace.bytesPerSecond(begun, 1_000, START)).isEqualTo(1 << 20);
        assertThat(pace.bytesPerSecond(begun, 0, START)).isEqualTo(1 << 20);
    }

    @Test
    void catchesUpWhatItLostButNotAllAtOnce() {
        long held = 50 * TEBIBYTE;
        long evenly = pace.bytesPerSecond(begun, held, START);
        ScrubState half = checked(begun, held / 2);
        assertThat(pace.bytesPerSecond(half, held, START + PLANNED / 2)).isBetween(evenly - 1, evenly + 1);
        assertThat(pace.bytesPerSecond(half, held, START + 3 * PLANNED / 4)).isBetween(2 * evenly - 9, 2 * evenly + 9);
        assertThat(pace.bytesPerSecond(half, held, START + PLANNED + 1)).isBetween(4 * evenly - 9, 4 * evenly + 9);
        // Ahead of its time it does not slow down: what is written meanwhile wants to be read, too.
        assertThat(pace.bytesPerSecond(checked(begun, held), held, START + 1)).isEqualTo(evenly);
    }

    @Test
    void aPassByHandGoesAsFastAsRepairMay() {
        assertThat(pace.bytesPerSecond(fresh.begin(START, 7), TEBIBYTE, START))
                .isEqualTo(World.SETTINGS.rate().bytes());
    }

    @Test
    void theNextPassBeginsSoThatNoCopyWaitsForLongerThanThePeriod() {
        assertThat(pace.isDue(fresh, START)).isTrue();
        ScrubState quick = ended(START, START + 5_000, 0);
        assertThat(pace.isDue(quick, START + PLANNED - 1)).isFalse();
        assertThat(pace.isDue(quick, START + PLANNED)).isTrue();
        ScrubState slow = ended(START, START + PLANNED + 5_000, 0);
        assertThat(pace.isDue(slow, START + PLANNED + 5_000)).isTrue();
        assertThat(pace(false, ByteSize.mebibytes(1)).isDue(slow, START + 2 * PERIOD))
                .isFalse();
    }

    @Test
    void aPassThatCouldNotAskAllNodesIsFollowedSoon() {
        ScrubState some = ended(START, START + 5_000, 1);
        assertThat(pace.isDue(some, START + PERIOD / 8 - 1)).isFalse();
        assertThat(pace.isDue(some, START + PERIOD / 8)).isTrue();
    }

    @Test
    void saysWhatIsLateAndWhatIsOverdue() {
        assertThat(pace.isLate(begun, START + PLANNED)).isFalse();
        assertThat(pace.isLate(begun, START + PLANNED + 1)).isTrue();
        assertThat(pace.isOverdue(fresh, START)).isFalse();
        assertThat(pace.isOverdue(begun, START + PERIOD)).isFalse();
        assertThat(pace.isOverdue(begun, START + PERIOD + 1)).isTrue();
        ScrubState second = ended(START, START + 10, 0).begin(START + PLANNED, 0);
        assertThat(pace.isOverdue(second, START + PERIOD)).isFalse();
        assertThat(pace.isOverdue(second, START + PERIOD + 11)).isTrue();
    }

    @Test
    void whatIsKeptReadsBackAsItWas() {
        ScrubState state = ended(START, START + 77, 3).begin(START + PERIOD, 5);
        ScrubState far = new ScrubState(
                true,
                true,
                5,
                Optional.of(new ChunkId(new BlobId(Long.MAX_VALUE, 12), Integer.MAX_VALUE)),
                new ScrubPass(1, 0, 2, 3, 4, 5, 6, 7, 8),
                state.last());
        assertThat(ScrubState.of(state.cursor())).isEqualTo(state);
        assertThat(ScrubState.of(far.cursor())).isEqualTo(far);
        assertThat(ScrubState.of(fresh.cursor())).isEqualTo(fresh);
    }
}
