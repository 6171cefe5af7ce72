package flare.metadata;

import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.PositionRow;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The state machine over RocksDB. Owns one directory from {@link #open} to {@link #close}; to put another state in its
 * place, close it, replace the directory and open that.
 *
 * <p>All effects of an entry and its position are one write. Queries run beside apply, each on its own snapshot; closing
 * waits for those under way, later ones are UNAVAILABLE.
 */
final class RocksState implements ReplicatedState {

    private final Store store;
    private final ReadWriteLock openness = new ReentrantReadWriteLock();
    private boolean closed;
    private volatile Position applied;
    private volatile long lastStampMillis;

    private RocksState(Store store, PositionRow position) {
        this.store = store;
        this.applied = new Position(position.getTerm(), position.getIndex());
        this.lastStampMillis = position.getStampMillis();
    }

    /** Opens the state in {@code directory}, creating an empty one. Throws if it is damaged or of a newer version. */
    static RocksState open(Path directory, Store.Memory memory) throws IOException {
        return over(Store.open(directory, memory));
    }

    /** The state that the store holds; owns the store, also when it throws. */
    static RocksState over(Store store) throws IOException {
        try (SnapshotReader rows = new SnapshotReader(store)) {
            byte[] cluster = rows.get(Family.META, Keys.CLUSTER);
            if (cluster != null) {
                int level = EntryBatch.parse(Family.META, cluster, ClusterValue.parser())
                        .getFeatureLevel();
                FeatureLevel.check("the metadata in this directory", level);
            }
            byte[] position = rows.get(Family.META, Keys.POSITION);
            return new RocksState(
                    store,
                    position == null
                            ? PositionRow.getDefaultInstance()
                            : EntryBatch.parse(Family.META, position, PositionRow.parser()));
        } catch (UncheckedIOException e) {
            store.close();
            throw e.getCause();
        } catch (IOException e) {
            store.close();
            throw e;
        }
    }

    static IOException failure(String what, RocksDBException cause) {
        String message = what + ": " + cause.getMessage();
        boolean damaged = cause.getStatus() != null && cause.getStatus().getCode() == Status.Code.Corruption;
        return damaged ? new DamagedStateException(message, cause) : new IOException(message, cause);
    }

    @Override
    public Position applied() {
        return applied;
    }

    @Override
    public long stampMillis() {
        return lastStampMillis;
    }

    /**
     * {@inheritDoc}
     *
     * <p>An entry at or below {@link #applied} changes nothing: its effects are here, and whoever waited for its outcomes
     * is gone; each is answered UNAVAILABLE.
     */
    @Override
    public List<Outcome> apply(Position position, long stampMillis, List<Envelope> commands) throws IOException {
        if (position.index() <= applied.index()) {
            Outcome again = new Outcome.Refused(
                    Fault.UNAVAILABLE, "entry " + position.index() + " is applied already, up to " + applied.index());
            return commands.stream().map(command -> again).toList();
        }
        if (commands.size() > EntryCodec.MAX_COMMANDS) {
            throw new IllegalArgumentException(commands.size() + " commands in entry " + position.index());
        }
        long nowMillis = Math.max(stampMillis, lastStampMillis);
        try (EntryBatch batch = new EntryBatch(store)) {
            List<Outcome> outcomes = new EntryApplier(new Applying(batch, position, nowMillis)).apply(commands);
            batch.finish();
            moveTo(position, nowMillis, batch);
            return outcomes;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public void skip(Position position) throws IOException {
        if (position.index() <= applied.index()) {
            return;
        }
        try (EntryBatch batch = new EntryBatch(store)) {
            moveTo(position, lastStampMillis, batch);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** For a state that no log is behind: one write, as if an entry at the position had said so. */
    void change(Position position, Consumer<Applying> change) throws IOException {
        try (EntryBatch batch = new EntryBatch(store)) {
            change.accept(new Applying(batch, position, lastStampMillis));
            batch.finish();
            moveTo(position, lastStampMillis, batch);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** For a state that no log is behind: in one write, as {@link Fsck} does. Answers what was found before. */
    FsckReport repair(FsckRepair repair, int blobsAPass) throws IOException {
        AtomicReference<FsckReport> found = new AtomicReference<>();
        change(
                applied,
                entry -> found.set(
                        Fsck.repairing(repair, entry.batch(), blobsAPass).run()));
        return Objects.requireNonNull(found.get());
    }

    FsckReport fsck(int blobsAPass) {
        try (SnapshotReader rows = new SnapshotReader(store)) {
            return new Fsck(rows, blobsAPass).run();
        }
    }

    private void moveTo(Position position, long nowMillis, EntryBatch batch) throws IOException {
        PositionRow row = PositionRow.newBuilder()
                .setTerm(position.term())
                .setIndex(position.index())
                .setStampMillis(nowMillis)
                .build();
        batch.put(Family.META, Keys.POSITION, row);
        try {
            batch.write();
        } catch (RocksDBException e) {
            throw failure("entry " + position.index() + " can't be written to the metadata", e);
        }
        lastStampMillis = nowMillis;
        applied = position;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Throws {@link UncheckedIOException} when the store fails or is damaged: the process must stop.
     */
    @Override
    public <R> R query(Query<R> query) {
        openness.readLock().lock();
        try {
            if (closed) {
                throw new FlareException(Fault.UNAVAILABLE, "the metadata is closed");
            }
            try (SnapshotReader rows = new SnapshotReader(store)) {
                return new StateQueries(rows).answer(query);
            }
        } finally {
            openness.readLock().unlock();
        }
    }

    @Override
    public void checkpoint(Path directory) throws IOException {
        openness.readLock().lock();
        try {
            if (closed) {
                throw new IOException("the metadata is closed");
            }
            store.checkpoint(directory);
        } catch (RocksDBException e) {
            throw failure("no checkpoint of the metadata in " + directory, e);
        } finally {
            openness.readLock().unlock();
        }
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                sync(file);
            }
        }
        sync(directory);
    }

    @Override
    public void check(Path checkpoint, Position position, Collection<String> files) throws IOException {
        CheckpointCheck.readTables(checkpoint, files);
        CheckpointCheck.opensAt(checkpoint, position);
    }

    private static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public void close() {
        openness.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                store.close();
            }
        } finally {
            openness.writeLock().unlock();
        }
    }
}
