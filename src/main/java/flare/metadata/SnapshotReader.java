package flare.metadata;

import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.Snapshot;

/** Rows as of the moment it was made. */
final class SnapshotReader implements RowReader, AutoCloseable {

    private final Store store;
    private final Snapshot snapshot;
    private final ReadOptions at;

    SnapshotReader(Store store) {
        this.store = store;
        this.snapshot = store.snapshot();
        this.at = new ReadOptions().setSnapshot(snapshot);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return store.get(family, key, at);
    }

    @Override
    public RowScan scan(Family family, byte[] from, byte[] to) {
        return store.scan(family, from, to, snapshot);
    }

    @Override
    public void close() {
        at.close();
        store.release(snapshot);
        snapshot.close();
    }
}
