package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.AccessKeyId;
import flare.sigv4.Payload;
import flare.sigv4.SecretKey;
import flare.sigv4.Signer;
import flare.sigv4.Verifier;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Signed requests over the wire, and rows 1 to 37 of the bad input as far as one operation shows them. */
class SignedRequestTest {

    private static final String REGION = "us-east-1";
    private static final AccessKeyId KEY = new AccessKeyId("root");
    private static final SecretKey SECRET = SecretKey.of("a secret of the root");
    private static final Signer SIGNER = new Signer(KEY, SECRET, REGION);

    private static final TestPort port = new TestPort(ObjectPort.Access.signed(
            new Verifier(new Verifier.Rules(REGION, Duration.ofMinutes(15), true)),
            new RootAccount(KEY, SECRET),
            Clock.systemUTC()));

    @AfterAll
    static void stop() {
        port.close();
    }

    private static WireRequest request(String method, String target, byte[] body, String... headers) {
        Map<String, List<String>> all = new TreeMap<>();
        all.put("host", List.of("Store.example:8000"));
        if (!method.equals("GET")) {
            all.put("content-length", List.of(Integer.toString(body.length)));
        }
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        int mark = target.indexOf('?');
        return new WireRequest(
                method, mark < 0 ? target : target.substring(0, mark), mark < 0 ? "" : target.substring(mark + 1), all);
    }

    private static RawClient.Response send(WireRequest signed, byte[] body) throws IOException {
        StringBuilder text = new StringBuilder(signed.method() + " " + signed.rawPath());
        text.append(signed.rawQuery().isEmpty() ? "" : "?" + signed.rawQuery()).append(" HTTP/1.1\r\n");
        signed.headers()
                .forEach((name, values) -> values.forEach(
                        value -> text.append(name).append(": ").append(value).append("\r\n")));
        text.append("\r\n").append(new String(body, StandardCharsets.ISO_8859_1));
        return port.ask(text.toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static RawClient.Response put(String target, String body, Payload payload, String... headers)
            throws IOException {
        return send(SIGNER.sign(request("PUT", target, bytes(body), headers), payload, Instant.now()), bytes(body));
    }

    private static RawClient.Response get(String target, String... headers) throws IOException {
        return send(
                SIGNER.sign(request("GET", target, new byte[0], headers), Payload.UNSIGNED, Instant.now()),
                new byte[0]);
    }

    private static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain", "a//b", "a/../b", "a%2Fb", "p+q", "s%20p", "st*r", "q%27q", "semi%3B", "%C3%BC", "e%CC%81"
            })
    void takesASignedObjectWhateverItsKey(String key) throws IOException {
        String target = "/object/" + key;
        assertThat(put(target, "body of " + key, Payload.of(bytes("body of " + key)))
                        .status())
                .isEqualTo(200);
        assertThat(get(target).body()).isEqualTo("body of " + key);
        assertThat(get("/object?list-type=2&prefix=&delimiter=%2F&prefix=x").status())
                .isEqualTo(200);
    }

    @Test
    void takesHeadersThatTheServerWouldWriteAnew() throws IOException {
        assertThat(put(
                                "/object/odd-headers",
                                "x",
                                Payload.UNSIGNED,
                                "content-type",
                                "Text/Plain;charset=\"UTF-8\"",
                                "content-encoding",
                                "gzip, br",
                                "expect",
                                "100-continue")
                        .status())
                .isIn(100, 200);
    }

    @Test
    void refusesWhoeverDoesNotSign() throws IOException {
        refused(port.ask(RawClient.head("GET /object/k")), 403, "AccessDenied");
        refused(port.ask(RawClient.head("GET /")), 403, "AccessDenied");
        refused(port.ask(RawClient.head("GET /object/k", "Authorization: ")), 403, "AccessDenied");
        refused(port.ask(RawClient.head("GET /object/k", "Authorization: AWS HAHA")), 400, "InvalidRequest");
        refused(
                port.ask(RawClient.head("PUT /object/k", "Content-Length: 5", "Expect: 100-continue")),
                403,
                "AccessDenied");
        assertThat(port.objects.keys()).doesNotContain("k");
    }

    static Stream<Route> routes() {
        return RouterTest.routes();
    }

    @ParameterizedTest
    @MethodSource("routes")
    void noRouteGoesWithoutASignature(Route route) throws IOException {
        String query =
                route.rule().selector().map(selector -> "?" + selector + "=2").orElse("");
        String path = route instanceof ServiceRoute ? "/" : route instanceof BucketRoute ? "/object" : "/object/k";
        if (route == BucketRoute.POST_OBJECT) {
            return; // signed in its fields: see below
        }
        String[] fields = route.rule().copies()
                ? new String[] {"Content-Length: 0", Router.COPY_SOURCE + ": /object/k"}
                : new String[] {"Content-Length: 0"};
        RawClient.Response response = port.ask(RawClient.head(route.rule().method() + " " + path + query, fields));
        assertThat(response.status()).isEqualTo(403);
    }

    @Test
    void refusesWhatIsSignedWrongly() throws IOException {
        Instant now = Instant.now();
        WireRequest plain = request("GET", "/object/k", new byte[0]);
        Signer stranger = new Signer(new AccessKeyId("stranger"), SECRET, REGION);
        Signer forger = new Signer(KEY, SecretKey.of("another secret"), REGION);
        Signer abroad = new Signer(KEY, SECRET, "eu-west-1");
        refused(send(stranger.sign(plain, Payload.UNSIGNED, now), new byte[0]), 403, "InvalidAccessKeyId");
        refused(send(forger.sign(plain, Payload.UNSIGNED, now), new byte[0]), 403, "SignatureDoesNotMatch");
        refused(send(abroad.sign(plain, Payload.UNSIGNED, now), new byte[0]), 400, "AuthorizationHeaderMalformed");
        for (int seconds : List.of(-901 - 5, 901 + 5)) {
            WireRequest late = SIGNER.sign(plain, Payload.UNSIGNED, now.plusSeconds(seconds));
            refused(send(late, new byte[0]), 403, "RequestTimeTooSkewed");
        }
        Map<String, List<String>> spoofed =
                new TreeMap<>(SIGNER.sign(plain, Payload.UNSIGNED, now).headers());
        spoofed.put("x-amz-acl", List.of("public-read"));
        refused(send(new WireRequest("GET", "/object/k", "", spoofed), new byte[0]), 403, "AccessDenied");
        spoofed.remove("x-amz-acl");
        refused(send(new WireRequest("GET", "/object/other", "", spoofed), new byte[0]), 403, "SignatureDoesNotMatch");
    }

    @Test
    void holdsABodyToItsHash() throws IOException {
        refused(put("/object/hashed", "body", Payload.of(bytes("Body"))), 400, "XAmzContentSHA256Mismatch");
        assertThat(port.objects.keys()).doesNotContain("hashed");
        String large = "x".repeat(100_000);
        refused(put("/object/hashed", large, Payload.of(bytes(large + "y"))), 400, "XAmzContentSHA256Mismatch");
        assertThat(port.objects.keys()).doesNotContain("hashed");
        assertThat(put("/object/hashed", large, Payload.of(bytes(large))).status())
                .isEqualTo(200);
    }

    @Test
    void takesPresignedUrlsWhileTheyLast() throws IOException {
        put("/object/presigned", "content", Payload.UNSIGNED);
        Instant now = Instant.now();
        WireRequest plain = request("GET", "/object/presigned?response-content-type=a/b", new byte[0]);
        WireRequest url = SIGNER.presign(plain, now, Duration.ofMinutes(5));
        RawClient.Response response = send(url, new byte[0]);
        assertThat(response.body()).isEqualTo("content");
        assertThat(response.header("content-type")).isEqualTo("a/b");
        refused(
                send(SIGNER.presign(plain, now.minusSeconds(302), Duration.ofMinutes(5)), new byte[0]),
                403,
                "AccessDenied");
        WireRequest other = new WireRequest("DELETE", url.rawPath(), url.rawQuery(), url.headers());
        assertThat(send(other, new byte[0]).status()).isIn(403, 501);
        WireRequest more = new WireRequest("GET", url.rawPath(), url.rawQuery() + "&versionId=x", url.headers());
        refused(send(more, new byte[0]), 403, "SignatureDoesNotMatch");
        refused(
                send(SIGNER.presign(plain, now, Duration.ofSeconds(604_801)), new byte[0]),
                400,
                "AuthorizationQueryParametersError");
        refused(port.ask(RawClient.head("GET /object/presigned?response-content-type=a/b")), 403, "AccessDenied");
    }

    @Test
    void takesChunksWithATrailerAndHoldsThemToIt() throws IOException {
        String good = "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
        assertThat(trailing("/object/trailer", good, 11).status()).isEqualTo(200);
        assertThat(get("/object/trailer").body()).isEqualTo("hello world");
        assertThat(get("/object/trailer").header("content-encoding")).isEqualTo("gzip");

        refused(trailing("/object/bad", good.replace("DUoR", "DUoS"), 11), 400, "BadDigest");
        refused(trailing("/object/bad", good, 12), 400, "IncompleteBody");
        refused(
                trailing("/object/bad", good.replace("x-amz-checksum-crc32:DUoRhQ==\r\n", ""), 11),
                400,
                "MalformedTrailerError");
        refused(trailing("/object/bad", good.substring(0, 20), 11), 400, "IncompleteBody");
        refused(trailing("/object/bad", "FFFFFFFFFFFFFFFFF\r\n", 11), 400, "InvalidRequest");
        assertThat(port.objects.keys()).doesNotContain("bad");
    }

    @Test
    void takesFormsWithAPolicyAndHoldsThemToIt() throws IOException {
        assertThat(form("/object", policy("posted/", 5), "posted/a", "hello").status())
                .isEqualTo(204);
        assertThat(get("/object/posted/a").body()).isEqualTo("hello");
        refused(form("/object", policy("posted/", 4), "posted/b", "hello"), 400, "EntityTooLarge");
        refused(form("/object", policy("posted/", 5), "elsewhere", "hello"), 403, "AccessDenied");
        Map<String, String> forged = new TreeMap<>(policy("posted/", 5));
        forged.put("x-amz-signature", "0".repeat(64));
        refused(form("/object", forged, "posted/b", "hello"), 403, "SignatureDoesNotMatch");
        refused(form("/object", Map.of(), "posted/b", "hello"), 403, "AccessDenied");
        assertThat(port.objects.keys()).doesNotContain("posted/b", "elsewhere");
    }

    private static Map<String, String> policy(String prefix, int maxBytes) {
        Instant now = Instant.now();
        String credential = "root/" + now.toString().substring(0, 10).replace("-", "") + "/us-east-1/s3/aws4_request";
        String text = """
                {"expiration": "%s", "conditions": [{"bucket": "object"}, ["starts-with", "$key", "%s"],
                 ["content-length-range", 0, %d], {"x-amz-algorithm": "AWS4-HMAC-SHA256"},
                 {"x-amz-credential": "%s"}, ["starts-with", "$x-amz-date", ""]]}
                """.formatted(now.plusSeconds(60), prefix, maxBytes, credential);
        return SIGNER.signPolicy(Base64.getEncoder().encodeToString(bytes(text)), now);
    }

    private static RawClient.Response form(String target, Map<String, String> fields, String key, String file)
            throws IOException {
        StringBuilder body = new StringBuilder();
        Map<String, String> all = new TreeMap<>(fields);
        all.put("key", key);
        all.forEach((name, value) -> body.append("--edge\r\nContent-Disposition: form-data; name=\"")
                .append(name)
                .append("\"\r\n\r\n")
                .append(value)
                .append("\r\n"));
        body.append("--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n")
                .append(file)
                .append("\r\n--edge--\r\n");
        return port.ask(RawClient.head(
                        "POST " + target,
                        "Content-Type: multipart/form-data; boundary=edge",
                        "Content-Length: " + body.length())
                + body);
    }

    @Test
    void takesWhatAnSdkSignedIntoTheQueryForAHeader() throws IOException {
        put("/object/hoisted", "x", Payload.UNSIGNED);
        WireRequest plain = request("GET", "/object/hoisted?x-amz-checksum-mode=ENABLED", new byte[0]);
        assertThat(send(SIGNER.presign(plain, Instant.now(), Duration.ofMinutes(5)), new byte[0])
                        .status())
                .isEqualTo(200);
        WireRequest shared = request("PUT", "/object/hoisted?x-amz-acl=log-delivery-write", new byte[0]);
        refused(
                send(SIGNER.presign(shared, Instant.now(), Duration.ofMinutes(5)), new byte[0]),
                400,
                "InvalidArgument");
    }

    @Test
    void takesUrlsPresignedWithVersion2() throws Exception {
        put("/object/old", "x", Payload.UNSIGNED);
        String expires = "9999999999";
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(bytes("a secret of the root"), "HmacSHA1"));
        byte[] signature = mac.doFinal(bytes("GET\n\n\n" + expires + "\n/object/old"));
        String signed = "GET /object/old?AWSAccessKeyId=" + KEY + "&Expires=" + expires + "&Signature="
                + URLEncoder.encode(Base64.getEncoder().encodeToString(signature), StandardCharsets.UTF_8);
        assertThat(port.ask(RawClient.head(signed)).body()).isEqualTo("x");
        refused(port.ask(RawClient.head(signed + "&attributes")), 400, "AuthorizationQueryParametersError");
        refused(port.ask(RawClient.head(signed.replace("old", "other"))), 403, "SignatureDoesNotMatch");
        refused(
                port.ask(RawClient.head("GET /object/old?AWSAccessKeyId=a&Signature=b&Expires=1")),
                403,
                "AccessDenied");
    }

    private static RawClient.Response trailing(String target, String framed, int decodedLength) throws IOException {
        return put(
                target,
                framed,
                Payload.UNSIGNED_CHUNKS_WITH_TRAILER,
                "content-encoding",
                "gzip,aws-chunked",
                "x-amz-decoded-content-length",
                Integer.toString(decodedLength),
                "x-amz-trailer",
                "x-amz-checksum-crc32");
    }
}
