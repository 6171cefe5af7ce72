package flare.metadata;

import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the disk of this process's log has room for what grows the metadata. Without a reserve the last byte would go to
 * a write, and then there is none for the deletes that would make room, nor for votes. Measured by whoever asks, at most
 * once each {@link #MAX_AGE_NANOS}.
 */
final class LogRoom {

    /** The file system's answer. */
    interface Gauge {
        double freeShare() throws IOException;
    }

    static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Logger log = LoggerFactory.getLogger(LogRoom.class);

    private final double reserve;
    private final Gauge gauge;
    private final LongSupplier nanoTime;
    private long measuredAtNanos;
    private Optional<String> shortage = Optional.empty();

    /** @param reserve share of the disk that is kept free */
    LogRoom(double reserve, Gauge gauge, LongSupplier nanoTime) {
        this.reserve = reserve;
        this.gauge = gauge;
        this.nanoTime = nanoTime;
        this.measuredAtNanos = nanoTime.getAsLong() - MAX_AGE_NANOS;
    }

    /** The refusal of what would grow the metadata, empty while there is room. */
    synchronized Optional<FlareException> refusal() {
        long now = nanoTime.getAsLong();
        if (now - measuredAtNanos >= MAX_AGE_NANOS) {
            measuredAtNanos = now;
            measure();
        }
        return shortage.map(message -> new FlareException(Fault.INSUFFICIENT_STORAGE, message));
    }

    /** A disk that does not say how full it is stops nothing: whether it can be written, the log finds out. */
    private void measure() {
        double free;
        try {
            free = gauge.freeShare();
        } catch (IOException e) {
            log.warn("How much of the metadata's disk is free can't be told", e);
            return;
        }
        boolean wasShort = shortage.isPresent();
        shortage = free < reserve ? Optional.of(message(free)) : Optional.empty();
        if (shortage.isPresent() && !wasShort) {
            log.warn("Refusing what is new, deletes and reads go on: {}", shortage.get());
        } else if (shortage.isEmpty() && wasShort) {
            log.info("The metadata's disk has room again");
        }
    }

    private String message(double free) {
        return String.format(
                Locale.ROOT,
                "%.1f %% of the metadata's disk are free, less than the %.1f %% of flare.raft.reserve",
                free * 100,
                reserve * 100);
    }
}
