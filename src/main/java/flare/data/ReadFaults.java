package flare.data;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The files of a disk that could not be read lately. One is a bad sector, and costs the copy in it; several in a short
 * time are a disk that goes.
 */
final class ReadFaults {

    private final int limit;
    private final Duration window;
    private final LongSupplier nanos;
    private final Map<Path, Long> failedAtNanos = new HashMap<>();

    /**
     * @param limit so many different files within {@code window} are one too many
     * @param nanos a monotonic clock, as {@link System#nanoTime}
     */
    ReadFaults(int limit, Duration window, LongSupplier nanos) {
        this.limit = limit;
        this.window = window;
        this.nanos = nanos;
    }

    /** Whether this was one too many. A file that is asked for again and again counts once. */
    synchronized boolean add(Path file) {
        long now = nanos.getAsLong();
        failedAtNanos.values().removeIf(at -> now - at > window.toNanos());
        failedAtNanos.put(file, now);
        boolean tooMany = failedAtNanos.size() >= limit;
        if (tooMany) {
            failedAtNanos.clear();
        }
        return tooMany;
    }

    @Override
    public String toString() {
        return limit + " files could not be read within " + window.toSeconds() + " s";
    }
}
