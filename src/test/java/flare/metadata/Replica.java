package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatchWithIndex;

/**
 * A state on a disk, to be restarted, killed and restored. Serves many sequences of commands after each other: opening
 * RocksDB costs more than a short sequence, so between two of them only the rows are deleted, as long as all of them are
 * in memory: from the disk a crash could bring some back.
 */
final class Replica implements AutoCloseable {

    /** Then scans would have to wade through what was deleted. */
    private static final int SEQUENCES_A_DIRECTORY = 100;

    private final Path root;
    private Path directory;
    private Store store;
    private RocksState state;
    private int generation;
    private int sequences;
    private boolean onDisk;

    Replica(Path root) throws IOException {
        this.root = root;
        this.directory = root.resolve("0");
        this.store = Store.open(directory, States.MEMORY);
        this.state = RocksState.over(store);
    }

    RocksState state() {
        return state;
    }

    /** As fresh as a new directory. */
    void clear() throws IOException, RocksDBException {
        sequences++;
        if (onDisk || sequences > SEQUENCES_A_DIRECTORY) {
            sequences = 0;
            onDisk = false;
            state.close();
            DurableFiles.deleteTree(root);
            open(next());
            return;
        }
        try (WriteBatchWithIndex deletes = new WriteBatchWithIndex(true)) {
            for (Family family : Family.values()) {
                try (RowScan scan = store.scan(family, Keys.FIRST, Keys.LAST, null)) {
                    while (scan.next()) {
                        deletes.delete(store.handle(family), scan.key());
                    }
                }
            }
            store.write(deletes, Set.of());
        }
        state = RocksState.over(store);
    }

    void restart() throws IOException {
        onDisk = true;
        state.close();
        open(directory);
    }

    /** What a process that dies leaves: the files as they are, without what only memory holds. */
    void crash() throws IOException {
        onDisk = true;
        while (true) {
            Path copy = next();
            try {
                String before = manifest();
                copyTo(copy);
                // A file that was compacted away while others were copied would be missing: that is no crash.
                if (before.equals(manifest())) {
                    state.close();
                    open(copy);
                    return;
                }
            } catch (NoSuchFileException compactedAway) {
                DurableFiles.deleteTree(copy);
            }
        }
    }

    /** Goes on from a checkpoint of itself that was found good, as a restore does. */
    void restore() throws IOException {
        onDisk = true;
        Path checkpoint = next();
        Position position = state.applied();
        state.checkpoint(checkpoint);
        List<String> files = DurableFiles.files(checkpoint).stream()
                .map(file -> checkpoint.relativize(file).toString())
                .toList();
        state.check(checkpoint, position, files);
        state.close();
        open(checkpoint);
    }

    /** What a check of the rows against each other finds. */
    FsckReport fsck(int blobsAPass) {
        return state.fsck(blobsAPass);
    }

    /** Takes a row away, as damage would. */
    void lose(Family family, byte[] key) throws RocksDBException {
        try (WriteBatchWithIndex batch = new WriteBatchWithIndex()) {
            batch.delete(store.handle(family), key);
            store.write(batch, Set.of());
        }
    }

    /** Puts a row that no command would. */
    void change(Family family, byte[] key, byte[] row) throws RocksDBException {
        try (WriteBatchWithIndex batch = new WriteBatchWithIndex()) {
            batch.put(store.handle(family), key, row);
            store.write(batch, Set.of());
        }
    }

    byte[] row(Family family, byte[] key) {
        try (SnapshotReader rows = new SnapshotReader(store)) {
            return Objects.requireNonNull(rows.get(family, key));
        }
    }

    List<byte[]> keys(Family family) {
        List<byte[]> keys = new ArrayList<>();
        try (RowScan scan = store.scan(family, Keys.FIRST, Keys.LAST, null)) {
            while (scan.next()) {
                keys.add(scan.key());
            }
        }
        return keys;
    }

    /** All rows of all families, as text. */
    Map<String, List<String>> rows() {
        Map<String, List<String>> all = new TreeMap<>();
        for (Family family : Family.values()) {
            List<String> rows = new ArrayList<>();
            try (RowScan scan = store.scan(family, Keys.FIRST, Keys.LAST, null)) {
                while (scan.next()) {
                    rows.add(Arrays.toString(scan.key()) + Arrays.toString(scan.value()));
                }
            }
            all.put(family.id(), rows);
        }
        return all;
    }

    private void open(Path at) throws IOException {
        directory = at;
        store = Store.open(at, States.MEMORY);
        state = RocksState.over(store);
    }

    private Path next() {
        generation++;
        return root.resolve(String.valueOf(generation));
    }

    private String manifest() throws IOException {
        String name = Files.readString(directory.resolve("CURRENT")).strip();
        return name + Files.size(directory.resolve(name));
    }

    private void copyTo(Path copy) throws IOException {
        Files.createDirectories(copy);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.copy(file, copy.resolve(directory.relativize(file).toString()));
            }
        }
    }

    @Override
    public void close() throws IOException {
        state.close();
        DurableFiles.deleteTree(root);
    }
}
