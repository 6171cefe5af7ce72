package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.metadata.wire.PositionRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileReader;

/** Reads a checkpoint before the log it replaces is purged: what can't be opened and read is no snapshot. */
final class CheckpointCheck {

    private static final String TABLE = ".sst";

    private CheckpointCheck() {}

    /** Throws {@link DamagedStateException} if a table among {@code files} fails one of its own block checksums. */
    static void readTables(Path directory, Collection<String> files) throws DamagedStateException {
        try (Options options = new Options()) {
            for (String file : files) {
                if (file.endsWith(TABLE)) {
                    readTable(directory.resolve(file), options);
                }
            }
        }
    }

    static void readTables(Path directory) throws IOException {
        List<String> files = new ArrayList<>();
        for (Path file : DurableFiles.files(directory)) {
            files.add(directory.relativize(file).toString());
        }
        readTables(directory, files);
    }

    private static void readTable(Path table, Options options) throws DamagedStateException {
        try (SstFileReader reader = new SstFileReader(options)) {
            reader.open(table.toString());
            reader.verifyChecksum();
        } catch (RocksDBException e) {
            throw new DamagedStateException(table + " can't be read back: " + e.getMessage(), e);
        }
    }

    /** Opens the checkpoint as a restore would, and throws if it does not hold the state at {@code expected}. */
    static void opensAt(Path directory, Position expected) throws IOException {
        // RocksDB writes its own log wherever it opens something; the checkpoint must stay as it is.
        Path notes = directory.resolveSibling(directory.getFileName() + ".notes");
        Files.createDirectories(notes);
        try (DBOptions options = new DBOptions().setParanoidChecks(true).setDbLogDir(notes.toString());
                ColumnFamilyOptions family = new ColumnFamilyOptions()) {
            Position found = position(directory, options, family);
            if (!found.equals(expected)) {
                throw new IOException(
                        "checkpoint " + directory + " holds the state at " + found + ", expected " + expected);
            }
        } catch (RocksDBException e) {
            throw new DamagedStateException("checkpoint " + directory + " can't be opened: " + e.getMessage(), e);
        } finally {
            DurableFiles.deleteTree(notes);
        }
    }

    private static Position position(Path directory, DBOptions options, ColumnFamilyOptions family)
            throws RocksDBException {
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family));
        descriptors.add(new ColumnFamilyDescriptor(Family.META.idBytes(), family));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (RocksDB db = RocksDB.openReadOnly(options, directory.toString(), descriptors, handles)) {
            byte @Nullable [] row = db.get(handles.get(1), Keys.POSITION);
            PositionRow position = row == null
                    ? PositionRow.getDefaultInstance()
                    : EntryBatch.parse(Family.META, Objects.requireNonNull(row), PositionRow.parser());
            handles.forEach(ColumnFamilyHandle::close);
            return new Position(position.getTerm(), position.getIndex());
        }
    }
}
