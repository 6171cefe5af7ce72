package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LogClockTest {

    private static final long DAY = 86_400_000;
    private static final long NOW = 1_800_000_000_000L;
    private static final long LOG = NOW - 1;

    private final SetClock own = new SetClock();
    private long nanos = 123_000_000_000L;
    private final LogClock clock = new LogClock(1, own, () -> nanos);

    private static final class SetClock extends Clock {
        private long millis = NOW;

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(millis);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    /** Time goes by for all. */
    private void pass(long millis) {
        nanos += millis * 1_000_000;
        own.millis += millis;
    }

    @Test
    void aloneItsOwnClockCounts() {
        assertThat(clock.stampMillis(List.of(1L), LOG)).isEqualTo(NOW);
    }

    @Test
    void timeStandsStillUntilAMajoritysClocksAreKnown() {
        assertThat(clock.stampMillis(List.of(1L, 2L), LOG)).isEqualTo(LOG);
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(LOG);
        clock.heard(9, NOW);
        clock.heard(2, 0);
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(LOG);
        clock.heard(2, NOW + 5);
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(NOW);
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L, 4L), LOG)).isEqualTo(LOG);
    }

    @Test
    void aGroupBeginsWithItsFirstLeadersClock() {
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), 0)).isEqualTo(NOW);
    }

    @Test
    void oneWrongClockOfThreeMovesNothingWhosesoeverItIs() {
        clock.heard(2, NOW + 10);
        clock.heard(3, NOW + 20);
        for (long wrong : List.of(DAY, -DAY, 900_000L, -900_000L)) {
            own.millis = NOW + wrong;
            assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isBetween(NOW + 10, NOW + 20);
            own.millis = NOW;
            clock.heard(2, NOW + wrong);
            assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isBetween(NOW, NOW + 20);
            clock.heard(2, NOW + 10);
        }
    }

    @Test
    void ofTwoTheEarlierCounts() {
        clock.heard(2, NOW + 10);
        own.millis = NOW + DAY;
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(NOW + 10);
        own.millis = NOW - DAY;
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(NOW - DAY);
    }

    @Test
    void whatOthersSaidGoesOnWithTimeAndNotWithTheOwnClock() {
        clock.heard(2, NOW);
        clock.heard(3, NOW);
        pass(60_000);
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(NOW + 60_000);
        own.millis += DAY;
        assertThat(clock.stampMillis(List.of(1L, 2L, 3L), LOG)).isEqualTo(NOW + 60_000);
    }

    @Test
    void fewerThanHalfWrongNeverMoveItBeyondTheRightOnes() {
        Random random = new Random(1);
        for (int round = 0; round < 1_000; round++) {
            int members = 3 + 2 * random.nextInt(3);
            LogClock fresh = new LogClock(1, own, () -> nanos);
            List<Long> all =
                    java.util.stream.LongStream.rangeClosed(1, members).boxed().toList();
            int wrong = random.nextInt(members / 2 + 1);
            own.millis = wrong > 0 ? NOW + random.nextInt() : NOW;
            for (int other = 2; other <= members; other++) {
                fresh.heard(other, other <= wrong ? NOW + random.nextInt() : NOW);
            }
            assertThat(fresh.stampMillis(all, LOG))
                    .as("%d of %d wrong", wrong, members)
                    .isEqualTo(NOW);
        }
    }
}
