package flare.metadata;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.Checkpoint;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Snapshot;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WriteBatchWithIndex;
import org.rocksdb.WriteOptions;

/**
 * RocksDB with the families of the state machine.
 *
 * <p>Without a write-ahead log: the Raft log is one already, and entries behind the position in the store are applied
 * again after a crash. Flushes are atomic over all families, or the position could get ahead of the rows it stands for
 * (docs/decisions/0008-the-state-machines-store.md).
 */
final class Store implements AutoCloseable {

    /**
     * @param writeBufferBytes for rows not yet on disk, all families together
     * @param blockCacheBytes for rows read from disk
     */
    record Memory(long writeBufferBytes, long blockCacheBytes) {}

    private static final double FILTER_BITS_PER_KEY = 10;
    /** A file in which this many of so many consecutive keys are deletes is compacted soon: scans must not wade. */
    private static final long DELETES_WINDOW = 16_384;

    private static final long DELETES_TRIGGER = 8_192;
    private static final double DELETES_SHARE = 0.5;
    /**
     * Deletes of a listed family in memory: nothing compacts there, and each costs every scan across it near 0.1 µs. Past
     * so many all is flushed, and the files are compacted as above.
     */
    static final long MAX_DELETES_IN_MEMORY = 32_768;

    private static final String DELETES_IN_MEMORY = "rocksdb.num-deletes-active-mem-table";

    private final List<AbstractNativeReference> owned = new ArrayList<>();
    private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
    private final ReadOptions latest = new ReadOptions();
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);
    private final DBOptions options;
    private final RocksDB db;

    static {
        RocksDB.loadLibrary();
    }

    private Store(Path directory, Memory memory) throws RocksDBException {
        Cache cache = own(new LRUCache(memory.blockCacheBytes));
        ColumnFamilyOptions plain = familyOptions(cache, false);
        ColumnFamilyOptions queue = familyOptions(cache, true);
        options = own(new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                .setAtomicFlush(true)
                .setDbWriteBufferSize(memory.writeBufferBytes)
                .setMaxBackgroundJobs(2)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setKeepLogFileNum(2)
                .setStatsDumpPeriodSec(0));
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, plain));
        for (Family family : Family.values()) {
            descriptors.add(new ColumnFamilyDescriptor(family.idBytes(), family.isQueue() ? queue : plain));
        }
        List<ColumnFamilyHandle> opened = new ArrayList<>();
        db = RocksDB.open(options, directory.toString(), descriptors, opened);
        int next = 1;
        for (Family family : Family.values()) {
            handles.put(family, opened.get(next++));
        }
        opened.forEach(this::own);
    }

    private ColumnFamilyOptions familyOptions(Cache cache, boolean queue) {
        BlockBasedTableConfig table = new BlockBasedTableConfig()
                .setBlockCache(cache)
                .setChecksumType(ChecksumType.kXXH3)
                .setFilterPolicy(own(new BloomFilter(FILTER_BITS_PER_KEY)));
        Options all = own(new Options());
        all.setTableFormatConfig(table).setCompressionType(CompressionType.LZ4_COMPRESSION);
        if (queue) {
            all.setTablePropertiesCollectorFactory(
                    List.of(own(TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                            DELETES_WINDOW, DELETES_TRIGGER, DELETES_SHARE))));
        }
        return own(new ColumnFamilyOptions(all));
    }

    private <T extends AbstractNativeReference> T own(T reference) {
        owned.add(reference);
        return reference;
    }

    /** Opens or creates the store; refuses one that a newer version has given more families. */
    static Store open(Path directory, Memory memory) throws IOException {
        Files.createDirectories(directory);
        try (Options probe = new Options()) {
            Set<String> unknown = new HashSet<>();
            for (byte[] name : RocksDB.listColumnFamilies(probe, directory.toString())) {
                unknown.add(new String(name, StandardCharsets.UTF_8));
            }
            unknown.remove("default");
            for (Family family : Family.values()) {
                unknown.remove(family.id());
            }
            if (!unknown.isEmpty()) {
                throw new IOException("the metadata in " + directory + " has rows of kinds this version does not know, "
                        + unknown + ": start a newer version on this node");
            }
            return new Store(directory, memory);
        } catch (RocksDBException e) {
            IOException failure = RocksState.failure("the metadata in " + directory + " can't be opened", e);
            if (failure instanceof DamagedStateException) {
                // RocksDB does not always name the table; reading them all does.
                CheckpointCheck.readTables(directory);
            }
            throw failure;
        }
    }

    byte @Nullable [] get(Family family, byte[] key, ReadOptions at) {
        try {
            return db.get(handle(family), at, key);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a row of " + family.id() + " can't be read", e));
        }
    }

    byte @Nullable [] get(WriteBatchWithIndex over, Family family, byte[] key) {
        try {
            return over.getFromBatchAndDB(db, handle(family), latest, key);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a row of " + family.id() + " can't be read", e));
        }
    }

    /** @param at null: the latest */
    RowScan scan(Family family, byte[] from, byte[] to, @Nullable Snapshot at) {
        Slice bound = new Slice(to);
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(bound);
        if (at != null) {
            bounded.setSnapshot(at);
        }
        return new RowScan(db.newIterator(handle(family), bounded), from, List.of(bounded, bound));
    }

    RowScan scan(WriteBatchWithIndex over, Family family, byte[] from, byte[] to) {
        Slice bound = new Slice(to);
        ReadOptions bounded = new ReadOptions().setIterateUpperBound(bound);
        RocksIterator base = db.newIterator(handle(family), bounded);
        return new RowScan(over.newIteratorWithBase(handle(family), base, bounded), from, List.of(bounded, bound));
    }

    ColumnFamilyHandle handle(Family family) {
        ColumnFamilyHandle handle = handles.get(family);
        if (handle == null) {
            throw new AssertionError(family);
        }
        return handle;
    }

    /** @param listedDeleted families that the batch deletes rows of and that clients list */
    void write(WriteBatchWithIndex batch, Set<Family> listedDeleted) throws RocksDBException {
        db.write(unlogged, batch);
        for (Family family : listedDeleted) {
            if (deletesInMemory(family) > MAX_DELETES_IN_MEMORY) {
                flush(false);
                return;
            }
        }
    }

    long deletesInMemory(Family family) throws RocksDBException {
        return db.getLongProperty(handle(family), DELETES_IN_MEMORY);
    }

    Snapshot snapshot() {
        return db.getSnapshot();
    }

    void release(Snapshot snapshot) {
        db.releaseSnapshot(snapshot);
    }

    void checkpoint(Path directory) throws RocksDBException {
        flush();
        try (Checkpoint checkpoint = Checkpoint.create(db)) {
            checkpoint.createCheckpoint(directory.toString());
        }
    }

    void flush() throws RocksDBException {
        flush(true);
    }

    private void flush(boolean wait) throws RocksDBException {
        try (FlushOptions flush = new FlushOptions().setWaitForFlush(wait).setAllowWriteStall(!wait)) {
            db.flush(flush, List.copyOf(handles.values()));
        }
    }

    /** Rows that never reached the disk are in the Raft log; flushing spares the replay. */
    @Override
    public void close() {
        for (AbstractNativeReference reference : owned) {
            if (reference instanceof ColumnFamilyHandle) {
                reference.close();
            }
        }
        db.close();
        owned.stream()
                .filter(reference -> !(reference instanceof ColumnFamilyHandle))
                .forEach(AbstractNativeReference::close);
        latest.close();
        unlogged.close();
    }
}
