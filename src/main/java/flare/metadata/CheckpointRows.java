package flare.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;

/** The rows of a checkpoint, which nothing changes any more. What is scanned goes past the caches: it is read once. */
final class CheckpointRows implements RowReader, AutoCloseable {

    private final DBOptions options = new DBOptions().setParanoidChecks(true);
    private final ColumnFamilyOptions familyOptions = new ColumnFamilyOptions();
    private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
    private final List<ColumnFamilyHandle> opened = new ArrayList<>();
    private final RocksDB db;

    private CheckpointRows(Path directory, Path notes) throws RocksDBException {
        options.setDbLogDir(notes.toString());
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, familyOptions));
        for (Family family : Family.values()) {
            descriptors.add(new ColumnFamilyDescriptor(family.idBytes(), familyOptions));
        }
        db = RocksDB.openReadOnly(options, directory.toString(), descriptors, opened);
        int next = 1;
        for (Family family : Family.values()) {
            handles.put(family, opened.get(next++));
        }
    }

    static CheckpointRows open(Path directory) throws IOException {
        return open(directory, directory);
    }

    /** @param notes where RocksDB writes its own log, so that the checkpoint stays as it is */
    static CheckpointRows open(Path directory, Path notes) throws IOException {
        try {
            return new CheckpointRows(directory, notes);
        } catch (RocksDBException e) {
            throw RocksState.failure("the checkpoint " + directory + " can't be opened", e);
        }
    }

    private ColumnFamilyHandle handle(Family family) {
        ColumnFamilyHandle handle = handles.get(family);
        if (handle == null) {
            throw new AssertionError(family);
        }
        return handle;
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        try {
            return db.get(handle(family), key);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a row of " + family.id() + " can't be read", e));
        }
    }

    @Override
    public RowScan scan(Family family, byte[] from, byte[] to) {
        Slice bound = new Slice(to);
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(bound).setFillCache(false);
        return new RowScan(db.newIterator(handle(family), bounded), from, List.of(bounded, bound));
    }

    @Override
    public void close() {
        opened.forEach(ColumnFamilyHandle::close);
        db.close();
        familyOptions.close();
        options.close();
    }
}
