package flare.s3;

import static flare.s3.SignedPort.refused;
import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.Payload;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The bad-input table, uploads in parts, copies and what is missing, over a whole server; the numbers are its rows. The parts
 * that were there stay, and so does the object.
 */
class UploadRowsTest {

    private static final String TARGET = "/object/precious";
    private static final Pattern UPLOAD = Pattern.compile("<UploadId>(.*?)</UploadId>");

    private static Path root;
    private static LiveStore store;
    private static SignedClient client;
    private static String upload;
    private static String first;
    private static String second;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        root = directory;
        store = new LiveStore(directory.resolve("data"));
        client = store.client();
        assertThat(client.put(TARGET, "precious").status()).isEqualTo(200);
        assertThat(client.put("/other", "").status()).isEqualTo(200);
        upload = begin(TARGET);
        first = part(1, "first");
        second = part(2, "second");
    }

    @AfterAll
    static void close() {
        store.close();
    }

    private static String begin(String target) throws IOException {
        Matcher id = UPLOAD.matcher(client.ask("POST", target + "?uploads", "").body());
        assertThat(id.find()).isTrue();
        return id.group(1);
    }

    private static String part(int number, String content) throws IOException {
        RawClient.Response put = client.put(TARGET + "?partNumber=" + number + "&uploadId=" + upload, content);
        assertThat(put.status()).isEqualTo(200);
        return put.header("etag");
    }

    private static RawClient.Response complete(String parts) throws IOException {
        return client.ask(
                "POST",
                TARGET + "?uploadId=" + upload,
                "<CompleteMultipartUpload>" + parts + "</CompleteMultipartUpload>");
    }

    private static String listed(int number, String etag) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + etag + "</ETag></Part>";
    }

    private static void refusedAndUnchanged(RawClient.Response response, int status, String code) throws IOException {
        refused(response, status, code);
        assertThat(client.get(TARGET).body()).isEqualTo("precious");
        assertThat(client.get(TARGET + "?uploadId=" + upload).body())
                .containsSubsequence("<PartNumber>1<", "<Size>5<", "<PartNumber>2<", "<Size>6<")
                .doesNotContain("<PartNumber>3<");
    }

    /** What the kernel is asked for is watched elsewhere, where the host lets us. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../row-42",
                "%2e%2e%2f%2e%2e%2frow-42",
                "..%5C..%5Crow-42",
                "C:%5Crow-42",
                "row-42////////////////////////////////////////////////",
                "~/row-42",
                ".",
                ".."
            })
    void row42TakesPathsForKeys(String key) throws IOException {
        String target = "/object/" + key;
        String body = "long enough for a chunk of its own".repeat(200);
        assertThat(client.put(target, body).status()).isEqualTo(200);
        assertThat(client.get(target).body()).isEqualTo(body);
        try (Stream<Path> files = Files.walk(root)) {
            assertThat(files).noneMatch(file -> file.getFileName().toString().contains("row-42"));
        }
        try (Stream<Path> files = Files.list(root)) {
            assertThat(files).containsExactly(root.resolve("data"));
        }
        assertThat(client.ask("DELETE", target, "").status()).isEqualTo(204);
    }

    @Test
    void row70RefusesPartsThatDoNotMakeAnObject() throws IOException {
        refusedAndUnchanged(complete(""), 400, "MalformedXML");
        refusedAndUnchanged(complete("<Part/>"), 400, "MalformedXML");
        refusedAndUnchanged(complete("<Part><PartNumber>1</PartNumber></Part>"), 400, "MalformedXML");
        refusedAndUnchanged(complete(listed(2, second) + listed(1, first)), 400, "InvalidPartOrder");
        refusedAndUnchanged(complete(listed(1, first) + listed(1, first)), 400, "InvalidPartOrder");
        refusedAndUnchanged(complete(listed(1, second) + listed(2, first)), 400, "InvalidPart");
        refusedAndUnchanged(complete(listed(1, first) + listed(3, second)), 400, "InvalidPart");
        refusedAndUnchanged(complete(listed(1, "\"not an etag\"")), 400, "InvalidPart");
        refusedAndUnchanged(complete(listed(1, first) + listed(2, second)), 400, "EntityTooSmall");
        refusedAndUnchanged(client.ask("POST", TARGET + "?uploadId=" + upload, ""), 400, "MalformedXML");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7fffffffffffffff",
                "0000000000000001",
                "..%2F..%2Fetc%2Fpasswd",
                "..",
                "",
                "%00abc",
                "x",
                "AAAAAAAAAAAAAAAA",
                "-1"
            })
    void row71RefusesUploadsThatAreNot(String id) throws IOException {
        // A NUL is no text, before it is no upload.
        int status = id.startsWith("%00") ? 400 : 404;
        String code = status == 400 ? "InvalidURI" : "NoSuchUpload";
        requireUnknown(TARGET, id, status, code);
    }

    @Test
    void row71RefusesUploadsOfAnotherKeyAndBucket() throws IOException {
        requireUnknown("/object/elsewhere", upload, 404, "NoSuchUpload");
        requireUnknown("/other/precious", upload, 404, "NoSuchUpload");
    }

    private static void requireUnknown(String target, String id, int status, String code) throws IOException {
        String query = "?uploadId=" + id;
        String document = "<CompleteMultipartUpload>" + listed(1, first) + "</CompleteMultipartUpload>";
        refusedAndUnchanged(client.put(target + "?partNumber=3&uploadId=" + id, "third"), status, code);
        refusedAndUnchanged(client.ask("POST", target + query, document), status, code);
        refusedAndUnchanged(client.ask("DELETE", target + query, ""), status, code);
        refusedAndUnchanged(client.get(target + query), status, code);
        refusedAndUnchanged(
                client.put(target + "?partNumber=3&uploadId=" + id, "", "x-amz-copy-source", TARGET), status, code);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10001", "-1", "abc", "", "1.5", "%2B1", "99999999999999999999", "%201", "0x1"})
    void row72RefusesPartNumbersThatAreNone(String number) throws IOException {
        String target = TARGET + "?partNumber=" + number + "&uploadId=" + upload;
        refusedAndUnchanged(client.put(target, "third"), 400, "InvalidArgument");
        refusedAndUnchanged(client.put(target, "", "x-amz-copy-source", TARGET), 400, "InvalidArgument");
        if (!number.startsWith("%")) {
            refusedAndUnchanged(
                    complete("<Part><PartNumber>" + number + "</PartNumber><ETag>x</ETag></Part>"),
                    400,
                    "InvalidArgument");
        }
    }

    @Test
    void row73RefusesMorePartsThanThereCanBe() throws IOException {
        StringBuilder parts = new StringBuilder();
        for (int i = 1; i <= 10_001; i++) {
            parts.append(listed(i, first));
        }
        refusedAndUnchanged(complete(parts.toString()), 400, "InvalidArgument");
    }

    @Test
    void row77RefusesACopyOfWhatNobodySigned() throws IOException {
        for (String target : List.of("/object/copy", TARGET + "?partNumber=3&uploadId=" + upload)) {
            try (RawClient raw = new RawClient(store.port())) {
                raw.send(RawClient.head("PUT " + target, "Content-Length: 0", "x-amz-copy-source: " + TARGET));
                refusedAndUnchanged(raw.response(), 403, "AccessDenied");
            }
            WireRequest other = SignedClient.with(
                    client.signed(
                            SignedClient.request("PUT", target, 0, "x-amz-copy-source", "/object/other"),
                            Payload.UNSIGNED),
                    "x-amz-copy-source",
                    TARGET);
            refusedAndUnchanged(client.send(other, ""), 403, "SignatureDoesNotMatch");
        }
        refused(client.get("/object/copy"), 404, "NoSuchKey");
    }

    @Test
    void row78RefusesACopyOntoItselfThatChangesNothing() throws IOException {
        refusedAndUnchanged(client.put(TARGET, "", "x-amz-copy-source", TARGET), 400, "InvalidRequest");
        refusedAndUnchanged(client.put(TARGET, "", "x-amz-copy-source", "object/%70recious"), 400, "InvalidRequest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0-x", "bytes=0-x", "bytes=5-2", "bytes=-3", "bytes=3-", "bytes=0-1,3-4", "bytes=", "x=0-1"})
    void row78RefusesACopyRangeThatIsNone(String range) throws IOException {
        RawClient.Response copied = client.put(
                TARGET + "?partNumber=3&uploadId=" + upload,
                "",
                "x-amz-copy-source",
                TARGET,
                "x-amz-copy-source-range",
                range);
        refusedAndUnchanged(copied, 400, "InvalidArgument");
    }

    @Test
    void row80TellsWhatIsMissingAndKeepsWhatIsThere() throws IOException {
        for (String method : List.of("GET", "PUT", "DELETE")) {
            refusedAndUnchanged(client.ask(method, "/missing/key", ""), 404, "NoSuchBucket");
        }
        refusedAndUnchanged(client.get("/missing?list-type=2"), 404, "NoSuchBucket");
        refusedAndUnchanged(client.ask("POST", "/missing/key?uploads", ""), 404, "NoSuchBucket");
        refusedAndUnchanged(client.get("/object/missing"), 404, "NoSuchKey");
        refusedAndUnchanged(client.put("/object/copy", "", "x-amz-copy-source", "/object/missing"), 404, "NoSuchKey");
        refusedAndUnchanged(client.get(TARGET + "?versionId=0000000000000fff"), 404, "NoSuchVersion");
        refusedAndUnchanged(client.ask("DELETE", "/object", ""), 409, "BucketNotEmpty");
        String[] another = {"x-amz-object-ownership", "BucketOwnerPreferred"};
        refusedAndUnchanged(client.put("/object", "", another), 409, "BucketAlreadyOwnedByYou");
        refusedAndUnchanged(client.put("/other", "", another), 409, "BucketAlreadyOwnedByYou");
    }
}
