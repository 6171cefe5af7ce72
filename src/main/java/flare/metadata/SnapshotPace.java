package flare.metadata;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * When the next snapshot is due: after so many entries, or bytes of them, and after a failure not before a pause that
 * doubles with each. Ratis' own trigger would try again with each entry. Used by the applier's thread; the failures are
 * read by any.
 */
final class SnapshotPace {

    static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final long maxEntries;
    private final long maxBytes;
    private final LongSupplier nanoTime;
    private long entries;
    private long bytes;
    private long notBeforeNanos;
    private Duration pause = FIRST_PAUSE;
    private final AtomicInteger failuresInARow = new AtomicInteger();

    SnapshotPace(long maxEntries, long maxBytes, LongSupplier nanoTime) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
        this.nanoTime = nanoTime;
        this.notBeforeNanos = nanoTime.getAsLong();
    }

    /** Counts an applied entry; answers whether to ask for a snapshot. One that was asked for and never taken is asked for again. */
    boolean isDueAfter(int entryBytes) {
        entries++;
        bytes += entryBytes;
        if (entries < maxEntries && bytes < maxBytes) {
            return false;
        }
        long now = nanoTime.getAsLong();
        if (now - notBeforeNanos < 0) {
            return false;
        }
        notBeforeNanos = now + pause.toNanos();
        return true;
    }

    void taken() {
        entries = 0;
        bytes = 0;
        failuresInARow.set(0);
        pause = FIRST_PAUSE;
        notBeforeNanos = nanoTime.getAsLong();
    }

    /** Answers how long none is asked for now. */
    Duration failed() {
        failuresInARow.incrementAndGet();
        Duration now = pause;
        notBeforeNanos = nanoTime.getAsLong() + now.toNanos();
        Duration doubled = now.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        return now;
    }

    int failuresInARow() {
        return failuresInARow.get();
    }
}
