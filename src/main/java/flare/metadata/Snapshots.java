package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.telemetry.CrashPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.SnapshotInfo;
import org.apache.ratis.statemachine.SnapshotRetentionPolicy;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.impl.FileListSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Snapshots in Ratis' state-machine directory: {@code snapshot.TERM_INDEX/} with a checkpoint's files and a list of their
 * digests, written under another name, synced and renamed, so that one with that name is whole. Ratis replaces the
 * directory when it installs a leader's snapshot.
 */
final class Snapshots implements StateMachineStorage {

    /** A whole snapshot. */
    record Snapshot(Path directory, Position position, SnapshotDigests digests) {

        /** Verifies every byte on the way: what is restored is what was written. */
        void copyTo(Path target) throws IOException {
            digests.verify(directory);
            Files.createDirectories(target);
            for (String name : digests.names()) {
                Path copy = target.resolve(name);
                Files.createDirectories(Objects.requireNonNull(copy.getParent()));
                Files.copy(directory.resolve(name), copy);
            }
        }

        @Override
        public String toString() {
            return position + " in " + directory;
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Snapshots.class);
    private static final String PREFIX = "snapshot.";
    private static final String TEMPORARY = "unfinished.";
    /** Of the tables shared with the snapshot before, so many bytes are read again with each new one, in turn. */
    private static final long REREAD_BYTES = 64L << 20;

    private @Nullable Path root;
    private @Nullable Path incoming;
    private volatile @Nullable Snapshot latest;
    private volatile @Nullable SnapshotInfo latestInfo;
    private String rereadUpTo = "";

    @Override
    public void init(RaftStorage storage) throws IOException {
        root = storage.getStorageDir().getStateMachineDir().toPath();
        incoming = storage.getStorageDir().getTmpDir().toPath();
        Files.createDirectories(root);
        removeUnfinished();
        reload();
    }

    private void removeUnfinished() throws IOException {
        try (Stream<Path> children = Files.list(directory())) {
            for (Path child :
                    children.filter(path -> name(path).startsWith(TEMPORARY)).toList()) {
                DurableFiles.deleteTree(child);
            }
        }
    }

    /**
     * Writes the state, which nothing changes meanwhile, as the snapshot at its position, and reads it back before it has
     * a name that counts: with it the log is purged. Its tables are links to those of the state, so what was read for
     * the snapshot before is not all read again (docs/decisions/0014-what-a-snapshot-proves.md). Throws
     * {@link DamagedStateException} where a table is not as it was written: the state has the same one.
     */
    void take(ReplicatedState state) throws IOException {
        Position position = state.applied();
        String suffix = position.term() + "_" + position.index();
        Path temporary = directory().resolve(TEMPORARY + suffix);
        Files.createDirectories(directory());
        // A failed attempt's links would hold on to tables that the state has long given up.
        removeUnfinished();
        state.checkpoint(temporary);
        Snapshot before = latest;
        SnapshotDigests.Written written =
                SnapshotDigests.write(temporary, before == null ? Optional.empty() : Optional.of(before));
        state.check(temporary, position, written.files());
        rereadSome(temporary, written);
        DurableFiles.sync(temporary);
        CrashPoint.SNAPSHOT_WRITTEN.reached();
        DurableFiles.rename(temporary, directory().resolve(PREFIX + suffix));
        CrashPoint.SNAPSHOT_RENAMED.reached();
        reload();
    }

    private void rereadSome(Path directory, SnapshotDigests.Written written) throws IOException {
        TreeSet<String> shared = new TreeSet<>(written.digests().names());
        shared.removeAll(written.files());
        List<String> inTurn = new ArrayList<>(shared.tailSet(rereadUpTo, false));
        inTurn.addAll(shared.headSet(rereadUpTo, true));
        long bytes = 0;
        for (String name : inTurn) {
            if (bytes >= REREAD_BYTES) {
                break;
            }
            bytes += written.digests().verify(directory, name);
            rereadUpTo = name;
        }
    }

    /** Makes what a leader sent durable before Ratis publishes it and purges the log: Ratis 3.3.0 syncs none of it. */
    void syncIncoming() throws IOException {
        DurableFiles.syncTree(Objects.requireNonNull(incoming));
    }

    /** Looks again at what is there; an installation leaves something new. */
    void reload() throws IOException {
        DurableFiles.sync(directory());
        DurableFiles.sync(Objects.requireNonNull(directory().getParent()));
        Snapshot found = null;
        for (Path candidate : newestFirst()) {
            try {
                found = new Snapshot(candidate, position(candidate), SnapshotDigests.read(candidate));
                break;
            } catch (IOException e) {
                log.error("snapshot {} is damaged; trying the one before", candidate, e);
            }
        }
        latest = found;
        latestInfo = found == null ? null : info(found);
    }

    @Nullable
    Snapshot latest() {
        return latest;
    }

    @Override
    public @Nullable SnapshotInfo getLatestSnapshot() {
        return latestInfo;
    }

    @Override
    public void format() {}

    @Override
    public void cleanupOldSnapshots(SnapshotRetentionPolicy policy) throws IOException {
        List<Path> all = newestFirst();
        for (Path old : all.subList(Math.min(all.size(), policy.getNumSnapshotsRetained()), all.size())) {
            DurableFiles.deleteTree(old);
        }
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> children = Files.list(directory())) {
            return children.filter(path -> name(path).startsWith(PREFIX))
                    .sorted(Comparator.comparingLong(
                                    (Path path) -> position(path).index())
                            .reversed())
                    .toList();
        }
    }

    private Path directory() {
        return Objects.requireNonNull(root);
    }

    private static SnapshotInfo info(Snapshot snapshot) throws IOException {
        Map<String, MD5Hash> digests = new HashMap<>(snapshot.digests().byName());
        Path list = snapshot.directory().resolve(SnapshotDigests.FILE);
        digests.put(SnapshotDigests.FILE, MD5FileUtil.computeMd5ForFile(list.toFile()));
        List<FileInfo> files = new ArrayList<>();
        digests.forEach(
                (name, digest) -> files.add(new FileInfo(snapshot.directory().resolve(name), digest)));
        return new FileListSnapshotInfo(
                files, snapshot.position().term(), snapshot.position().index());
    }

    private static Position position(Path directory) {
        String[] parts = name(directory).substring(PREFIX.length()).split("_", 2);
        return new Position(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
