package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketId;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** What deleted keys leave behind in the store goes away by itself, so that no listing has to walk over it for long. */
class DeletedRowsTest {

    private static final BucketId BUCKET = new BucketId(1);
    private static final int KEYS = 100_000;
    private static final int ENTRY_COMMANDS = 500;
    /** Memory is not a file's, and a file may keep less than what makes compaction worth while. */
    private static final long BOUND = 2 * Store.MAX_DELETES_IN_MEMORY;

    @TempDir
    Path directory;

    private long index;

    @Test
    void deletedKeysDoNotStayInTheWayOfListing() throws Exception {
        Store store = Store.open(directory, new Store.Memory(64 << 20, 8 << 20));
        try (RocksState state = RocksState.over(store)) {
            apply(state, List.of(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x"))));
            each(state, store, DeletedRowsTest::put);
            each(state, store, i -> new Command.DeleteObject(BUCKET, key(i), WriteCondition.NONE));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> store.deletesInMemory(Family.OBJECT) + deletesInFiles() <= BOUND);
        }
    }

    private void each(RocksState state, Store store, IntFunction<Command<?>> command) throws Exception {
        List<Command<?>> entry = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            entry.add(command.apply(i));
            if (entry.size() == ENTRY_COMMANDS) {
                apply(state, entry);
                entry.clear();
                assertThat(store.deletesInMemory(Family.OBJECT))
                        .isLessThanOrEqualTo(Store.MAX_DELETES_IN_MEMORY + ENTRY_COMMANDS);
            }
        }
    }

    private void apply(RocksState state, List<Command<?>> commands) throws Exception {
        index++;
        List<Envelope> entry = new ArrayList<>();
        for (Command<?> command : commands) {
            entry.add(new Envelope(0, 0, 0, command));
        }
        assertThat(state.apply(new Position(1, index), 1, entry)).allMatch(Outcome.Accepted.class::isInstance);
    }

    private static Command<?> put(int number) {
        return new Command.PutObject(
                BUCKET,
                key(number),
                0,
                "d41d8cd98f00b204e9800998ecf8427e",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(new byte[0]),
                WriteCondition.NONE);
    }

    private static ObjectKey key(int number) {
        return ObjectKey.of(String.format("k%07d", number));
    }

    private long deletesInFiles() throws RocksDBException {
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        families.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY));
        families.add(new ColumnFamilyDescriptor(Family.OBJECT.idBytes()));
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (DBOptions options = new DBOptions();
                RocksDB files = RocksDB.openReadOnly(options, directory.toString(), families, handles)) {
            long deletes = files.getPropertiesOfAllTables(handles.get(1)).values().stream()
                    .mapToLong(table -> table.getNumDeletions())
                    .sum();
            handles.forEach(ColumnFamilyHandle::close);
            return deletes;
        }
    }
}
