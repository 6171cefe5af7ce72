package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of bytes, rule by rule. */
final class SpaceRulesTest {

    private static final long TERM = 4;
    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final ObjectKey OTHER = ObjectKey.of("other");
    private static final NodeId NODE = new NodeId(1);
    private static final NodeId SECOND = new NodeId(2);

    private final Path directory;
    private final Replica replica;
    private final RocksState state;
    private long index = 100;
    private long session;
    private long counter;

    SpaceRulesTest(@TempDir Path directory) throws Exception {
        this.directory = directory;
        this.replica = new Replica(directory.resolve("replica"));
        this.state = replica.state();
    }

    @BeforeEach
    void start() throws Exception {
        accept(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(2, 1 << 20, "round-robin")));
        accept(new Command.AddNode(new UUID(2, 1), URI.create("http://127.0.0.1:20001"), "z", 1));
        accept(new Command.AddNode(new UUID(2, 2), URI.create("http://127.0.0.1:20002"), "z", 1));
        session = accept(new Command.OpenSession(new UUID(3, 1), Optional.empty()));
    }

    @AfterEach
    void isSound() throws IOException {
        assertThat(replica.fsck(2).first()).isEmpty();
        replica.close();
    }

    private Outcome apply(Command<?> command) throws Exception {
        return state.apply(new Position(TERM, ++index), 1_000, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }

    @SuppressWarnings("unchecked")
    private <R> R accept(Command<R> command) throws Exception {
        Outcome outcome = apply(command);
        assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
        return (R) ((Outcome.Accepted) outcome).value();
    }

    private void refuse(Fault fault, Command<?> command) throws Exception {
        assertThat(apply(command))
                .isInstanceOfSatisfying(
                        Outcome.Refused.class, e -> assertThat(e.fault()).isEqualTo(fault));
    }

    private void count() throws Exception {
        assertThat(accept(new Command.CountSpace(1_000, TERM))).isFalse();
    }

    private Command.NewContent.Blob blob(long size) {
        BlobId id = new BlobId(session, ++counter);
        return new Command.NewContent.Blob(
                id, 2, List.of(new ChunkRecord(new ChunkId(id, 0), size, 5, List.of(NODE, SECOND))));
    }

    private BlobId put(ObjectKey key, long size) throws Exception {
        Command.NewContent.Blob content = blob(size);
        accept(new Command.PutObject(BUCKET, key, size, "e", ObjectAttributes.NONE, content, WriteCondition.NONE));
        return content.id();
    }

    private ObjectInfo putInline(ObjectKey key, int size) throws Exception {
        return accept(new Command.PutObject(
                BUCKET,
                key,
                size,
                "e",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(new byte[size]),
                WriteCondition.NONE));
    }

    private ObjectInfo copy(ObjectKey from, ObjectKey to) throws Exception {
        return accept(new Command.CopyObject(
                source(from),
                BUCKET,
                to,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                WriteCondition.NONE));
    }

    private Command.CopySource source(ObjectKey key) {
        return new Command.CopySource(
                BUCKET,
                key,
                Optional.empty(),
                state.query(new Query.StatObject(BUCKET, key)).version());
    }

    private UploadRef upload() throws Exception {
        UploadId id = accept(new Command.CreateUpload(
                BUCKET, KEY, ObjectAttributes.NONE, ObjectExtras.NONE, Optional.empty(), Checksum.Type.FULL_OBJECT));
        return new UploadRef(BUCKET, KEY, id);
    }

    private PartInfo copyPart(UploadRef upload, int number, ObjectKey from, long offset, long length) throws Exception {
        return accept(new Command.CopyPart(
                upload, number, source(from), new ByteRange(offset, length), Optional.empty(), Optional.empty()));
    }

    private void delete(ObjectKey key) throws Exception {
        accept(new Command.DeleteObject(BUCKET, key, WriteCondition.NONE));
    }

    private Query.Space space() {
        return state.query(new Query.GetSpace());
    }

    private Query.BucketSpace bucket() {
        Query.BucketSpacePage page = state.query(new Query.ListBucketSpace("", 10));
        assertThat(page.next()).isEmpty();
        return page.buckets().get(0);
    }

    @Test
    void tellsAnObjectsBytesOncePutOverwrittenAndDeleted() throws Exception {
        count();
        put(KEY, 1_000);
        putInline(OTHER, 7);
        assertThat(space()).isEqualTo(new Query.Space(true, 1_007, 0, 0, 1_000, 0, 0, List.of()));
        putInline(KEY, 9);
        assertThat(space()).isEqualTo(new Query.Space(true, 16, 0, 0, 0, 1_000, 0, List.of()));
        assertThat(bucket().bytes()).isEqualTo(16);
        assertThat(bucket().objects()).isEqualTo(2);
        delete(KEY);
        delete(OTHER);
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 0, 0, 1_000, 0, List.of()));
    }

    @Test
    void tellsBytesToBeDeletedOnEachNodeUntilTheyAre() throws Exception {
        count();
        BlobId blob = put(KEY, 1_000);
        delete(KEY);
        accept(new Command.FreeBlob(blob, 10, TERM));
        Query.FreedSpace first = new Query.FreedSpace(NODE, 1, 1_000);
        Query.FreedSpace second = new Query.FreedSpace(SECOND, 1, 1_000);
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 0, 0, 1_000, 0, List.of(first, second)));
        accept(new Command.ClearFreed(state.query(new Query.ListFreed(NODE, Optional.empty(), 10))));
        assertThat(space().freed()).containsExactly(second);
        accept(new Command.ClearFreed(state.query(new Query.ListFreed(SECOND, Optional.empty(), 10))));
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 0, 0, 0, 0, List.of()));
    }

    @Test
    void tellsOlderVersionsApart() throws Exception {
        count();
        putInline(KEY, 3);
        accept(new Command.SetVersioning(BUCKET, true));
        putInline(KEY, 40);
        ObjectInfo last = putInline(KEY, 500);
        assertThat(space()).isEqualTo(new Query.Space(true, 500, 43, 0, 0, 0, 0, List.of()));
        delete(KEY);
        assertThat(bucket()).isEqualTo(new Query.BucketSpace(bucket().name(), "", 0, 0, 4, 543, 0, 0));
        accept(new Command.DeleteObject(BUCKET, KEY, Optional.of(last.versionId()), WriteCondition.NONE));
        accept(new Command.DeleteObject(BUCKET, KEY, Optional.of(VersionId.NULL), WriteCondition.NONE));
        assertThat(space().olderBytes()).isEqualTo(40);
    }

    @Test
    void aCopyTakesBytesOfABucketAndNoneOfTheNodes() throws Exception {
        count();
        put(KEY, 1_000);
        copy(KEY, OTHER);
        assertThat(space()).isEqualTo(new Query.Space(true, 2_000, 0, 0, 1_000, 0, 0, List.of()));
        delete(KEY);
        assertThat(space()).isEqualTo(new Query.Space(true, 1_000, 0, 0, 1_000, 0, 0, List.of()));
    }

    @Test
    void aSliceHoldsAllOfItsBlob() throws Exception {
        count();
        put(OTHER, 1_000);
        UploadRef upload = upload();
        copyPart(upload, 1, OTHER, 100, 300);
        PartInfo part = copyPart(upload, 1, OTHER, 100, 60);
        assertThat(space()).isEqualTo(new Query.Space(true, 1_000, 0, 60, 1_000, 0, 0, List.of()));
        assertThat(bucket().uploadBytes()).isEqualTo(60);
        accept(new Command.CompleteUpload(
                upload, List.of(new Command.PartRef(1, part.version())), "m", Optional.empty(), WriteCondition.NONE));
        delete(OTHER);
        assertThat(space()).isEqualTo(new Query.Space(true, 60, 0, 0, 1_000, 0, 940, List.of()));
        delete(KEY);
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 0, 0, 1_000, 0, List.of()));
    }

    @Test
    void uploadsOfADeletedBucketTakeBytesUntilTheyExpire() throws Exception {
        count();
        UploadRef upload = upload();
        accept(new Command.PutPart(upload, 1, 70, "e", Optional.empty(), blob(70)));
        accept(new Command.PutPart(upload, 2, 80, "e", Optional.empty(), blob(80)));
        accept(new Command.DeleteBucket(BUCKET));
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 150, 150, 0, 0, List.of()));
        accept(new Command.ExpireUploads(List.of(upload.id()), 0, TERM));
        assertThat(space()).isEqualTo(new Query.Space(true, 0, 0, 0, 0, 150, 0, List.of()));
    }

    @Test
    void whatWasStoredBeforeIsToldOnceAllOfItIsCounted() throws Exception {
        putInline(KEY, 3);
        put(OTHER, 1_000);
        BlobId early = put(ObjectKey.of("z"), 400);
        delete(ObjectKey.of("z"));
        accept(new Command.FreeBlob(early, 10, TERM));
        UploadRef upload = upload();
        copyPart(upload, 1, OTHER, 100, 300);
        Query.FreedSpace freed = new Query.FreedSpace(NODE, 1, 0);
        Query.FreedSpace other = new Query.FreedSpace(SECOND, 1, 0);
        Query.Space notYet = new Query.Space(false, 0, 0, 0, 0, 0, 0, List.of(freed, other));
        int steps = 0;
        do {
            assertThat(space()).isEqualTo(notYet);
            assertThat(bucket().bytes()).isZero();
            steps++;
        } while (accept(new Command.CountSpace(1, TERM)));
        assertThat(steps).isGreaterThan(5);
        assertThat(space())
                .as("copies freed before are told without their bytes")
                .isEqualTo(new Query.Space(true, 1_003, 0, 300, 1_000, 400, 0, List.of(freed, other)));
        assertThat(accept(new Command.CountSpace(1, TERM))).isFalse();
        assertThat(space().bytes()).isEqualTo(1_003);
    }

    @Test
    void partsThatBecomeAnObjectMidwayAreCountedOnce() throws Exception {
        put(OTHER, 1_000);
        UploadRef upload = upload();
        PartInfo first = accept(new Command.PutPart(upload, 1, 70, "e", Optional.empty(), blob(70)));
        PartInfo second = accept(new Command.PutPart(upload, 2, 80, "e", Optional.empty(), blob(80)));
        accept(new Command.CountSpace(1, TERM));
        // The first part is behind the walk now, the second before it, and all contents are behind it.
        accept(new Command.CountSpace(1, TERM));
        accept(new Command.CompleteUpload(
                upload,
                List.of(new Command.PartRef(1, first.version()), new Command.PartRef(2, second.version())),
                "m",
                Optional.empty(),
                WriteCondition.NONE));
        count();
        assertThat(space()).isEqualTo(new Query.Space(true, 1_150, 0, 0, 1_150, 0, 0, List.of()));
    }

    @Test
    void countsInItsOwnTermOnlyAndWithinItsLimit() throws Exception {
        refuse(Fault.CONFLICT, new Command.CountSpace(1, TERM - 1));
        refuse(Fault.INVALID_ARGUMENT, new Command.CountSpace(0, TERM));
        refuse(Fault.INVALID_ARGUMENT, new Command.CountSpace(CommandCheck.MAX_ROWS + 1, TERM));
        assertThat(space().counted()).isFalse();
    }

    /** Small steps of the walk between random commands: at its end the sums are what the model comes to. */
    @Test
    void theWalkCountsEachRowOnceWhateverHappensMeanwhile() throws Exception {
        try (Replica walked = new Replica(directory.resolve("walked"))) {
            for (long seed = 1; seed <= 300; seed++) {
                walked.clear();
                walk(walked, seed);
            }
        }
    }

    private static void walk(Replica walked, long seed) throws Exception {
        Random random = new Random(seed);
        ModelState model = new ModelState();
        RandomCommands commands = new RandomCommands(random, model);
        int begin = 20 + random.nextInt(30);
        boolean more = true;
        for (int at = 1; more || at < begin + 5; at++) {
            List<Envelope> entry = new java.util.ArrayList<>(at == 1 ? commands.firstEntry() : commands.entry(1));
            entry.removeIf(one -> one.command() instanceof Command.CountSpace);
            if (at >= begin) {
                entry.add(
                        random.nextInt(entry.size() + 1),
                        new Envelope(0, 0, 0, new Command.CountSpace(1 + random.nextInt(6), 1)));
            }
            model.apply(new Position(1, at), 1_000_000L + at, entry);
            walked.state().apply(new Position(1, at), 1_000_000L + at, entry);
            more = !model.space.isCounted();
            assertThat(walked.state().query(new Query.GetSpace()))
                    .as("seed %d after entry %d", seed, at)
                    .isEqualTo(model.query(new Query.GetSpace()));
        }
        assertThat(walked.state().query(new Query.ListBucketSpace("", 9)))
                .as("seed %d", seed)
                .isEqualTo(model.query(new Query.ListBucketSpace("", 9)));
        assertThat(walked.fsck(3).first()).as("seed %d", seed).isEmpty();
    }
}
