package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketInfo.Versioning;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions, copies, tags and bucket configuration, rule by rule. */
final class VersionRulesTest {

    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("key");
    private static final byte[] NONE = {};

    private final RocksState state;
    private long index = 100;
    private long session;

    VersionRulesTest(@TempDir Path directory) throws Exception {
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

    // ---- versions

    @Test
    void withoutVersioningAnObjectIsReplacedAndGone() throws Exception {
        assertThat(put("a").versionId()).isEqualTo(VersionId.NULL);
        put("b");
        assertThat(versions()).containsExactly("key null latest b");
        assertThat(delete()).isEqualTo(new Deletion(true, Optional.empty(), false));
        assertThat(delete()).isEqualTo(new Deletion(false, Optional.empty(), false));
        assertThat(versions()).isEmpty();
    }

    @Test
    void whatWasThereBeforeVersioningStaysAsTheNullVersion() throws Exception {
        put("a");
        versioning(true);
        VersionId second = put("b").versionId();
        assertThat(second.isNull()).isFalse();
        assertThat(versions()).containsExactly("key " + second + " latest b", "key null a");
        assertThat(stat(Optional.of(VersionId.NULL)).etag()).isEqualTo("a");
        assertThat(stat(Optional.of(second)).mark().latest()).isTrue();
    }

    @Test
    void aDeleteMarkerHidesTheKeyUntilItIsRemoved() throws Exception {
        versioning(true);
        VersionId first = put("a").versionId();
        Deletion deletion = delete();
        VersionId marker = deletion.versionId().orElseThrow();
        assertThat(deletion).isEqualTo(new Deletion(true, Optional.of(marker), true));
        assertThat(fault(Optional.empty()).fault()).isEqualTo(Fault.NO_SUCH_KEY);
        assertThat(fault(Optional.empty()).deleteMarker()).contains(marker);
        assertThat(fault(Optional.of(marker)).fault()).isEqualTo(Fault.METHOD_NOT_ALLOWED);
        assertThat(fault(Optional.of(marker)).deleteMarker()).contains(marker);
        assertThat(stat(Optional.of(first)).etag()).isEqualTo("a");
        assertThat(objects()).isEmpty();
        assertThat(delete(marker)).isEqualTo(new Deletion(true, Optional.of(marker), true));
        assertThat(stat(Optional.empty()).etag()).isEqualTo("a");
        assertThat(versions()).containsExactly("key " + first + " latest a");
    }

    @Test
    void removingTheNewestVersionBringsTheNextOneUp() throws Exception {
        versioning(true);
        VersionId first = put("a").versionId();
        VersionId second = put("b").versionId();
        VersionId third = put("c").versionId();
        assertThat(delete(second)).isEqualTo(new Deletion(true, Optional.of(second), false));
        assertThat(delete(third)).isEqualTo(new Deletion(true, Optional.of(third), false));
        assertThat(objects()).containsExactly("a");
        assertThat(delete(third)).isEqualTo(new Deletion(false, Optional.of(third), false));
        delete(first);
        assertThat(versions()).isEmpty();
    }

    @Test
    void suspendedOnlyTheNullVersionIsReplaced() throws Exception {
        versioning(true);
        VersionId kept = put("a").versionId();
        versioning(false);
        assertThat(put("b").versionId()).isEqualTo(VersionId.NULL);
        put("c");
        assertThat(versions()).containsExactly("key null latest c", "key " + kept + " a");
        assertThat(delete()).isEqualTo(new Deletion(true, Optional.of(VersionId.NULL), true));
        assertThat(versions()).containsExactly("key null latest marker", "key " + kept + " a");
        delete();
        assertThat(versions()).hasSize(2);
        put("d");
        assertThat(versions()).containsExactly("key null latest d", "key " + kept + " a");
        versioning(true);
        put("e");
        versioning(false);
        put("f");
        assertThat(versions()).hasSize(3).first().isEqualTo("key null latest f");
    }

    @Test
    void aMarkerCountsAsNoObjectForConditions() throws Exception {
        versioning(true);
        put("a");
        delete();
        refuse(Fault.NO_SUCH_KEY, put(KEY, "b", new WriteCondition(List.of("*"), List.of())));
        accept(put(KEY, "b", new WriteCondition(List.of(), List.of("*"))));
        refuse(
                Fault.PRECONDITION_FAILED,
                new Command.DeleteObject(BUCKET, KEY, new WriteCondition(List.of("a"), List.of())));
        accept(new Command.DeleteObject(BUCKET, KEY, new WriteCondition(List.of("b"), List.of())));
    }

    @Test
    void aBucketWithAnOldVersionOrAMarkerIsNotEmpty() throws Exception {
        versioning(true);
        VersionId first = put("a").versionId();
        VersionId marker = delete().versionId().orElseThrow();
        refuse(Fault.BUCKET_NOT_EMPTY, new Command.DeleteBucket(BUCKET));
        delete(first);
        refuse(Fault.BUCKET_NOT_EMPTY, new Command.DeleteBucket(BUCKET));
        delete(marker);
        accept(new Command.DeleteBucket(BUCKET));
    }

    @Test
    void aVersionThatIsNotThereIsNamedAsSuch() throws Exception {
        put("a");
        assertThat(fault(Optional.of(new VersionId(5))).fault()).isEqualTo(Fault.NO_SUCH_VERSION);
        long number = stat(Optional.empty()).version();
        assertThat(fault(Optional.of(new VersionId(number))).fault())
                .as("the null version has no other name")
                .isEqualTo(Fault.NO_SUCH_VERSION);
    }

    @Test
    void keysThatBeginAlikeKeepTheirVersionsApartAndInOrder() throws Exception {
        versioning(true);
        List<String> keys = List.of("a", "a\u0001", "a/", "a0", "aa", "b");
        for (int round = 0; round < 3; round++) {
            for (String key : keys) {
                accept(put(ObjectKey.of(key), "e" + round, WriteCondition.NONE));
            }
        }
        List<String> expected = new ArrayList<>();
        keys.stream().sorted().forEach(key -> {
            expected.add(key + " e2");
            expected.add(key + " e1");
            expected.add(key + " e0");
        });
        for (int limit = 1; limit < 20; limit++) {
            List<String> found = new ArrayList<>();
            Query.VersionsMark after = Query.VersionsMark.START;
            while (after != null) {
                Query.VersionPage page = state.query(new Query.ListVersions(BUCKET, NONE, NONE, after, limit));
                page.versions().forEach(info -> {
                    found.add(info.key() + " " + info.etag());
                    assertThat(info.mark().latest()).isEqualTo(info.etag().equals("e2"));
                });
                after = page.next().orElse(null);
            }
            assertThat(found).as("limit %d", limit).isEqualTo(expected);
        }
    }

    @Test
    void versionsRollUpByTheDelimiter() throws Exception {
        versioning(true);
        for (String key : List.of("a/1", "a/2", "b", "c/1")) {
            accept(put(ObjectKey.of(key), "x", WriteCondition.NONE));
            accept(put(ObjectKey.of(key), "y", WriteCondition.NONE));
        }
        accept(new Command.DeleteObject(BUCKET, ObjectKey.of("c/1"), WriteCondition.NONE));
        byte[] slash = bytes("/");
        Query.VersionPage first = state.query(new Query.ListVersions(BUCKET, NONE, slash, Query.VersionsMark.START, 2));
        assertThat(texts(first.commonPrefixes())).containsExactly("a/");
        assertThat(first.versions()).hasSize(1);
        Query.VersionPage second = state.query(
                new Query.ListVersions(BUCKET, NONE, slash, first.next().orElseThrow(), 9));
        assertThat(second.versions()).hasSize(1);
        assertThat(texts(second.commonPrefixes())).containsExactly("c/");
        Query.VersionPage inside =
                state.query(new Query.ListVersions(BUCKET, bytes("c/"), slash, Query.VersionsMark.START, 9));
        assertThat(inside.versions()).hasSize(3);
    }

    // ---- copies and references

    @Test
    void aCopySharesItsBlobUntilBothAreGone() throws Exception {
        ObjectInfo source = accept(putBlob(1));
        ObjectKey other = ObjectKey.of("other");
        ObjectInfo copy = accept(copy(source, other));
        assertThat(copy.etag()).isEqualTo(source.etag());
        assertThat(copy.extras().tags()).isEqualTo(source.extras().tags());
        delete();
        assertThat(counts().deadBlobs()).isZero();
        accept(new Command.DeleteObject(BUCKET, other, WriteCondition.NONE));
        assertThat(counts().deadBlobs()).isEqualTo(1);
        refuse(Fault.NO_SUCH_KEY, copy(source, other));
    }

    @Test
    void aCopyOntoItselfKeepsTheBytes() throws Exception {
        ObjectInfo source = accept(putBlob(1));
        accept(copy(source, KEY));
        assertThat(counts().deadBlobs()).isZero();
        delete();
        assertThat(counts().deadBlobs()).isEqualTo(1);
    }

    @Test
    void aCopyIsOfTheVersionThatWasSeen() throws Exception {
        ObjectInfo seen = put("a");
        put("b");
        refuse(Fault.CONFLICT, copy(seen, ObjectKey.of("other")));
        refuse(
                Fault.NO_SUCH_BUCKET,
                new Command.CopyObject(
                        new Command.CopySource(new BucketId(9), KEY, Optional.empty(), 1),
                        BUCKET,
                        KEY,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        WriteCondition.NONE));
    }

    @Test
    void eachVersionsBlobDiesWithIt() throws Exception {
        versioning(true);
        VersionId first = accept(putBlob(1)).versionId();
        accept(putBlob(2));
        delete();
        assertThat(counts().deadBlobs()).isZero();
        delete(first);
        assertThat(counts().deadBlobs()).isEqualTo(1);
    }

    // ---- tags and documents

    @Test
    void tagsAreReplacedAsAWholeAndBounded() throws Exception {
        put("a");
        ObjectInfo tagged = accept(tags(Map.of("b", "2", "a", "1")));
        assertThat(tagged.extras().tags()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThat(stat(Optional.empty())).isEqualTo(tagged);
        assertThat(accept(tags(Map.of())).extras().tags()).isEmpty();
        refuse(Fault.INVALID_TAG, tags(Map.of("", "no name")));
        refuse(Fault.INVALID_TAG, tags(Map.of("k".repeat(129), "")));
        refuse(Fault.INVALID_TAG, tags(Map.of("k", "v".repeat(257))));
        Map<String, String> eleven = new java.util.HashMap<>();
        for (int i = 0; i < 11; i++) {
            eleven.put("k" + i, "");
        }
        refuse(Fault.INVALID_TAG, tags(eleven));
        versioning(true);
        VersionId marker = delete().versionId().orElseThrow();
        refuse(Fault.NO_SUCH_KEY, tags(Map.of()));
        refuse(
                Fault.METHOD_NOT_ALLOWED,
                new Command.AmendVersion(BUCKET, KEY, Optional.of(marker), Optional.empty(), Optional.empty()));
    }

    @Test
    void documentsAreKeptBoundedAndGoWithTheirBucket() throws Exception {
        Document policy = new Document(bytes("{}"));
        accept(new Command.SetDocument(BUCKET, DocumentKind.POLICY, Optional.of(policy)));
        accept(new Command.SetDocument(BUCKET, DocumentKind.CORS, Optional.of(policy)));
        accept(new Command.SetDocument(BUCKET, DocumentKind.CORS, Optional.empty()));
        BucketInfo bucket =
                state.query(new Query.GetBucket(new BucketName("object"))).orElseThrow();
        assertThat(bucket.documents()).containsExactly(Map.entry(DocumentKind.POLICY, policy));
        assertThat(bucket.versioning()).isEqualTo(Versioning.UNVERSIONED);
        Document huge = new Document(new byte[DocumentKind.POLICY.maxBytes() + 1]);
        refuse(Fault.INVALID_ARGUMENT, new Command.SetDocument(BUCKET, DocumentKind.POLICY, Optional.of(huge)));
        accept(new Command.DeleteBucket(BUCKET));
        accept(new Command.CreateBucket(new BucketName("object"), "me"));
        assertThat(state.query(new Query.GetBucket(new BucketName("object")))
                        .orElseThrow()
                        .documents())
                .isEmpty();
    }

    @Test
    void aBucketIsMadeWithItsDocuments() throws Exception {
        Map<DocumentKind, Document> documents = Map.of(
                DocumentKind.OWNERSHIP_CONTROLS, new Document(new byte[] {1}),
                DocumentKind.ACL, new Document(new byte[] {2}));
        Command.CreateBucket create = new Command.CreateBucket(new BucketName("made"), "me", documents);
        BucketId id = accept(create);
        refuse(Fault.BUCKET_ALREADY_OWNED, new Command.CreateBucket(create.name(), "me"));
        assertThat(state.query(new Query.GetBucket(create.name())).orElseThrow().documents())
                .isEqualTo(documents);
        Document huge = new Document(new byte[DocumentKind.ACL.maxBytes() + 1]);
        refuse(
                Fault.INVALID_ARGUMENT,
                new Command.CreateBucket(new BucketName("huge"), "me", Map.of(DocumentKind.ACL, huge)));
        accept(new Command.DeleteBucket(id));
        accept(new Command.CreateBucket(create.name(), "me"));
        assertThat(state.query(new Query.GetBucket(create.name())).orElseThrow().documents())
                .isEmpty();
    }

    @Test
    void bucketsAreListedByOwnerInPages() throws Exception {
        for (int i = 0; i < 6; i++) {
            accept(new Command.CreateBucket(new BucketName("bucket-" + i), i % 2 == 0 ? "even" : "odd"));
        }
        refuse(Fault.BUCKET_ALREADY_OWNED, new Command.CreateBucket(new BucketName("bucket-1"), "odd"));
        refuse(Fault.BUCKET_ALREADY_EXISTS, new Command.CreateBucket(new BucketName("bucket-1"), "even"));
        assertThat(names(Set.of("odd"), "", "", 2)).containsExactly("bucket-1", "bucket-3", "bucket-3");
        assertThat(names(Set.of("odd"), "", "bucket-3", 2)).containsExactly("bucket-5", "-");
        assertThat(names(Set.of("odd", ""), "", "", 9)).contains("object").hasSize(5);
        assertThat(names(Set.of(), "bucket-", "object", 9)).containsExactly("-");
        assertThat(names(Set.of(), "bucket-4", "", 9)).containsExactly("bucket-4", "-");
    }

    // ---- words

    private List<String> names(Set<String> owners, String prefix, String after, int limit) {
        Query.BucketPage page = state.query(new Query.ListBuckets(owners, prefix, after, limit));
        List<String> names = new ArrayList<>();
        page.buckets().forEach(bucket -> names.add(bucket.name().value()));
        names.add(page.next().orElse("-"));
        return names;
    }

    private void versioning(boolean enabled) throws Exception {
        accept(new Command.SetVersioning(BUCKET, enabled));
    }

    private ObjectInfo put(String etag) throws Exception {
        return accept(put(KEY, etag, WriteCondition.NONE));
    }

    private static Command.PutObject put(ObjectKey key, String etag, WriteCondition condition) {
        return new Command.PutObject(
                BUCKET, key, 0, etag, ObjectAttributes.NONE, new Command.NewContent.Inline(NONE), condition);
    }

    private Command.PutObject putBlob(long counter) {
        ChunkId chunk = new ChunkId(new BlobId(session, counter), 0);
        ObjectExtras extras = new ObjectExtras(Map.of("t", "1"), Optional.empty(), Optional.empty(), Optional.empty());
        return new Command.PutObject(
                BUCKET,
                KEY,
                10,
                "blob",
                ObjectAttributes.NONE,
                extras,
                new Command.NewContent.Blob(
                        chunk.blob(), 1, List.of(new ChunkRecord(chunk, 10, 7, List.of(new NodeId(1))))),
                WriteCondition.NONE);
    }

    private static Command.CopyObject copy(ObjectInfo source, ObjectKey to) {
        return new Command.CopyObject(
                new Command.CopySource(BUCKET, source.key(), Optional.empty(), source.version()),
                BUCKET,
                to,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                WriteCondition.NONE);
    }

    private static Command.AmendVersion tags(Map<String, String> tags) {
        return new Command.AmendVersion(BUCKET, KEY, Optional.empty(), Optional.of(tags), Optional.empty());
    }

    private Deletion delete() throws Exception {
        return accept(new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE));
    }

    private Deletion delete(VersionId version) throws Exception {
        return accept(new Command.DeleteObject(BUCKET, KEY, Optional.of(version), WriteCondition.NONE));
    }

    private ObjectInfo stat(Optional<VersionId> version) {
        return state.query(new Query.StatObject(BUCKET, KEY, version));
    }

    private FlareException fault(Optional<VersionId> version) {
        try {
            throw new AssertionError(stat(version));
        } catch (FlareException refused) {
            return refused;
        }
    }

    private List<String> objects() {
        return state.query(new Query.ListObjects(BUCKET, NONE, NONE, NONE, 100)).objects().stream()
                .map(ObjectInfo::etag)
                .toList();
    }

    private List<String> versions() {
        return state
                .query(new Query.ListVersions(BUCKET, NONE, NONE, Query.VersionsMark.START, 100))
                .versions()
                .stream()
                .map(info -> info.key() + " " + info.versionId() + (info.mark().latest() ? " latest" : "") + " "
                        + (info.mark().deleteMarker() ? "marker" : info.etag()))
                .toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> texts(List<byte[]> prefixes) {
        return prefixes.stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private Query.Counts counts() {
        return state.query(new Query.GetCounts());
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
        return state.apply(new Position(4, index), index, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }
}
