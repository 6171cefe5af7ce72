package flare.data;

import flare.data.DataNodeException.Kind;
import flare.data.Disk.Space;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How much room there is, measured now and then and counted down in between, so that a write waits for no system call to
 * learn whether it may begin. Below the reserve nothing new is taken; what the trash holds is given up first.
 */
final class SpaceGauge {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Disk disk;
    private final Path directory;
    private final double reserve;
    private final Trash trash;
    private final AtomicLong writtenSince = new AtomicLong();
    private final AtomicBoolean measuring = new AtomicBoolean();
    private volatile Space measured;
    private volatile long measuredAtNanos;

    /** @param reserve share of the disk that is kept free */
    SpaceGauge(Disk disk, Path directory, double reserve, Trash trash) throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.reserve = reserve;
        this.trash = trash;
        this.measured = disk.space(directory);
        this.measuredAtNanos = System.nanoTime();
    }

    Space space() {
        Space space = measured;
        return new Space(space.total(), Math.max(0, space.usable() - writtenSince.get()));
    }

    boolean isStale() {
        return System.nanoTime() - measuredAtNanos > MAX_AGE_NANOS;
    }

    /** Whether {@code bytes} more would reach into the reserve. */
    boolean isShortOf(long bytes) {
        Space space = space();
        return space.usable() - bytes < space.total() * reserve;
    }

    /** Of what is free, what nothing new may take. */
    long reserveBytes() {
        return (long) Math.ceil(space().total() * reserve);
    }

    void refuseIfShortOf(long bytes) {
        if (isShortOf(bytes)) {
            throw new DataNodeException(
                    Kind.FULL,
                    directory + ": " + space().usable() + " bytes are free, of which "
                            + (long) (space().total() * reserve) + " are the reserve; " + bytes
                            + " more are asked for");
        }
    }

    void count(long bytesWritten) {
        writtenSince.addAndGet(bytesWritten);
    }

    /** Measures, and empties the trash if that is what it takes; blocks. One caller does it, others go on. */
    void measure() {
        if (!measuring.compareAndSet(false, true)) {
            return;
        }
        try {
            look();
            if (isShortOf(0) && trash.usage().files() > 0) {
                trash.empty();
                look();
            }
        } finally {
            measuring.set(false);
        }
    }

    private void look() {
        long counted = writtenSince.get();
        try {
            measured = disk.space(directory);
        } catch (IOException e) {
            throw new DataNodeException(Kind.REFUSED, "free space of " + directory + ": " + e.getMessage(), e);
        }
        writtenSince.addAndGet(-counted);
        measuredAtNanos = System.nanoTime();
    }
}
