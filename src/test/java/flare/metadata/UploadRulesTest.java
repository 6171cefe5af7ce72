package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.WriteCondition;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Multipart uploads, rule by rule. */
final class UploadRulesTest {

    private static final long TERM = 4;
    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("key");

    private final RocksState state;
    private long index = 100;
    private long nowMillis = 1_000;
    private long session;

    UploadRulesTest(@TempDir Path directory) throws Exception {
        this.state = States.open(directory.resolve("state"));
    }

    @BeforeEach
    void start() throws Exception {
        accept(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "round-robin")));
        accept(new Command.AddNode(new UUID(2, 1), URI.create("http://127.0.0.1:20001"), "z", 1));
        session = accept(new Command.OpenSession(new UUID(3, 1), Optional.empty()));
    }

    @AfterEach
    void stop() {
        state.close();
    }

    @Test
    void anUploadIsOfItsKeyAndBucketOnly() throws Exception {
        UploadRef upload = begin();
        UploadRef otherKey = new UploadRef(BUCKET, ObjectKey.of("other"), upload.id());
        refuse(Fault.NO_SUCH_UPLOAD, part(otherKey, 1, 1));
        refuse(Fault.NO_SUCH_UPLOAD, new Command.AbortUpload(otherKey));
        refuse(Fault.NO_SUCH_UPLOAD, part(new UploadRef(BUCKET, KEY, new UploadId(7)), 1, 1));
        refuse(Fault.NO_SUCH_BUCKET, part(new UploadRef(new BucketId(9), KEY, upload.id()), 1, 1));
        assertThatThrownBy(() -> state.query(new Query.ListParts(otherKey, 0, 1)))
                .isInstanceOf(FlareException.class);
    }

    @Test
    void aPartTakesThePlaceOfTheOneBeforeAndUnusedPartsDie() throws Exception {
        UploadRef upload = begin();
        PartInfo old = accept(part(upload, 1, 1));
        PartInfo one = accept(part(upload, 1, 2));
        accept(part(upload, 2, 3));
        assertThat(dead()).isEqualTo(1);
        refuse(Fault.INVALID_PART, complete(upload, old));
        ObjectInfo made = accept(complete(upload, one));
        assertThat(made.parts()).isEqualTo(1);
        assertThat(dead()).isEqualTo(2);
        accept(new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE));
        assertThat(dead()).isEqualTo(3);
    }

    @Test
    void aRepeatedCompletionIsAnsweredAlikeForADay() throws Exception {
        UploadRef upload = begin();
        PartInfo one = accept(part(upload, 1, 1));
        ObjectInfo made = accept(complete(upload, one));
        accept(new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE));
        assertThat(accept(complete(upload, one))).isEqualTo(made);
        refuse(Fault.NO_SUCH_UPLOAD, part(upload, 2, 2));
        refuse(Fault.NO_SUCH_UPLOAD, new Command.AbortUpload(upload));
        nowMillis += Duration.ofDays(1).toMillis() + 1;
        refuse(Fault.NO_SUCH_UPLOAD, complete(upload, one));
        assertThat(old()).containsExactly(upload.id());
        accept(new Command.ExpireUploads(old(), 0, TERM));
        assertThat(old()).isEmpty();
    }

    @Test
    void abortingGivesAllPartsBack() throws Exception {
        UploadRef upload = begin();
        accept(part(upload, 1, 1));
        accept(part(upload, 10_000, 2));
        accept(new Command.AbortUpload(upload));
        assertThat(dead()).isEqualTo(2);
        refuse(Fault.NO_SUCH_UPLOAD, new Command.AbortUpload(upload));
        accept(new Command.DeleteBucket(BUCKET));
    }

    @Test
    void anOpenUploadDoesNotKeepItsBucketAndIsGivenUpSoonAfterIt() throws Exception {
        UploadRef upload = begin();
        PartInfo one = accept(part(upload, 1, 1));
        assertThat(old()).isEmpty();
        accept(new Command.DeleteBucket(BUCKET));
        refuse(Fault.NO_SUCH_BUCKET, part(upload, 2, 2));
        refuse(Fault.NO_SUCH_BUCKET, complete(upload, one));
        refuse(Fault.NO_SUCH_BUCKET, new Command.AbortUpload(upload));
        assertThat(old()).containsExactly(upload.id());
        accept(new Command.ExpireUploads(old(), 0, TERM));
        assertThat(old()).isEmpty();
        assertThat(dead()).isEqualTo(1);
    }

    @Test
    void completionObeysConditionsAndOrder() throws Exception {
        UploadRef upload = begin();
        PartInfo one = accept(part(upload, 1, 1));
        PartInfo two = accept(part(upload, 2, 2));
        refuse(
                Fault.NO_SUCH_KEY,
                new Command.CompleteUpload(
                        upload, refs(one), "e", Optional.empty(), new WriteCondition(List.of("x"), List.of())));
        refuse(Fault.INVALID_PART_ORDER, complete(upload, two, one));
        refuse(Fault.INVALID_PART_ORDER, complete(upload, one, one));
        refuse(Fault.INVALID_ARGUMENT, complete(upload));
        refuse(Fault.INVALID_ARGUMENT, part(upload, 0, 3));
        refuse(Fault.INVALID_ARGUMENT, part(upload, 10_001, 3));
        accept(complete(upload, one, two));
    }

    @Test
    void aRangeOverTheSourcesEndIsRefusedAndExpiryIsFenced() throws Exception {
        UploadRef upload = begin();
        ObjectInfo source = accept(complete(upload, accept(part(upload, 1, 1))));
        UploadRef second = begin();
        Command.CopySource from = new Command.CopySource(BUCKET, KEY, Optional.empty(), source.version());
        refuse(Fault.RANGE_NOT_SATISFIABLE, copy(second, from, new ByteRange(5, 6)));
        refuse(
                Fault.CONFLICT,
                copy(
                        second,
                        new Command.CopySource(BUCKET, KEY, Optional.empty(), source.version() - 1),
                        new ByteRange(0, 1)));
        PartInfo part = accept(copy(second, from, new ByteRange(5, 5)));
        assertThat(part.size()).isEqualTo(5);
        refuse(Fault.CONFLICT, new Command.ExpireUploads(List.of(second.id()), Long.MAX_VALUE, TERM - 1));
        accept(new Command.ExpireUploads(List.of(second.id()), nowMillis, TERM));
        assertThat(state.query(new Query.StatUpload(second)).open())
                .as("not begun before")
                .isPresent();
        accept(new Command.ExpireUploads(List.of(second.id(), second.id()), nowMillis + 1, TERM));
        assertThat(dead()).as("the object still counts on its blob").isZero();
    }

    // ---- words

    private UploadRef begin() throws Exception {
        UploadId id = accept(new Command.CreateUpload(
                BUCKET, KEY, ObjectAttributes.NONE, ObjectExtras.NONE, Optional.empty(), Checksum.Type.FULL_OBJECT));
        return new UploadRef(BUCKET, KEY, id);
    }

    private Command.PutPart part(UploadRef upload, int number, long counter) {
        ChunkId chunk = new ChunkId(new BlobId(session, counter), 0);
        return new Command.PutPart(
                upload,
                number,
                10,
                "p",
                Optional.empty(),
                new Command.NewContent.Blob(
                        chunk.blob(), 1, List.of(new ChunkRecord(chunk, 10, 7, List.of(new NodeId(1))))));
    }

    private static Command.CopyPart copy(UploadRef upload, Command.CopySource from, ByteRange range) {
        return new Command.CopyPart(upload, 1, from, range, Optional.empty(), Optional.empty());
    }

    private static Command.CompleteUpload complete(UploadRef upload, PartInfo... parts) {
        return new Command.CompleteUpload(upload, refs(parts), "e-1", Optional.empty(), WriteCondition.NONE);
    }

    private static List<Command.PartRef> refs(PartInfo... parts) {
        return java.util.Arrays.stream(parts)
                .map(part -> new Command.PartRef(part.number(), part.version()))
                .toList();
    }

    private List<UploadId> old() {
        return state.query(new Query.ListOldUploads(Optional.empty(), Duration.ofDays(7), 10))
                .due();
    }

    private long dead() {
        return state.query(new Query.GetCounts()).deadBlobs();
    }

    @SuppressWarnings("unchecked")
    private <R> R accept(Command<R> command) throws Exception {
        Outcome outcome = apply(command);
        assertThat(outcome).as("%s", command).isInstanceOf(Outcome.Accepted.class);
        return (R) ((Outcome.Accepted) outcome).value();
    }

    private void refuse(Fault fault, Command<?> command) throws Exception {
        assertThat(apply(command))
                .as("%s", command)
                .isInstanceOfSatisfying(
                        Outcome.Refused.class,
                        refused -> assertThat(refused.fault()).isEqualTo(fault));
    }

    private Outcome apply(Command<?> command) throws Exception {
        index++;
        return state.apply(new Position(TERM, index), nowMillis, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }
}
