package flare.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SteadyClockTest {

    private Instant wall = Instant.parse("2026-01-02T03:04:05Z");
    private long nanos = -7;

    @Test
    void goesOnFromWhereTheWallClockWasAndNeverJumpsWithIt() {
        SteadyClock clock = new SteadyClock(
                new Clock() {
                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }

                    @Override
                    public Instant instant() {
                        return wall;
                    }
                },
                () -> nanos);
        assertThat(clock.instant()).isEqualTo(wall);
        wall = wall.plus(Duration.ofDays(1));
        nanos += TimeUnit.SECONDS.toNanos(3);
        assertThat(clock.instant()).isEqualTo(Instant.parse("2026-01-02T03:04:08Z"));
        wall = Instant.EPOCH;
        nanos += TimeUnit.MILLISECONDS.toNanos(2);
        assertThat(clock.millis())
                .isEqualTo(Instant.parse("2026-01-02T03:04:08.002Z").toEpochMilli());
    }
}
