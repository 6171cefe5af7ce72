package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bad-input table, names, headers, conditions and lists; the numbers are its rows. */
class BadInputTest {

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.body())
                .contains("<RequestId>"
                        + response.headers().firstValue("x-amz-request-id").orElseThrow() + "</RequestId>");
    }

    private static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.header("x-amz-request-id")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "Aa", "a_b", "a..b", "-a-", "192.168.1.1", "object%2Fkey"})
    void row39RefusesImpossibleBucketNames(String bucket) throws IOException {
        refused(port.get("/" + bucket + "/key"), 400, "InvalidBucketName");
        refused(port.get("/" + "b".repeat(64) + "/key"), 400, "InvalidBucketName");
    }

    @Test
    void row40TakesKeysOf1024BytesAndNoLonger() throws IOException {
        assertThat(port.send("PUT", "/object/" + "%C3%BC".repeat(512), "x").statusCode())
                .isEqualTo(200);
        refused(port.send("PUT", "/object/" + "k".repeat(1025), "x"), 400, "KeyTooLongError");
        String form = FormUploadTest.form("key", "k".repeat(1025));
        refused(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE), 400, "KeyTooLongError");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%00b", "a%FFb", "%ED%A0%80", "a%zz", "a%4", "%"})
    void row41RefusesKeysThatAreNoText(String key) throws IOException {
        RawClient.Response response = port.ask(RawClient.head("GET /object/" + key));
        assertThat(response.status()).isEqualTo(400);
        assertThat(response.body()).containsAnyOf("<Code>InvalidURI</Code>", "<Code>InvalidRequest</Code>");
    }

    @Test
    void row43RefusesALongTarget() throws IOException {
        refused(port.ask(RawClient.head("GET /object/" + "k".repeat(9000))), 414, "RequestURITooLong");
    }

    @Test
    void row44RefusesLongAndManyHeaders() throws IOException {
        assertThat(port.ask(RawClient.head("GET /object/k", "X-Long: " + "v".repeat(9000)))
                        .status())
                .isIn(400, 431);
        assertThat(port.ask(RawClient.head("GET /object/k", "X-A: b\r\n".repeat(100) + "X-B: c"))
                        .status())
                .isIn(400, 431);
        assertThat(port.ask(RawClient.head("GET /object/k", "X-A: b\r\n".repeat(10_000) + "X-B: c"))
                        .status())
                .isIn(400, 431);
    }

    @Test
    void row45RefusesTooMuchUserMetadata() throws IOException {
        String most = "v".repeat(2048 - "name".length());
        assertThat(port.send("PUT", "/object/m", "x", "x-amz-meta-name", most).statusCode())
                .isEqualTo(200);
        refused(port.send("PUT", "/object/m", "x", "x-amz-meta-name", most + "v"), 400, "MetadataTooLarge");
        String form = FormUploadTest.form("key", "m", "x-amz-meta-name", most + "v");
        refused(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE), 400, "MetadataTooLarge");
    }

    @Test
    void row46InjectsNoHeader() throws IOException {
        RawClient.Response put = port.ask(
                RawClient.head("PUT /object/injected", "Content-Length: 1", "x-amz-meta-a: b\rSet-Cookie: c") + "x");
        assertThat(put.status()).isEqualTo(400);
        String form = FormUploadTest.form("key", "injected", "x-amz-meta-a", "b\r\nSet-Cookie: c");
        refused(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE), 400, "InvalidArgument");
        assertThat(port.objects.keys()).doesNotContain("injected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /object/k HTTP/1.1\r\n\r\n",
                "GET /object/k HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET http://other/object/k HTTP/1.1\r\nHost: a\r\n\r\n"
            })
    void row47RefusesWrongHosts(String request) throws IOException {
        refused(port.ask(request), 400, "InvalidRequest");
    }

    @Test
    void row48RefusesOtherMethods() throws IOException {
        refused(port.ask(RawClient.head("PATCH /object/k", "Content-Length: 0")), 405, "MethodNotAllowed");
        refused(port.ask(RawClient.head("TRACE /object/k")), 405, "MethodNotAllowed");
        refused(port.ask(RawClient.head("POST /object/k", "Content-Length: 0")), 405, "MethodNotAllowed");
        refused(port.ask(RawClient.head("FOO /object/k")), 501, "NotImplemented");
    }

    @Test
    void tellsTelemetryOfWhatTheParserRefuses() throws IOException {
        RawClient.Response response = port.ask(RawClient.head("FOO /object/k"));
        String id = response.header("x-amz-request-id");
        assertThat(id).matches("[0-9A-F]{16}");
        assertThat(response.body()).contains("<RequestId>" + id + "</RequestId>");
        assertThat(port.finished).anySatisfy(request -> {
            assertThat(request.id()).isEqualTo(id);
            assertThat(request.status()).isEqualTo(501);
            assertThat(request.bytesOut()).isEqualTo(response.body().length());
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"?torrent", "?foo", "?lifecycle", "?versions", "?uploads", "?encryption=", "?list-type=2&acl"})
    void row49NeverAnswersAnUnknownSubResourceWithAListing(String query) throws IOException {
        refused(port.get("/object" + query), 501, "NotImplemented");
        refused(port.get("/object/key" + query), 501, "NotImplemented");
    }

    @Test
    void row59ChecksContentMd5() throws IOException {
        refused(port.send("PUT", "/object/md5", "x", "Content-MD5", "not base64!"), 400, "InvalidDigest");
        refused(port.send("PUT", "/object/md5", "x", "Content-MD5", "AAAA"), 400, "InvalidDigest");
        refused(port.send("PUT", "/object/md5", "x", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="), 400, "BadDigest");
        assertThat(port.objects.keys()).doesNotContain("md5");
    }

    @Test
    void row60ChecksDeclaredChecksums() throws Exception {
        String sha256 =
                base64(MessageDigest.getInstance("SHA-256").digest("123456789".getBytes(StandardCharsets.UTF_8)));
        List<String> good =
                List.of("crc32", "y/Q5Jg==", "crc32c", "4waSgw==", "crc64nvme", "rosUhgp5mIg=", "sha256", sha256);
        for (int i = 0; i < good.size(); i += 2) {
            String header = "x-amz-checksum-" + good.get(i);
            assertThat(port.send("PUT", "/object/sum", "123456789", header, good.get(i + 1))
                            .statusCode())
                    .as(header)
                    .isEqualTo(200);
            refused(port.send("PUT", "/object/wrong", "12345678", header, good.get(i + 1)), 400, "BadDigest");
            refused(port.send("PUT", "/object/wrong", "12345678", header, "AAA"), 400, "BadDigest");
        }
        refused(
                port.send(
                        "PUT",
                        "/object/wrong",
                        "123456789",
                        "x-amz-checksum-crc32",
                        "y/Q5Jg==",
                        "x-amz-checksum-sha256",
                        sha256),
                400,
                "InvalidRequest");
        refused(port.send("PUT", "/object/wrong", "x", "x-amz-checksum-md9", "AAAA"), 400, "InvalidRequest");
        assertThat(port.objects.keys()).doesNotContain("wrong");
    }

    @Test
    void row62StoresACompressedBodyAsItIs() throws IOException {
        port.send("PUT", "/object/gzip", "no gzip at all", "Content-Encoding", "gzip");
        HttpResponse<String> get = port.get("/object/gzip");
        assertThat(get.body()).isEqualTo("no gzip at all");
        assertThat(get.headers().firstValue("content-encoding")).contains("gzip");
    }

    @Test
    void row63AnswersOddRanges() throws IOException {
        port.send("PUT", "/object/ranges", "0123456789");
        assertThat(port.get("/object/ranges", "Range", "bytes=abc").statusCode())
                .isEqualTo(200);
        assertThat(port.get("/object/ranges", "Range", "bytes=" + "0-0,2-2,".repeat(800) + "4-4")
                        .body())
                .isEqualTo("0123456789");
        HttpResponse<String> beyond = port.get("/object/ranges", "Range", "bytes=10-");
        refused(beyond, 416, "InvalidRange");
        assertThat(beyond.headers().firstValue("content-range")).contains("bytes */10");
        refused(port.get("/object/ranges", "Range", "bytes=9223372036854775808-"), 416, "InvalidRange");
    }

    @Test
    void row64DecidesConditionalWrites() throws IOException {
        assertThat(port.send("PUT", "/object/new", "x", "If-None-Match", "*").statusCode())
                .isEqualTo(200);
        refused(port.send("PUT", "/object/new", "y", "If-None-Match", "*"), 412, "PreconditionFailed");
        refused(port.send("PUT", "/object/new", "y", "If-Match", "\"other\""), 412, "PreconditionFailed");
        refused(port.send("PUT", "/object/new", "y", "If-Match", "\"*\""), 412, "PreconditionFailed");
        refused(port.send("DELETE", "/object/new", "", "If-Match", "\"other\""), 412, "PreconditionFailed");
        String date = "Fri, 02 Jan 2026 03:04:05 GMT";
        refused(port.send("PUT", "/object/new", "y", "If-Unmodified-Since", date), 501, "NotImplemented");
        assertThat(port.get("/object/new").body()).isEqualTo("x");
    }

    @Test
    void row16RefusesABodyOfAnotherHash() throws IOException {
        String empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        refused(
                port.send("PUT", "/object/hashed", "x", "x-amz-content-sha256", empty),
                400,
                "XAmzContentSHA256Mismatch");
        assertThat(port.objects.keys()).doesNotContain("hashed");
    }

    @Test
    void row74ChecksMaxKeys() throws IOException {
        refused(port.get("/object?list-type=2&max-keys=-1"), 400, "InvalidArgument");
        refused(port.get("/object?list-type=2&max-keys=abc"), 400, "InvalidArgument");
        assertThat(port.get("/object?list-type=2&max-keys=2147483648").body()).contains("<MaxKeys>1000</MaxKeys>");
        assertThat(port.get("/object?list-type=2&max-keys=0").body())
                .contains("<KeyCount>0</KeyCount>", "<IsTruncated>false</IsTruncated>");
    }

    @Test
    void row75RefusesForeignTokensAndEncodings() throws IOException {
        refused(port.get("/object?list-type=2&continuation-token=garbage"), 400, "InvalidArgument");
        assertThat(port.get("/object?list-type=2&continuation-token=").body())
                .contains("<ContinuationToken></ContinuationToken>");
        String foreign = ContinuationToken.encode("a".getBytes(StandardCharsets.UTF_8), "object\0other\0");
        refused(port.get("/object?list-type=2&continuation-token=" + foreign), 400, "InvalidArgument");
        refused(port.get("/object?list-type=2&encoding-type=foo"), 400, "InvalidArgument");
        refused(port.get("/object?list-type=3"), 400, "InvalidArgument");
    }

    @Test
    void row76AnswersLongPrefixes() throws IOException {
        refused(port.get("/object?list-type=2&prefix=" + "p".repeat(5000)), 400, "InvalidArgument");
        assertThat(port.get("/object?list-type=2&prefix=" + "p".repeat(10_240)).statusCode())
                .isEqualTo(414);
    }

    @Test
    void row80TellsWhatIsMissing() throws IOException {
        refused(port.get("/missing/key"), 404, "NoSuchBucket");
        refused(port.send("PUT", "/missing/key", "x"), 404, "NoSuchBucket");
        refused(port.get("/object/missing"), 404, "NoSuchKey");
        refused(port.get("/object/key?versionId=abc"), 400, "InvalidArgument");
        refused(port.send("DELETE", "/missing", ""), 404, "NoSuchBucket");
        refused(port.get("/missing?versioning"), 404, "NoSuchBucket");
    }

    @Test
    void refusesWhatWouldBeStoredWrongly() throws IOException {
        refused(port.send("PUT", "/object/odd", "x", "x-amz-server-side-encryption", "AES256"), 501, "NotImplemented");
        refused(port.send("PUT", "/object/odd", "x", "x-amz-acl", "aws-exec-read"), 400, "InvalidArgument");
        assertThat(port.objects.keys()).doesNotContain("odd");
    }

    @Test
    void row78RefusesCopiesThatChangeNothing() throws IOException {
        port.send("PUT", "/object/self", "x");
        refused(port.send("PUT", "/object/self", "", "x-amz-copy-source", "/object/self"), 400, "InvalidRequest");
        for (String source : List.of("self", "/object/", "/object/self?versionId=x", "/object/%zz")) {
            assertThat(port.send("PUT", "/object/odd", "", "x-amz-copy-source", source)
                            .statusCode())
                    .isEqualTo(400);
        }
        refused(port.send("PUT", "/object/odd", "", "x-amz-copy-source", "/missing/self"), 404, "NoSuchBucket");
    }

    @Test
    void refusesTagsPastTheirLimits() throws IOException {
        refused(port.send("PUT", "/object/odd", "x", "x-amz-tagging", "a=1&a=2"), 400, "InvalidTag");
        refused(port.send("PUT", "/object/odd", "x", "x-amz-tagging", "k".repeat(129) + "=1"), 400, "InvalidTag");
        refused(port.send("PUT", "/object/odd", "x", "x-amz-tagging", "a=" + "v".repeat(257)), 400, "InvalidTag");
        refused(port.send("PUT", "/object/odd", "x", "x-amz-tagging", "a&b&c&d&e&f&g&h&i&j&k"), 400, "InvalidTag");
        assertThat(port.objects.keys()).doesNotContain("odd");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
