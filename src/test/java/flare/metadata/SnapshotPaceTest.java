package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SnapshotPaceTest {

    private long nowNanos;
    private final SnapshotPace pace = new SnapshotPace(10, 1000, () -> nowNanos);

    @Test
    void isDueAfterSoManyEntriesOrBytes() {
        for (int i = 0; i < 9; i++) {
            assertThat(pace.isDueAfter(1)).isFalse();
        }
        assertThat(pace.isDueAfter(1)).isTrue();
        pace.taken();
        assertThat(pace.isDueAfter(999)).isFalse();
        assertThat(pace.isDueAfter(1)).isTrue();
    }

    @Test
    void asksOnceAndAgainWhenNothingCameOfIt() {
        assertThat(pace.isDueAfter(1000)).isTrue();
        assertThat(pace.isDueAfter(1000)).isFalse();
        nowNanos += SnapshotPace.FIRST_PAUSE.toNanos();
        assertThat(pace.isDueAfter(1)).isTrue();
    }

    @Test
    void pausesTwiceAsLongAfterEachFailureUpToALimit() {
        Duration expected = SnapshotPace.FIRST_PAUSE;
        for (int failures = 1; failures < 20; failures++) {
            assertThat(pace.failed()).isEqualTo(expected);
            assertThat(pace.failuresInARow()).isEqualTo(failures);
            nowNanos += expected.toNanos() - 1;
            assertThat(pace.isDueAfter(1000)).isFalse();
            nowNanos++;
            assertThat(pace.isDueAfter(1000)).isTrue();
            expected = expected.multipliedBy(2);
            if (expected.compareTo(SnapshotPace.LONGEST_PAUSE) > 0) {
                expected = SnapshotPace.LONGEST_PAUSE;
            }
        }
        pace.taken();
        assertThat(pace.failuresInARow()).isZero();
        assertThat(pace.isDueAfter(1000)).isTrue();
    }
}
