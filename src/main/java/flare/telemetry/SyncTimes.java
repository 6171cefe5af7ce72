package flare.telemetry;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;

/**
 * How long a directory's disk takes to sync a small write, which is what every acknowledgement waits for.
 *
 * @param syncs measured, at least 1
 * @param fileSystem its type, such as ext4
 */
public record SyncTimes(long medianNanos, long maxNanos, int syncs, String fileSystem) {

    private static final int BLOCK_BYTES = 4096;
    private static final int MAX_SYNCS = 50;
    private static final Duration MEASURED = Duration.ofMillis(500);

    public SyncTimes {
        if (syncs < 1 || medianNanos < 0 || maxNanos < medianNanos) {
            throw new IllegalArgumentException(
                    syncs + " syncs, " + medianNanos + " ns in the middle, " + maxNanos + " ns at most");
        }
    }

    /** Takes about half a second, on the caller's thread, with a file that is deleted again. */
    public static SyncTimes measure(Path directory) throws IOException {
        Path file = Files.createTempFile(directory, "doctor-", ".tmp");
        long[] nanos = new long[MAX_SYNCS];
        int syncs = 0;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            do {
                ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                long before = System.nanoTime();
                channel.force(false);
                nanos[syncs++] = System.nanoTime() - before;
            } while (syncs < MAX_SYNCS && System.nanoTime() - begin < MEASURED.toNanos());
        } finally {
            Files.deleteIfExists(file);
        }
        Arrays.sort(nanos, 0, syncs);
        return new SyncTimes(
                nanos[syncs / 2],
                nanos[syncs - 1],
                syncs,
                Files.getFileStore(directory).type());
    }
}
