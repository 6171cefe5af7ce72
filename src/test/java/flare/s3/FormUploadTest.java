package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BucketName;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import flare.object.BodyChecks;
import flare.object.ObjectService.PutRequest;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads as browsers and {@code curl -F} make them. */
class FormUploadTest {

    static final String CONTENT = "content";
    static final String FORM_TYPE = "multipart/form-data; boundary=edge";

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    /** Fields, then a file x.zip holding "content". */
    static String form(String... fields) {
        StringBuilder form = new StringBuilder();
        for (int i = 0; i < fields.length; i += 2) {
            form.append("--edge\r\nContent-Disposition: form-data; name=\"" + fields[i] + "\"\r\n\r\n" + fields[i + 1]
                    + "\r\n");
        }
        return form + file(CONTENT) + "--edge--\r\n";
    }

    private static String file(String content) {
        return """
                --edge\r
                Content-Disposition: form-data; name="file"; filename="dir/x.zip"\r
                Content-Type: application/x-zip; v=1\r
                \r
                %s\r
                """.formatted(content);
    }

    private static HttpResponse<String> post(String form) throws IOException {
        return port.send("POST", "/object", form, "Content-Type", FORM_TYPE);
    }

    @Test
    void storesAFileUnderItsName() throws IOException {
        HttpResponse<String> response = post(form());
        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("location"))
                .contains("http://127.0.0.1:" + port.port() + "/object/x.zip");
        HttpResponse<String> get = port.get("/object/x.zip");
        assertThat(get.body()).isEqualTo("content");
        assertThat(get.headers().firstValue("content-type")).contains("application/x-zip; v=1");
    }

    @Test
    void storesAFileUnderItsKey() throws IOException {
        assertThat(post(form("key", "uploads/${filename}", "success_action_status", "201", "x-amz-meta-a", "b"))
                        .body())
                .contains("<Key>uploads/x.zip</Key>", "<Bucket>object</Bucket>");
        HttpResponse<String> get = port.get("/object/uploads/x.zip");
        assertThat(get.headers().firstValue("x-amz-meta-a")).contains("b");
    }

    @Test
    void streamsALargeFile() throws IOException {
        byte[] bytes = new byte[400_000];
        new Random(7).nextBytes(bytes);
        String content = java.util.Base64.getEncoder().encodeToString(bytes);
        assertThat(post("""
                --edge\r
                Content-Disposition: form-data; name="key"\r
                \r
                large\r
                """ + file(content) + "--edge--\r\n").statusCode()).isEqualTo(204);
        assertThat(port.get("/object/large").body()).isEqualTo(content);
    }

    @Test
    void storesNothingOfABrokenForm() throws IOException {
        int before = port.objects.keys().size();
        String whole = form("key", "broken");
        for (int cut : new int[] {0, 10, 60, whole.length() - 12, whole.length() - 8}) {
            assertThat(post(whole.substring(0, cut)).body())
                    .as("cut at %d", cut)
                    .contains("<Code>MalformedPOSTRequest</Code>");
        }
        assertThat(post("--edge\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nx\r\n--edge--\r\n")
                        .body())
                .contains("no part named");
        assertThat(post("--edge\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nbroken\r\n" + file("a")
                                + file("b") + "--edge--\r\n")
                        .body())
                .contains("more than one part");
        assertThat(port.send("POST", "/object", "a=b", "Content-Type", "text/plain")
                        .body())
                .contains("<Code>MalformedPOSTRequest</Code>");
        assertThat(port.objects.keys()).hasSize(before);
    }

    /** Rendered byte by byte, U+030D and U+030A would end a header, and what stands behind them begin one. */
    @ParameterizedTest
    @ValueSource(
            strings = {"x-amz-meta-\u030d\u030aset-cookie", "x-amz-meta-a b", "x-amz-meta-a:b", "x-amz-meta-\u00fc"})
    void refusesMetadataThatCanBeNoHeader(String field) throws IOException {
        HttpResponse<String> response = post(form("key", "split", field, "x"));
        assertThat(response.body()).contains("<Code>InvalidArgument</Code>", "is no name of a header");
        assertThat(port.objects.keys()).doesNotContain("split");
    }

    @Test
    void refusesMetadataOfAQueryThatCanBeNoHeader() throws IOException {
        HttpResponse<String> response = port.send("PUT", "/object/split?x-amz-meta-%CC%8D%CC%8Aset-cookie=x", "body");
        assertThat(response.body()).contains("<Code>InvalidArgument</Code>", "is no name of a header");
        assertThat(port.objects.keys()).doesNotContain("split");
    }

    @Test
    void countsStoredMetadataThatCanBeNoHeaderAndDoesNotSayIt() throws IOException {
        ObjectAttributes attributes = new ObjectAttributes(
                Optional.empty(), Map.of(), Map.of("\u030d\u030aset-cookie", "x", "b", "a\r\nc", "a", "said"));
        port.objects
                .put(
                        new PutRequest(
                                new BucketName("object"),
                                ObjectKey.of("stored-before"),
                                Optional.empty(),
                                Optional.empty(),
                                attributes,
                                ObjectExtras.NONE,
                                BodyChecks.NONE,
                                WriteCondition.NONE),
                        Source.empty())
                .toCompletableFuture()
                .join();
        RawClient.Response head = port.ask("HEAD /object/stored-before HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("x-amz-meta-a")).isEqualTo("said");
        assertThat(head.header("x-amz-meta-b")).isEmpty();
        assertThat(head.header("x-amz-missing-meta")).isEqualTo("2");
        assertThat(head.header("set-cookie")).isEmpty();
    }

    @Test
    void boundsTheFields() throws IOException {
        assertThat(post(form("key", "k".repeat(30_000))).body()).contains("<Code>MalformedPOSTRequest</Code>");
        assertThat(post(form("key", "bounded", "policy", "e30=")).body()).contains("policy");
        assertThat(post(form("key", "bounded", "policy", "e30=")).statusCode()).isIn(400, 403);
        assertThat(post(form("key", "bounded", "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="))
                        .body())
                .contains("<Code>BadDigest</Code>");
        assertThat(port.objects.keys()).doesNotContain("bounded");
    }

    @Test
    void storesNothingUnderAnotherKeyThanTheOneBehindTheFile() throws IOException {
        String late = form().replace(
                        "--edge--\r\n",
                        "--edge\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nlate-key\r\n--edge--\r\n");
        HttpResponse<String> response = post(late.replace("dir/x.zip", "late.zip"));
        assertThat(response.body()).contains("<Code>MalformedPOSTRequest</Code>", "must stand before");
        assertThat(port.objects.keys()).doesNotContain("late.zip", "late-key");
    }

    /** Flips and cuts of a good form: an answer each time, and only ever whole files. */
    @Test
    void survivesMutatedForms() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String good = form("key", "fuzz");
        for (int i = 0; i < 150; i++) {
            StringBuilder form = new StringBuilder(good);
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                form.setCharAt(random.nextInt(form.length()), (char) (random.nextInt(96) + 31));
            }
            int status = post(form.toString()).statusCode();
            assertThat(status)
                    .as("seed %d, form %s", seed, form)
                    .isBetween(200, 501)
                    .isNotEqualTo(500);
        }
    }

    @Test
    void sendsTheSenderElsewhere() throws IOException {
        HttpResponse<String> sent = post(form(
                "key",
                "a/b c",
                "success_action_status",
                "201",
                "success_action_redirect",
                "https://example.com/done?x=1#end"));
        assertThat(sent.statusCode()).isEqualTo(303);
        assertThat(sent.headers().firstValue("location"))
                .contains("https://example.com/done?x=1&bucket=object&key=a%2Fb%20c&etag=%22"
                        + "9a0364b9e99bb480dd25e1f0284c8555%22#end");
        String back = "http://127.0.0.1:" + port.port() + "/object";
        HttpResponse<String> listed = post(form("key", "k", "redirect", back));
        assertThat(listed.headers().firstValue("location").orElse(""))
                .startsWith(back + "?bucket=object&key=k&etag=%22");
        assertThat(port.get("/object?bucket=object&key=k&etag=%22x%22").statusCode())
                .as("which may be a listing")
                .isEqualTo(200);
    }

    @Test
    void storesNothingWhereTheSenderCantBeSent() throws IOException {
        for (String address :
                new String[] {"javascript:alert(1)", "/done", "ftp://example.com/", "http:", "a b", "//x/y"}) {
            HttpResponse<String> refused = post(form("key", "nowhere", "success_action_redirect", address));
            assertThat(refused.statusCode()).as(address).isEqualTo(400);
            assertThat(refused.body()).contains("<Code>InvalidArgument</Code>");
        }
        assertThat(port.objects.keys()).doesNotContain("nowhere");
    }

    @Test
    void keepsTags() throws IOException {
        String tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>";
        assertThat(post(form("key", "tagged", "tagging", tags)).statusCode()).isEqualTo(204);
        assertThat(port.get("/object/tagged").headers().firstValue("x-amz-tagging-count"))
                .contains("1");
        assertThat(post(form("key", "untagged", "tagging", "a=b")).statusCode()).isEqualTo(400);
        assertThat(port.objects.keys()).doesNotContain("untagged");
    }

    @Test
    void row79WantsAKeyBesideAPolicy() throws IOException {
        String policy = "eyJleHBpcmF0aW9uIjogIjIxMDAtMDEtMDFUMDA6MDA6MDBaIiwgImNvbmRpdGlvbnMiOiBbXX0=";
        HttpResponse<String> refused = post(form("policy", policy));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("<Code>InvalidArgument</Code>", "'key'");
    }
}
