package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parts of uploads and of objects, page by page and one by one. */
class PartPagesTest {

    private static final String KEY = "/object/parts";
    private static final String ASKED = "x-amz-object-attributes";

    private static LiveStore store;
    private static SignedClient client;
    private static String pending = "";

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        store = new LiveStore(directory);
        client = store.client();
        pending = begun();
        put(pending, 1, "first");
        put(pending, 2, "second");
        String upload = begun();
        String tags = tag(1, put(upload, 1, "x".repeat(5 << 20))) + tag(2, put(upload, 2, ""));
        RawClient.Response done = client.ask(
                "POST", KEY + "?uploadId=" + upload, "<CompleteMultipartUpload>" + tags + "</CompleteMultipartUpload>");
        assertThat(done.body()).contains("-2\"");
    }

    @AfterAll
    static void close() {
        store.close();
    }

    private static String begun() throws IOException {
        Matcher id = Pattern.compile("<UploadId>([^<]+)<")
                .matcher(client.ask("POST", KEY + "?uploads", "").body());
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private static String put(String upload, int number, String body) throws IOException {
        return client.put(KEY + "?partNumber=" + number + "&uploadId=" + upload, body)
                .header("etag");
    }

    private static String tag(int number, String etag) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }

    /** minio-go sends a put's conditions with Create, too. */
    @Test
    void anUploadBeginsOnlyWhereItsConditionHolds() throws IOException {
        String[] onlyNew = {"if-none-match", "*"};
        RawClient.Response there = client.ask("POST", KEY + "?uploads", "", onlyNew);
        assertThat(there.status()).isEqualTo(412);
        assertThat(there.body()).contains("<Code>PreconditionFailed</Code>");
        assertThat(client.ask("POST", "/object/new?uploads", "", onlyNew).status())
                .isEqualTo(200);
        assertThat(client.ask("POST", "/object/new?uploads", "", "if-match", "*")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void anEmptyPartOfAnObjectIsNoRange() throws IOException {
        for (String method : new String[] {"GET", "HEAD"}) {
            RawClient.Response empty = client.ask(method, KEY + "?partNumber=2", "");
            assertThat(empty.status()).isEqualTo(416);
            assertThat(empty.header("content-range")).isEqualTo("bytes */" + (5 << 20));
            assertThat(client.ask(method, KEY + "?partNumber=1", "").status()).isEqualTo(206);
            assertThat(client.ask(method, KEY + "?partNumber=3", "").status()).isEqualTo(416);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "&part-number-marker=", "&part-number-marker=0"})
    void listsPartsFromTheBeginningWithoutAMarker(String marker) throws IOException {
        assertThat(client.get(KEY + "?uploadId=" + pending + marker).body())
                .contains("<PartNumberMarker>0<", "<PartNumber>1<", "<PartNumber>2<", "<IsTruncated>false<");
    }

    @Test
    void listsNoPartWhereNoneIsAskedFor() throws IOException {
        assertThat(client.get(KEY + "?max-parts=0&uploadId=" + pending).body())
                .contains("<MaxParts>0<", "<IsTruncated>false<")
                .doesNotContain("<Part>");
        assertThat(client.get(KEY + "?attributes", ASKED, "ObjectParts", "x-amz-max-parts", "0")
                        .body())
                .contains("<MaxParts>0<", "<PartsCount>2<")
                .doesNotContain("<Part>");
    }

    @Test
    void tellsAttributesFromTheBeginningWithAnEmptyMarker() throws IOException {
        assertThat(client.get(KEY + "?attributes", ASKED, "ObjectParts", "x-amz-part-number-marker", "")
                        .body())
                .contains("<PartNumberMarker>0<", "<PartNumber>1<", "<PartNumber>2<");
    }
}
