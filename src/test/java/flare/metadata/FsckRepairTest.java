package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.model.BlobId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a repair puts right is as it was, and nothing else changes. */
class FsckRepairTest {

    private static final int ENTRIES = 60;
    private static final int TRIES = 8;

    @TempDir
    private Path directory;

    @ParameterizedTest
    @EnumSource(names = {"BUCKET_NAME", "NULL_VERSION", "REPAIR", "USAGE", "DEAD"})
    void aLostRowThatFollowsFromOthersIsAsItWas(Family family) throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            int lost = 0;
            for (long seed = 1; lost < TRIES; seed++) {
                fill(replica, seed);
                List<byte[]> keys = family == Family.USAGE ? usedNodes(replica) : damageable(replica, family);
                if (keys.isEmpty()) {
                    continue;
                }
                Map<String, String> before = rows(replica);
                replica.lose(family, keys.get(new Random(seed).nextInt(keys.size())));
                FsckReport found = repair(replica, FsckRepair.KEEP_REFERENCES);
                assertThat(found.problems()).as("seed %d", seed).isPositive();
                assertThat(replica.fsck(100).first()).as("seed %d", seed).isEmpty();
                assertThat(rows(replica)).as("seed %d", seed).isEqualTo(before);
                lost++;
            }
        }
    }

    @Test
    void countsAreAsTheyWere() throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            for (long seed = 1; seed <= TRIES; seed++) {
                fill(replica, seed);
                if (seed % 2 == 0) {
                    Envelope count = new Envelope(0, 0, 0, new Command.CountSpace(CommandCheck.MAX_ROWS, 1));
                    replica.state().apply(new Position(1, ENTRIES + 1), 2_000_000L, List.of(count));
                }
                Map<String, String> before = rows(replica);
                CountersRow counters =
                        EntryBatch.parse(Family.META, replica.row(Family.META, Keys.COUNTERS), CountersRow.parser());
                replica.change(
                        Family.META,
                        Keys.COUNTERS,
                        counters.toBuilder()
                                .setObjects(-1)
                                .setBlobs(77)
                                .setChunks(-5)
                                .setDeadBlobs(9)
                                .setFreed(-2)
                                .setPending(3)
                                .setRepairs(99)
                                .setUsers(-1)
                                .build()
                                .toByteArray());
                for (byte[] key : replica.keys(Family.BUCKET)) {
                    BucketRow bucket =
                            EntryBatch.parse(Family.BUCKET, replica.row(Family.BUCKET, key), BucketRow.parser());
                    replica.change(
                            Family.BUCKET,
                            key,
                            bucket.toBuilder()
                                    .setObjects(bucket.getObjects() + 1)
                                    .setVersions(-1)
                                    .setUploads(40)
                                    .build()
                                    .toByteArray());
                }
                for (byte[] key : replica.keys(Family.BLOB)) {
                    BlobRow blob = blob(replica, key);
                    // Not to 0: such a blob is dead, and its copies may be freed.
                    replica.change(
                            Family.BLOB,
                            key,
                            blob.toBuilder()
                                    .setTraces(blob.getTraces() + 1)
                                    .setReferences(Math.min(blob.getReferences(), 1))
                                    .build()
                                    .toByteArray());
                }
                repair(replica, FsckRepair.KEEP_REFERENCES);
                assertThat(replica.fsck(100).first()).as("seed %d", seed).isEmpty();
                assertThat(rows(replica)).as("seed %d", seed).isEqualTo(before);
            }
        }
    }

    @Test
    void countsThatAreTooHighAreLoweredOnlyWhenAskedTo() throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            byte[] key = fillUntilABlobIsCountedOn(replica);
            Map<String, String> before = rows(replica);
            BlobRow blob = blob(replica, key);
            byte[] tooHigh = blob.toBuilder()
                    .setReferences(blob.getReferences() + 1)
                    .build()
                    .toByteArray();
            replica.change(Family.BLOB, key, tooHigh);

            repair(replica, FsckRepair.KEEP_REFERENCES);
            assertThat(replica.row(Family.BLOB, key)).isEqualTo(tooHigh);
            assertThat(replica.fsck(100).first()).singleElement().asString().startsWith("references to blob");

            repair(replica, FsckRepair.ALL);
            assertThat(replica.fsck(100).first()).isEmpty();
            assertThat(rows(replica)).isEqualTo(before);
        }
    }

    @Test
    void noCountIsLoweredWhereAContentIsMissing() throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            byte[] key = fillUntilABlobIsCountedOn(replica);
            BlobId id = Keys.blobOf(key);
            BlobRow blob = blob(replica, key);
            for (byte[] version : replica.keys(Family.EXTENTS)) {
                replica.lose(Family.EXTENTS, version);
            }
            FsckReport found = repair(replica, FsckRepair.ALL);
            assertThat(found.first())
                    .anyMatch(problem -> problem.endsWith(" has no content"))
                    .anyMatch(problem -> problem.startsWith("references to blob " + id));
            assertThat(blob(replica, key).getReferences()).isEqualTo(blob.getReferences());
            assertThat(replica.keys(Family.DEAD))
                    .noneMatch(dead -> Keys.blobOf(dead).equals(id));
        }
    }

    /** The rows of a cluster on which all has happened that {@link RandomCommands} know. */
    private static void fill(Replica replica, long seed) throws Exception {
        replica.clear();
        ModelState model = new ModelState();
        RandomCommands commands = new RandomCommands(new Random(seed), model);
        for (int index = 1; index <= ENTRIES; index++) {
            List<Envelope> entry = index == 1 ? commands.firstEntry() : commands.entry(1);
            model.apply(new Position(1, index), 1_000_000L + index, entry);
            replica.state().apply(new Position(1, index), 1_000_000L + index, entry);
        }
    }

    private static byte[] fillUntilABlobIsCountedOn(Replica replica) throws Exception {
        for (long seed = 1; true; seed++) {
            fill(replica, seed);
            for (byte[] key : replica.keys(Family.BLOB)) {
                if (blob(replica, key).getReferences() > 0
                        && !replica.keys(Family.EXTENTS).isEmpty()) {
                    return key;
                }
            }
        }
    }

    private static FsckReport repair(Replica replica, FsckRepair repair) throws IOException {
        return replica.state().repair(repair, 2);
    }

    private static BlobRow blob(Replica replica, byte[] key) {
        return EntryBatch.parse(Family.BLOB, replica.row(Family.BLOB, key), BlobRow.parser());
    }

    /** A DEAD row is missed only while its blob has copies that nobody has freed yet, and knows how far that went. */
    private static List<byte[]> damageable(Replica replica, Family family) {
        List<byte[]> keys = new ArrayList<>();
        for (byte[] key : replica.keys(family)) {
            boolean untouched = family != Family.DEAD || replica.row(family, key).length == 0;
            if (untouched && (family != Family.DEAD || blob(replica, key).getTraces() > 0)) {
                keys.add(key);
            }
        }
        return keys;
    }

    private static List<byte[]> usedNodes(Replica replica) {
        return replica.keys(Family.FREED).stream()
                .map(key -> Keys.node(Keys.nodeOf(key)))
                .toList();
    }

    private static Map<String, String> rows(Replica replica) {
        HexFormat hex = HexFormat.of();
        Map<String, String> rows = new TreeMap<>();
        for (Family family : Family.values()) {
            for (byte[] key : replica.keys(family)) {
                rows.put(family + " " + hex.formatHex(key), hex.formatHex(replica.row(family, key)));
            }
        }
        return rows;
    }
}
