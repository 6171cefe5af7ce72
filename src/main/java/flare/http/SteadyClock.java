package flare.http;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * The wall clock as it was when this was made, and from then on the time that really passed: nobody sets it. What two
 * processes tell each other of time goes by theirs, so that a wall clock that jumps refuses no call. It differs from the
 * wall clock by all corrections since, and stands still while the machine sleeps, as {@link System#nanoTime} does.
 */
public final class SteadyClock extends Clock {

    private static final long NANOS_A_MILLI = 1_000_000;

    private final long startMillis;
    private final long startNanos;
    private final LongSupplier nanoTime;

    public SteadyClock() {
        this(Clock.systemUTC(), System::nanoTime);
    }

    public SteadyClock(Clock wall, LongSupplier nanoTime) {
        this.startMillis = wall.millis();
        this.startNanos = nanoTime.getAsLong();
        this.nanoTime = nanoTime;
    }

    @Override
    public long millis() {
        return startMillis + (nanoTime.getAsLong() - startNanos) / NANOS_A_MILLI;
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("a steady clock is asked for what passed, not for a calendar");
    }
}
