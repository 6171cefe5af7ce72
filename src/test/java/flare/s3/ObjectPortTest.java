package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.Fault;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What works, as clients see it. */
class ObjectPortTest {

    private static TestPort port;

    @BeforeAll
    static void open() {
        port = new TestPort();
    }

    @AfterAll
    static void close() {
        port.close();
    }

    @Test
    void putsGetsHeadsAndDeletes() throws IOException {
        HttpResponse<String> put = port.send("PUT", "/object/a", "hello", "Content-Type", "text/plain; charset=utf-8");
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(put.headers().firstValue("etag")).contains("\"5d41402abc4b2a76b9719d911017c592\"");
        assertThat(put.headers().firstValue("x-amz-request-id")).isPresent();

        HttpResponse<String> get = port.get("/object/a");
        assertThat(get.body()).isEqualTo("hello");
        assertThat(get.headers().firstValue("last-modified")).contains("Fri, 02 Jan 2026 03:04:05 GMT");
        assertThat(get.headers().firstValue("accept-ranges")).contains("bytes");
        assertThat(get.headers().firstValue("content-length")).contains("5");
        assertThat(get.headers().firstValue("server")).contains("Flare");
        assertThat(get.headers().firstValue("date")).isPresent();

        RawClient.Response head = port.ask("HEAD /object/a HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo("5");

        assertThat(port.send("DELETE", "/object/a", "").statusCode()).isEqualTo(204);
        assertThat(port.send("DELETE", "/object/a", "").statusCode()).isEqualTo(204);
        assertThat(port.get("/object/a").statusCode()).isEqualTo(404);
    }

    @Test
    void sendsNoBodyAfterAHeadSoThatTheConnectionGoesOn() throws IOException {
        port.send("PUT", "/object/head", "0123456789");
        try (RawClient raw = port.connect()) {
            raw.send("HEAD /object/head HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.response(true).status()).isEqualTo(200);
            raw.send("HEAD /object/none HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.response(true).status()).isEqualTo(404);
            raw.send("GET /object/head HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.response().body()).isEqualTo("0123456789");
        }
    }

    @Test
    void keepsEmptyObjectsAndChunkedOnes() throws IOException {
        assertThat(port.send("PUT", "/object/empty", "").statusCode()).isEqualTo(200);
        assertThat(port.get("/object/empty").body()).isEmpty();
        byte[] large = new byte[300_000];
        HttpResponse<String> chunked = port.send(
                "PUT", "/object/chunked", BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)));
        assertThat(chunked.statusCode()).isEqualTo(200);
        assertThat(port.get("/object/chunked").body()).hasSize(300_000);
    }

    @Test
    void keepsAttributesByteForByte() throws IOException {
        String head = RawClient.head(
                "PUT /object/attributes",
                "Content-Length: 1",
                "Content-Type: text/x-odd",
                "Cache-Control: max-age=5,  public",
                "Expires: never",
                "Content-Disposition: attachment; filename=\"a b\"",
                "Content-Encoding: gzip",
                "X-Amz-Meta-Name: gr\u00c3\u00bc\u00c3\u009fe, you",
                "x-amz-meta-empty:");
        RawClient.Response put = port.ask(head + "x");
        assertThat(put.status()).isEqualTo(200);
        RawClient.Response get = port.ask("GET /object/attributes HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(get.header("content-type")).isEqualTo("text/x-odd");
        assertThat(get.header("cache-control")).isEqualTo("max-age=5,  public");
        assertThat(get.header("expires")).isEqualTo("never");
        assertThat(get.header("content-disposition")).isEqualTo("attachment; filename=\"a b\"");
        assertThat(get.header("content-encoding")).isEqualTo("gzip");
        assertThat(get.header("x-amz-meta-name")).isEqualTo("gr\u00c3\u00bc\u00c3\u009fe, you");
        assertThat(get.headers()).containsKey("x-amz-meta-empty");
    }

    @Test
    void servesRanges() throws IOException {
        port.send("PUT", "/object/range", "0123456789");
        HttpResponse<String> part = port.get("/object/range", "Range", "bytes=2-4");
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("234");
        assertThat(part.headers().firstValue("content-range")).contains("bytes 2-4/10");
        assertThat(port.get("/object/range", "Range", "bytes=-3").body()).isEqualTo("789");
        assertThat(port.get("/object/range", "Range", "bytes=8-99").body()).isEqualTo("89");
        assertThat(port.get("/object/range", "Range", "bytes=1-2", "If-Range", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void answersConditionalReads() throws IOException {
        HttpResponse<String> put = port.send("PUT", "/object/conditional", "x", "Cache-Control", "no-cache");
        String etag = put.headers().firstValue("etag").orElseThrow();
        HttpResponse<String> notModified = port.get("/object/conditional", "If-None-Match", etag);
        assertThat(notModified.statusCode()).isEqualTo(304);
        assertThat(notModified.headers().firstValue("etag")).contains(etag);
        assertThat(notModified.headers().firstValue("cache-control")).contains("no-cache");
        assertThat(port.get("/object/conditional", "If-Match", "\"other\"").statusCode())
                .isEqualTo(412);
        assertThat(port.get("/object/conditional", "If-Modified-Since", "Fri, 02 Jan 2026 03:04:05 GMT")
                        .statusCode())
                .isEqualTo(304);
        assertThat(port.get("/object/conditional", "If-Unmodified-Since", "Fri, 02 Jan 2026 03:04:04 GMT")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void answersForTheBucketThatExists() throws IOException {
        assertThat(port.ask("HEAD /object HTTP/1.1\r\nHost: x\r\n\r\n").status())
                .isEqualTo(200);
        assertThat(port.get("/object?location").body()).contains("LocationConstraint");
        HttpResponse<String> create = port.send("PUT", "/object", "");
        assertThat(create.statusCode()).isEqualTo(200);
    }

    @Test
    void makesListsAndRemovesBuckets() throws IOException {
        assertThat(port.send("PUT", "/another", "").statusCode()).isEqualTo(200);
        assertThat(port.get("/").body()).contains("<Name>another</Name>", "<Name>object</Name>");
        assertThat(port.get("/?prefix=an").body()).doesNotContain("<Name>object</Name>");
        HttpResponse<String> first = port.get("/?max-buckets=1");
        assertThat(first.body()).contains("<Name>another</Name>").doesNotContain("<Name>object</Name>");
        String token = first.body().replaceAll("(?s).*<ContinuationToken>(.*)</ContinuationToken>.*", "$1");
        assertThat(port.get("/?max-buckets=1&continuation-token=" + token).body())
                .contains("<Name>object</Name>")
                .doesNotContain("<Name>another</Name>");
        assertThat(port.get("/another?versioning").body()).doesNotContain("Status");
        String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        assertThat(port.send("PUT", "/another?versioning", enabled).statusCode())
                .isEqualTo(200);
        assertThat(port.get("/another?versioning").body()).contains("<Status>Enabled</Status>");
        assertThat(port.send("DELETE", "/another", "").statusCode()).isEqualTo(204);
        assertThat(port.send("DELETE", "/another", "").statusCode()).isEqualTo(404);
        String elsewhere = "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint>"
                + "</CreateBucketConfiguration>";
        assertThat(port.send("PUT", "/another", elsewhere).body()).contains("<Code>InvalidLocationConstraint</Code>");
    }

    @Test
    void abortsADownloadThatFailsHalfWay() throws IOException {
        port.send("PUT", "/object/broken", "0123456789");
        port.objects.download = bytes -> Source.single(ByteString.fromString("01234"))
                .concat(Source.failed(new IllegalStateException("every copy is damaged")));
        try {
            assertThat(completes("/object/broken")).isFalse();
        } finally {
            port.objects.download = UnaryOperator.identity();
        }
    }

    @Test
    void abortsADownloadThatEndsTooEarly() throws IOException {
        port.send("PUT", "/object/short", "0123456789");
        port.objects.download = bytes -> Source.single(ByteString.fromString("01234"));
        try {
            assertThat(completes("/object/short")).isFalse();
        } finally {
            port.objects.download = UnaryOperator.identity();
        }
    }

    /** Whether a download looks whole to its client; a reset, even of the head, is no whole one. */
    private static boolean completes(String target) {
        try {
            return port.ask(RawClient.head("GET " + target)).complete();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void keepsTheConnectionAfterARefusalOfASmallBody() throws IOException {
        port.objects.refusePuts = Optional.of(Fault.SLOW_DOWN);
        try (RawClient raw = port.connect()) {
            raw.send("PUT /object/refused HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
            raw.send("a".repeat(10_000));
            assertThat(raw.response().status()).isEqualTo(503);
            raw.send("GET /object/none HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(raw.response().status()).isEqualTo(404);
        } finally {
            port.objects.refusePuts = Optional.empty();
        }
    }

    @Test
    void answersAndClosesAfterARefusalOfALargeBody() throws IOException {
        port.objects.refusePuts = Optional.of(Fault.INSUFFICIENT_STORAGE);
        try (RawClient raw = port.connect()) {
            raw.send("PUT /object/refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nsome");
            RawClient.Response response = raw.response();
            assertThat(response.status()).isEqualTo(507);
            assertThat(response.header("connection")).isEqualTo("close");
            assertThat(raw.closed()).isTrue();
        } finally {
            port.objects.refusePuts = Optional.empty();
        }
    }

    @Test
    void tellsTelemetryOfEachRequest() throws IOException {
        HttpResponse<String> put = port.send("PUT", "/object/told", "0123456789");
        String id = put.headers().firstValue("x-amz-request-id").orElseThrow();
        Awaitility.await()
                .untilAsserted(() -> assertThat(port.finished).anySatisfy(request -> {
                    assertThat(request.id()).isEqualTo(id);
                    assertThat(request.operation()).isEqualTo("PutObject");
                    assertThat(request.bytesIn()).isEqualTo(10);
                    assertThat(request.remote()).startsWith("127.0.0.1");
                }));
    }

    @Test
    void keepsKeysByteForByte() throws IOException {
        List<String> targets = List.of(
                "/object/k/a/../b",
                "/object/k/a//b",
                "/object/k/a%2Fb%2f",
                "/object/k/a+b",
                "/object/k/%2e%2e%2fetc%2fpasswd",
                "/object/k/../../etc/passwd",
                "/object/k/C:%5Cx",
                "/object/k" + "/".repeat(300),
                "/object/k/%F0%9F%92%BE;*'",
                "/object/k/%C3%A9",
                "/object/k/e%CC%81");
        for (String target : targets) {
            String body = "body of " + target;
            RawClient.Response put = port.ask("PUT " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: "
                    + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body);
            assertThat(put.status()).as(target).isEqualTo(200);
        }
        for (String target : targets) {
            assertThat(port.ask("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n")
                            .body())
                    .isEqualTo("body of " + target);
        }
        assertThat(port.objects.keys())
                .contains("k/a/../b", "k/a//b", "k/a/b/", "k/a+b", "k/../../etc/passwd", "k/C:\\x", "k/e\u0301");
    }
}
