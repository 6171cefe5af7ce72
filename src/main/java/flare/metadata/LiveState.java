package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state that is open now. An installed snapshot takes its place while readers are still in the old one, which is
 * closed and deleted after its last reader. Lives outside Ratis' own directory, which an installation replaces whole.
 *
 * <p>Each generation has a directory of its own; the highest number counts, and a number appears only complete and synced.
 */
final class LiveState implements AutoCloseable {

    /** Opens the state in a directory, making it if there is none. */
    interface Opener {
        ReplicatedState open(Path directory) throws IOException;
    }

    private static final Logger log = LoggerFactory.getLogger(LiveState.class);
    private static final String PREFIX = "generation-";

    private final Path root;
    private final Opener opener;
    private volatile @Nullable Handle current;

    LiveState(Path root, Opener opener) {
        this.root = root;
        this.opener = opener;
    }

    /** Opens what is on disk, or, where that is behind the snapshot, the snapshot: the log before it may be purged. */
    void open(Snapshots.@Nullable Snapshot snapshot) throws IOException {
        long generation = highest();
        removeAllBut(generation);
        Handle handle = generation == 0 && snapshot != null ? null : openGeneration(Math.max(generation, 1));
        if (handle != null && snapshot != null && behind(handle.state.applied(), snapshot)) {
            log.warn("the state at {} is behind the snapshot at {}: restoring that", handle.state.applied(), snapshot);
            handle.retire();
            handle = null;
        }
        if (handle != null) {
            current = handle;
        } else if (snapshot != null) {
            current = restore(snapshot, generation + 1);
        }
    }

    /** Makes an installed snapshot the state. */
    void replaceBy(Snapshots.Snapshot snapshot) throws IOException {
        Handle old = current;
        current = restore(snapshot, highest() + 1);
        if (old != null) {
            old.retire();
        }
    }

    /** For the applier, which is also the one that swaps. */
    ReplicatedState state() {
        Handle handle = current;
        if (handle == null) {
            throw new IllegalStateException("the state is not open");
        }
        return handle.state;
    }

    /** Reads from one generation, which stays open meanwhile. */
    <T> T read(Function<ReplicatedState, T> reader) {
        while (true) {
            Handle handle = current;
            if (handle == null) {
                throw Unavailable.because("the metadata is not open");
            }
            if (handle.acquire()) {
                try {
                    return reader.apply(handle.state);
                } finally {
                    handle.release();
                }
            }
        }
    }

    @Override
    public void close() {
        Handle handle = current;
        current = null;
        if (handle != null) {
            handle.release();
        }
    }

    private static boolean behind(Position applied, Snapshots.Snapshot snapshot) {
        return applied.index() < snapshot.position().index();
    }

    private Handle openGeneration(long generation) throws IOException {
        Path directory = root.resolve(PREFIX + generation);
        return new Handle(opener.open(directory), directory);
    }

    private Handle restore(Snapshots.Snapshot snapshot, long generation) throws IOException {
        Path temporary = root.resolve("restoring");
        DurableFiles.deleteTree(temporary);
        snapshot.copyTo(temporary);
        DurableFiles.syncTree(temporary);
        DurableFiles.rename(temporary, root.resolve(PREFIX + generation));
        Handle handle = openGeneration(generation);
        if (!handle.state.applied().equals(snapshot.position())) {
            handle.release();
            throw new IOException("snapshot " + snapshot.directory() + " holds the state at " + handle.state.applied()
                    + ", expected " + snapshot.position());
        }
        return handle;
    }

    private long highest() throws IOException {
        return generations().stream().mapToLong(LiveState::number).max().orElse(0);
    }

    private void removeAllBut(long generation) throws IOException {
        for (Path directory : generations()) {
            if (number(directory) != generation) {
                DurableFiles.deleteTree(directory);
            }
        }
        DurableFiles.deleteTree(root.resolve("restoring"));
    }

    private List<Path> generations() throws IOException {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(path -> path.getFileName().toString().startsWith(PREFIX))
                    .toList();
        }
    }

    private static long number(Path directory) {
        return Long.parseLong(directory.getFileName().toString().substring(PREFIX.length()));
    }

    /** Counts its readers and the reference of {@link #current}. */
    private static final class Handle {
        private final ReplicatedState state;
        private final Path directory;
        private final AtomicInteger references = new AtomicInteger(1);
        private volatile boolean retired;

        private Handle(ReplicatedState state, Path directory) {
            this.state = state;
            this.directory = directory;
        }

        private boolean acquire() {
            return references.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        }

        private void release() {
            if (references.decrementAndGet() == 0) {
                state.close();
                if (retired) {
                    try {
                        DurableFiles.deleteTree(directory);
                    } catch (IOException e) {
                        log.warn("could not delete the old state {}; the next start does", directory, e);
                    }
                }
            }
        }

        private void retire() {
            retired = true;
            release();
        }
    }
}
