package flare.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenUploadsTest {

    private static final BucketId OBJECT = new BucketId(1);

    private long nowMillis = 1_000_000;
    private final InMemoryMetadata metadata =
            new InMemoryMetadata(new ClusterSettings(1, 64 * 1024, "x"), () -> nowMillis).withNodes(1);

    private OpenUploads uploads() {
        return new OpenUploads(metadata, Clock.fixed(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private UploadRef begin(BucketId bucket, String key) {
        UploadId id = get(metadata.submit(new Command.CreateUpload(
                bucket,
                ObjectKey.of(key),
                ObjectAttributes.NONE,
                ObjectExtras.NONE,
                Optional.empty(),
                Checksum.Type.FULL_OBJECT)));
        return new UploadRef(bucket, ObjectKey.of(key), id);
    }

    private void part(UploadRef upload, int number, int size) {
        BlobId blob = metadata.session().newBlob();
        ChunkRecord chunk = new ChunkRecord(new ChunkId(blob, 0), size, 1, List.of(new NodeId(1)));
        get(metadata.submit(new Command.PutPart(
                upload, number, size, "p", Optional.empty(), new Command.NewContent.Blob(blob, 1, List.of(chunk)))));
    }

    private BucketId bucket(String name) {
        return get(metadata.submit(new Command.CreateBucket(new BucketName(name))));
    }

    private static UploadFilter filter(String... namesAndValues) {
        Map<String, String> parameters = new java.util.TreeMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            parameters.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return UploadFilter.parse(parameters);
    }

    private List<String> ids(String... namesAndValues) {
        return get(uploads().list(filter(namesAndValues))).uploads().stream()
                .map(UploadStatus::id)
                .toList();
    }

    @Test
    void tellsOfEachUploadWhatItHolds() {
        UploadRef upload = begin(OBJECT, "a/key");
        part(upload, 1, 4);
        part(upload, 7, 5);
        assertThat(get(uploads().list(filter())))
                .isEqualTo(new UploadList(
                        List.of(new UploadStatus(
                                "object", "a/key", upload.id().toString(), "1970-01-01T00:16:40Z", 2, 9)),
                        false));
    }

    @Test
    void choosesByBucketAgeAndNumber() {
        UploadRef old = begin(OBJECT, "k");
        UploadRef elsewhere = begin(bucket("photos"), "k");
        nowMillis += Duration.ofHours(2).toMillis();
        UploadRef young = begin(OBJECT, "k");
        assertThat(ids())
                .containsExactly(
                        old.id().toString(),
                        young.id().toString(),
                        elsewhere.id().toString());
        assertThat(ids("bucket", "photos")).containsExactly(elsewhere.id().toString());
        assertThat(ids("older-than", "3600", "bucket", "object"))
                .containsExactly(old.id().toString());
        assertThat(ids("id", young.id().toString())).containsExactly(young.id().toString());
        assertThat(get(uploads().list(filter("limit", "2"))).more()).isTrue();
        assertThat(get(uploads().list(filter("limit", "3"))).more()).isFalse();
    }

    @Test
    void abortsOneOrAllThatAreOlder() {
        begin(OBJECT, "k");
        UploadRef elsewhere = begin(bucket("photos"), "k");
        nowMillis += Duration.ofHours(2).toMillis();
        UploadRef young = begin(OBJECT, "k");
        assertThat(get(uploads().abort(filter("id", elsewhere.id().toString()))))
                .isEqualTo(new AbortedUploads(1, false));
        assertThat(get(uploads().abort(filter("older-than", "3600")))).isEqualTo(new AbortedUploads(1, false));
        assertThat(ids()).containsExactly(young.id().toString());
    }

    @Test
    void tellsThatMoreAreLeft() {
        for (int i = 0; i < 3; i++) {
            begin(OBJECT, "k" + i);
        }
        nowMillis += 2_000;
        assertThat(get(uploads().abort(filter("older-than", "1", "limit", "2"))))
                .isEqualTo(new AbortedUploads(2, true));
        assertThat(get(uploads().abort(filter("older-than", "1", "limit", "2"))))
                .isEqualTo(new AbortedUploads(1, false));
    }

    @Test
    void namesWhatIsNotThere() {
        UploadRef upload = begin(OBJECT, "k");
        assertThatThrownBy(() -> get(uploads().list(filter("bucket", "missing"))))
                .isInstanceOf(CompletionException.class)
                .hasMessageContaining("there is no bucket 'missing'");
        assertThatThrownBy(() -> get(uploads().abort(filter("id", "0000000000000fff"))))
                .hasMessageContaining("there is no such open upload: 0000000000000fff");
        bucket("photos");
        assertThatThrownBy(() -> get(uploads().abort(filter("id", upload.id().toString(), "bucket", "photos"))))
                .hasMessageContaining("there is no such open upload");
        assertThat(ids()).hasSize(1);
    }

    @Test
    void neverAbortsWhateverThereIs() {
        begin(OBJECT, "k");
        assertThatThrownBy(() -> uploads().abort(filter("bucket", "object")))
                .isInstanceOf(FlareException.class)
                .hasMessageContaining("an upload's id or an age (older-than) is needed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit | 0 | limit = 0 is not allowed: 1 to 10000 is",
                "limit | 10001 | limit = 10001 is not allowed: 1 to 10000 is",
                "limit | x | limit = x is not allowed: 1 to 10000 is",
                "older-than | 1d | older-than = 1d is not allowed: a number of seconds is",
                "older-than | -1 | older-than = -1 is not allowed: a number of seconds is",
                "id | nonsense | there is no upload",
                "bucket | NO | is not a bucket name",
                "key | k | there is no parameter",
            })
    void refusesParametersThatSayNothing(String name, String value, String sentence) {
        assertThatThrownBy(() -> filter(name, value))
                .isInstanceOf(FlareException.class)
                .hasMessageContaining(sentence);
    }
}
