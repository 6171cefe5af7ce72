package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That sound rows have no problem is shown for each sequence of {@link SequenceTwin}; here, that lost ones have. */
class FsckTest {

    private static final int ENTRIES = 60;

    @TempDir
    private Path directory;

    private static void fill(Replica replica, long seed) throws IOException {
        ModelState model = new ModelState();
        RandomCommands commands = new RandomCommands(new Random(seed), model);
        for (int index = 1; index <= ENTRIES; index++) {
            List<Envelope> entry = index == 1 ? commands.firstEntry() : commands.entry(1);
            model.apply(new Position(1, index), 1_000_000L + index, entry);
            replica.state().apply(new Position(1, index), 1_000_000L + index, entry);
        }
    }

    @ParameterizedTest
    @EnumSource(
            names = {
                "BUCKET",
                "BUCKET_NAME",
                "OBJECT",
                "EXTENTS",
                "BLOB",
                "CHUNK",
                "PENDING",
                "FREED",
                "DEAD",
                "REPAIR",
                "NODE",
                "USAGE",
                "UPLOAD",
                "VERSION",
                "NULL_VERSION",
                "USER"
            })
    void findsALostRow(Family family) throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            int lost = 0;
            for (long seed = 1; lost < 10; seed++) {
                replica.clear();
                fill(replica, seed);
                assertThat(replica.fsck(100).first()).as("seed %d", seed).isEmpty();
                List<byte[]> keys = replica.keys(family);
                if (family == Family.NODE || family == Family.USAGE) {
                    // One that holds something: others are missed by nobody.
                    keys = replica.keys(Family.FREED).stream()
                            .map(key -> Keys.node(Keys.nodeOf(key)))
                            .toList();
                }
                if (!keys.isEmpty()) {
                    replica.lose(family, keys.get(new Random(seed).nextInt(keys.size())));
                    FsckReport report = replica.fsck(2);
                    assertThat(report.problems()).as("seed %d", seed).isPositive();
                    assertThat(report.first()).isNotEmpty();
                    lost++;
                }
            }
        }
    }

    @Test
    void addsUpBytesOnceTheyAreCounted() throws Exception {
        try (Replica replica = new Replica(directory.resolve("replica"))) {
            fill(replica, 3);
            byte[] bucketKey = replica.keys(Family.BUCKET).get(0);
            BucketRow bucket =
                    EntryBatch.parse(Family.BUCKET, replica.row(Family.BUCKET, bucketKey), BucketRow.parser());
            byte[] blobKey = replica.keys(Family.BLOB).get(0);
            BlobRow blob = EntryBatch.parse(Family.BLOB, replica.row(Family.BLOB, blobKey), BlobRow.parser());
            Position next = new Position(1, ENTRIES + 1);
            Envelope count = new Envelope(0, 0, 0, new Command.CountSpace(CommandCheck.MAX_ROWS, 1));
            replica.state().apply(next, 2_000_000L, List.of(count));
            assertThat(replica.fsck(100).first()).isEmpty();

            replica.change(
                    Family.BUCKET,
                    bucketKey,
                    bucket.toBuilder().setBytes(-1).setUploadBytes(-1).build().toByteArray());
            replica.change(
                    Family.BLOB,
                    blobKey,
                    blob.toBuilder().setReferredBytes(-1).build().toByteArray());
            assertThat(replica.fsck(1).first())
                    .anyMatch(problem -> problem.startsWith("bytes of objects of bucket " + bucket.getName()))
                    .anyMatch(problem -> problem.startsWith("bytes of open uploads of bucket " + bucket.getName()))
                    .anyMatch(problem -> problem.startsWith("bytes referred to of blob"))
                    .hasSize(3);
        }
    }

    @Test
    void tellsWhatIsRecordedAndWhatTheRowsComeTo() throws Exception {
        FsckFindings findings = new FsckFindings();
        findings.same("blobs", 3, 3);
        findings.same("chunks", 3, 4);
        for (int problem = 0; problem < FsckFindings.MAX_KEPT; problem++) {
            findings.problem("another");
        }
        FsckReport report = findings.report(new Position(2, 7));
        assertThat(report.first().get(0)).isEqualTo("chunks: recorded are 3, the rows come to 4");
        assertThat(report.first()).hasSize(FsckFindings.MAX_KEPT);
        assertThat(report.problems()).isEqualTo(FsckFindings.MAX_KEPT + 1);
        assertThat(report.index()).isEqualTo(7);
    }
}
