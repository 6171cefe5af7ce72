package flare.admin.doctor;

import flare.telemetry.SyncTimes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the disks of this process do: how fast they sync, which every write waits for, how much of them is free, and whether
 * they keep anything at all. Measures one after the other, each for a moment, with a file that is deleted again.
 */
public final class DiskCheck implements Check {

    static final String SYNC = "fsync";
    private static final String SPACE = "space";

    /** A disk without a cache that survives power loss takes about a turn of its platter. */
    private static final Duration SLOW = Duration.ofMillis(20);

    /** Acknowledgements then take longer than clients wait. */
    private static final Duration TOO_SLOW = Duration.ofMillis(500);

    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");

    private final List<Place> places;
    private final Executor executor;
    private final AtomicBoolean measuring = new AtomicBoolean();

    /** @param executor whose threads may block */
    public DiskCheck(List<Place> places, Executor executor) {
        this.places = List.copyOf(places);
        this.executor = executor;
    }

    @Override
    public String name() {
        return SYNC;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        if (!measuring.compareAndSet(false, true)) {
            throw new IllegalStateException("an earlier measurement has not ended: a disk hangs");
        }
        return CompletableFuture.supplyAsync(this::measured, executor)
                .whenComplete((findings, failure) -> measuring.set(false));
    }

    private List<Finding> measured() {
        List<Finding> findings = new ArrayList<>();
        for (Place place : places) {
            try {
                findings.add(syncs(place));
                findings.add(space(place));
            } catch (IOException | UncheckedIOException e) {
                findings.add(Finding.fail(
                        SYNC,
                        subject(place),
                        "can't be written: " + e,
                        "see to the disk and to the rights of the directory; a data node whose disk failed is replaced"
                                + " after 'flare node lost'"));
            }
        }
        return findings;
    }

    private static Finding syncs(Place place) throws IOException {
        return syncs(subject(place), SyncTimes.measure(place.directory()));
    }

    static Finding syncs(String subject, SyncTimes times) {
        Duration median = Duration.ofNanos(times.medianNanos());
        String value = millis(median) + " ms in the middle, " + millis(Duration.ofNanos(times.maxNanos()))
                + " ms at most, of " + times.syncs();
        if (IN_MEMORY.contains(times.fileSystem())) {
            return Finding.warn(
                    SYNC,
                    subject,
                    value + "; the file system is " + times.fileSystem(),
                    "this directory is in memory and gone with the power: put it on a disk");
        }
        if (median.compareTo(SLOW) < 0) {
            return Finding.ok(SYNC, subject, value);
        }
        String wayOut =
                "every write waits for this: use a disk with a write cache that survives power loss, and give it"
                        + " to Flare alone";
        return median.compareTo(TOO_SLOW) < 0
                ? Finding.warn(SYNC, subject, value, wayOut)
                : Finding.fail(SYNC, subject, value, wayOut);
    }

    private static Finding space(Place place) throws IOException {
        FileStore store = Files.getFileStore(place.directory());
        return space(place, store.getUsableSpace(), store.getTotalSpace());
    }

    static Finding space(Place place, long freeBytes, long totalBytes) {
        double share = totalBytes == 0 ? 0 : (double) freeBytes / totalBytes;
        String value =
                String.format(Locale.ROOT, "%.1f %% of %d GiB are free", share * 100, Math.round(totalBytes / 0x1p30));
        if (share >= 2 * place.reserve()) {
            return Finding.ok(SPACE, subject(place), value);
        }
        return share >= place.reserve()
                ? Finding.warn(
                        SPACE,
                        subject(place),
                        value,
                        "at " + place.reserve() * 100 + " % (" + place.setting()
                                + ") it takes nothing new: add a disk or a" + " node, or delete")
                : Finding.fail(
                        SPACE,
                        subject(place),
                        value,
                        "less than the " + place.reserve() * 100 + " % of " + place.setting()
                                + ": nothing new fits; add a" + " disk or a node, or delete and run 'flare reclaim'");
    }

    private static String subject(Place place) {
        return place.name() + " in " + place.directory();
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e6);
    }
}
