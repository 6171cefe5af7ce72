package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The figures of {@code /admin/space}, to the byte, as objects come, share bytes and go; in one process. */
class SpaceToldTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int BIG = 600_000;
    private static final int SLICE = 100_000;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void tellsWhatIsStoredAndWhereItStays(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.chunk-size = 256KiB, flare.data { nodes = 3, trash-ttl = 1h }, flare.copies = 2
                flare.repair { interval = 200ms }, flare.health.interval = 200ms
                flare.session { renew-every = 200ms, expire-after = 5s }
                """.formatted(directory)))) {
            await().atMost(LIMIT)
                    .until(() -> told(flare).path("totals").path("counted").asBoolean());
            ObjectClient client = new ObjectClient(flare::objects);
            assertThat(client.put("big", new Body(1, BIG).bytes())).isEqualTo(200);
            assertThat(client.put("small", new Body(2, 100).bytes())).isEqualTo(200);
            assertStored(flare, BIG + 100, BIG, 0, 2L * BIG);

            // Overwritten: the old bytes leave the bucket at once, and the nodes once nobody reads them.
            assertThat(client.put("big", new Body(3, BIG).bytes())).isEqualTo(200);
            await().atMost(LIMIT).untilAsserted(() -> assertStored(flare, BIG + 100, BIG, 0, 2L * BIG));
            await().atMost(LIMIT)
                    .untilAsserted(() -> assertThat(raw(flare, "trashBytes"))
                            .as("chunk files have a header and checksums, too")
                            .isBetween(2L * BIG, 2L * BIG + 50_000));
            assertThat(raw(flare, "freedCopies")).isZero();

            String upload = send(flare, "POST", "/object/slice?uploads", "")
                    .body()
                    .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
            String range = "bytes=1000-" + (1000 + SLICE - 1);
            String part = "/object/slice?partNumber=1&uploadId=" + upload;
            String etag = send(
                            flare,
                            "PUT",
                            part,
                            "",
                            "x-amz-copy-source",
                            "/object/big",
                            "x-amz-copy-source-range",
                            range)
                    .body()
                    .replaceAll("(?s).*<ETag>(?:\"|&quot;)(.*?)(?:\"|&quot;)</ETag>.*", "$1");
            JsonNode bucket = told(flare).path("buckets").get(0);
            assertThat(bucket.path("name").asText()).isEqualTo("object");
            assertThat(bucket.path("uploads").asLong()).isEqualTo(1);
            assertThat(bucket.path("uploadBytes").asLong()).isEqualTo(SLICE);
            String document = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"" + etag
                    + "\"</ETag></Part></CompleteMultipartUpload>";
            assertThat(send(flare, "POST", "/object/slice?uploadId=" + upload, document)
                            .statusCode())
                    .isEqualTo(200);
            assertStored(flare, BIG + 100 + SLICE, BIG, 0, 2L * BIG);

            // The slice holds all of the blob that it is of.
            assertThat(client.delete("big")).isEqualTo(204);
            assertStored(flare, 100 + SLICE, BIG, BIG - SLICE, 2L * BIG);
            assertThat(told(flare).path("waiting").toString())
                    .contains((BIG - SLICE) + " bytes or more are in no object any more")
                    .contains("in the trash of node");
            assertThat(client.delete("slice")).isEqualTo(204);
            await().atMost(LIMIT).untilAsserted(() -> assertStored(flare, 100, 0, 0, 0));

            assertThat(Admin.reclaim(flare.admin()).path("complete").asBoolean())
                    .isTrue();
            await().atMost(LIMIT).untilAsserted(() -> {
                assertThat(raw(flare, "trashBytes")).isZero();
                assertThat(told(flare).path("waiting")).isEmpty();
            });
            assertThat(Admin.post(flare.admin(), "/admin/fsck").path("problems").asLong())
                    .isZero();
        }
    }

    private static JsonNode told(Flare flare) throws IOException {
        return Admin.send(
                HttpRequest.newBuilder(flare.admin().resolve("/admin/space")).timeout(LIMIT));
    }

    private static long raw(Flare flare, String figure) throws IOException {
        return told(flare).path("totals").path("raw").path(figure).asLong();
    }

    private static void assertStored(Flare flare, long objects, long blobs, long held, long copies) throws IOException {
        JsonNode space = told(flare);
        JsonNode stored = space.path("totals").path("stored");
        assertThat(stored.path("objectBytes").asLong()).isEqualTo(objects);
        assertThat(space.path("buckets").get(0).path("bytes").asLong()).isEqualTo(objects);
        assertThat(stored.path("blobBytes").asLong()).isEqualTo(blobs);
        assertThat(stored.path("heldBytes").asLong()).isEqualTo(held);
        assertThat(space.path("totals").path("raw").path("copyBytes").asLong()).isEqualTo(copies);
    }

    private HttpResponse<String> send(Flare flare, String method, String target, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(flare.objects().resolve(target))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(LIMIT);
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer;
    }
}
