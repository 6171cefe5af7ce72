package flare.telemetry;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Named places where a test can have the process die as by a power cut of its CPU: {@code -Dflare-test.crash-point=NAME}
 * or {@code NAME:n} for the n-th time it is reached. Without the property, a read of a static constant.
 */
public enum CrashPoint {
    CHUNK_TEMPORARY_CREATED,
    CHUNK_WRITTEN,
    CHUNK_FILE_SYNCED,
    CHUNK_RENAMED,
    CHUNK_DIRECTORY_SYNCED,
    COPY_ACKNOWLEDGED,
    BLOB_DURABLE,
    COMMAND_PROPOSED,
    ENTRY_APPLIED,
    BEFORE_RESPONSE,
    FREED_COMMITTED,
    CHUNK_TRASHED,
    FREED_CONFIRMED,
    COPY_PLANNED,
    COPY_PULLED,
    COPY_COMMITTED,
    SNAPSHOT_WRITTEN,
    SNAPSHOT_RENAMED,
    SESSION_OPENED;

    private static final String PROPERTY = "flare-test.crash-point";
    private static final int EXIT_STATUS = 137;
    private static final @Nullable CrashPoint ARMED;
    private static final AtomicInteger REMAINING;

    static {
        String[] armed = System.getProperty(PROPERTY, "").split(":", 2);
        ARMED = armed[0].isEmpty() ? null : valueOf(armed[0]);
        REMAINING = new AtomicInteger(armed.length > 1 ? Integer.parseInt(armed[1]) : 1);
    }

    /** Halts the process here if this is the armed point. */
    public void reached() {
        if (ARMED == this && REMAINING.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(EXIT_STATUS);
        }
    }
}
