package flare.data;

import flare.data.ChunkStore.TrashUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.function.LongPredicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deleted chunks, kept for a while against mistakes. A name there begins with the time it came, so that a restart knows
 * as much as before; a stranger's file counts as come at time 0.
 */
final class Trash {

    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);
    private static final int TIME_DIGITS = 16;

    private final LatchedDisk disk;
    private final Path directory;
    private final Clock clock;
    private final Duration ttl;
    private final Supplier<String> uniqueNames;
    private long files;
    private long bytes;

    Trash(LatchedDisk disk, Path directory, Clock clock, Duration ttl, Supplier<String> uniqueNames)
            throws IOException {
        this.disk = disk;
        this.directory = directory;
        this.clock = clock;
        this.ttl = ttl;
        this.uniqueNames = uniqueNames;
        disk.list(directory, name -> {
            files++;
            bytes += sizeOf(directory.resolve(name));
        });
    }

    /** Moves a file here, durably; the caller syncs the directory it came from. */
    synchronized void take(Path file) {
        String name =
                String.format("%0" + TIME_DIGITS + "x-%s-%s", clock.millis(), file.getFileName(), uniqueNames.get());
        long size = sizeOf(file);
        disk.rename(file, directory.resolve(name));
        disk.syncDirectory(directory);
        files++;
        bytes += size;
    }

    synchronized TrashUsage usage() {
        return new TrashUsage(files, bytes);
    }

    void empty() {
        remove(since -> true);
    }

    /** Removes what has been here for longer than the time to live. */
    void expire() {
        long limit = clock.millis() - ttl.toMillis();
        remove(since -> since <= limit);
    }

    private void remove(LongPredicate since) {
        try {
            disk.list(directory, name -> {
                if (since.test(time(name))) {
                    removeOne(directory.resolve(name));
                }
            });
        } catch (IOException e) {
            LOG.warn("trash in {} not listed: {}", directory, e.getMessage());
        }
    }

    private synchronized void removeOne(Path file) {
        if (!disk.exists(file)) {
            return;
        }
        long size = sizeOf(file);
        disk.delete(file);
        files--;
        bytes -= size;
    }

    private long sizeOf(Path file) {
        try {
            return disk.size(file);
        } catch (IOException e) {
            return 0;
        }
    }

    private static long time(String name) {
        try {
            return Long.parseLong(name, 0, TIME_DIGITS, 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return 0;
        }
    }
}
