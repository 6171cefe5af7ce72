package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import flare.sigv4.AccessKeyId;
import flare.sigv4.Payload;
import flare.sigv4.SecretKey;
import flare.sigv4.Signer;
import flare.sigv4.Verifier;
import flare.sigv4.WireRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Buckets named by the Host, signed and not; and row 47 of the bad-input table. */
class VirtualHostTest {

    private static final String REGION = "us-east-1";
    private static final AccessKeyId KEY = new AccessKeyId("root");
    private static final SecretKey SECRET = SecretKey.of("a secret of the root");
    private static final Signer SIGNER = new Signer(KEY, SECRET, REGION);
    private static final String DOMAINS = "flare.s3.domain = \"s3.example, inner.s3.example\"\n";

    private static TestPort open;
    private static TestPort signed;

    @BeforeAll
    static void start() throws IOException {
        open = new TestPort(ObjectPort.Access.open(Clock.systemUTC()), DOMAINS);
        signed = new TestPort(
                ObjectPort.Access.signed(
                        new Verifier(new Verifier.Rules(REGION, Duration.ofMinutes(15), true)),
                        new RootAccount(KEY, SECRET),
                        Clock.systemUTC()),
                DOMAINS);
        assertThat(ask("PUT", "photos.s3.example", "/", "").status()).isEqualTo(200);
        assertThat(ask("PUT", "dotted.bucket.s3.example", "/", "").status()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        open.close();
        signed.close();
    }

    private static RawClient.Response ask(String method, String host, String target, String body) throws IOException {
        String length = method.equals("GET") ? "" : "Content-Length: " + body.length() + "\r\n";
        return open.ask(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + length + "\r\n" + body);
    }

    private static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "photos.s3.example, photos",
        "photos.s3.example:8000, photos",
        "PHOTOS.S3.Example, photos",
        "photos.s3.example., photos",
        "dotted.bucket.s3.example, dotted.bucket",
        "photos.inner.s3.example, photos",
    })
    void takesTheBucketFromTheHostAndTheKeyFromThePath(String host, String bucket) throws IOException {
        String key = "a//b/../c%2Fd+e%20f" + host.length();
        assertThat(ask("PUT", host, "/" + key, "hello").status()).isEqualTo(200);
        assertThat(ask("GET", host, "/" + key, "").body()).isEqualTo("hello");
        assertThat(ask("GET", "elsewhere", "/" + bucket + "/" + key, "").body()).isEqualTo("hello");
        assertThat(ask("GET", host, "/?list-type=2", "").body())
                .contains("<Name>" + bucket + "</Name>", "<Key>a//b/../c/d+e f" + host.length() + "</Key>");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"s3.example", "s3.example:8000", "photos.s3.example.org", "s3-example", "127.0.0.1", "[::1]:80"})
    void leavesEveryOtherHostToPathStyle(String host) throws IOException {
        assertThat(ask("PUT", host, "/object/styles/" + host.length(), "x").status())
                .isEqualTo(200);
        assertThat(ask("GET", host, "/", "").body()).contains("<ListAllMyBucketsResult");
    }

    @Test
    void keepsABucketsNameInTheKeyThatFollowsIt() throws IOException {
        assertThat(ask("PUT", "photos.s3.example", "/photos/object/k", "x").status())
                .isEqualTo(200);
        assertThat(ask("GET", "s3.example", "/photos/photos/object/k", "").body())
                .isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab.s3.example", "a_b.s3.example", ".s3.example", "-a-.s3.example", "10.0.0.1.s3.example"})
    void refusesNamesThatNoBucketHas(String host) throws IOException {
        RawClient.Response response = ask("GET", host, "/k", "");
        assertThat(response.status()).isEqualTo(400);
        // A host that is none is refused before there is a bucket in it.
        assertThat(response.body()).containsAnyOf("<Code>InvalidBucketName</Code>", "<Code>InvalidRequest</Code>");
        refused(ask("GET", "ab.s3.example", "/k", ""), 400, "InvalidBucketName");
        refused(ask("GET", "missing.s3.example", "/k", ""), 404, "NoSuchBucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /k HTTP/1.1\r\n\r\n",
                "GET /k HTTP/1.1\r\nHost: photos.s3.example\r\nHost: other.s3.example\r\n\r\n",
                "GET /k HTTP/1.1\r\nHost: photos.s3.example\r\nHost: photos.s3.example\r\n\r\n",
                "GET /k HTTP/1.1\r\nHost: photos.s3.example, other.s3.example\r\n\r\n",
                "GET http://other.s3.example/k HTTP/1.1\r\nHost: photos.s3.example\r\n\r\n",
            })
    void row47RefusesWrongHosts(String request) throws IOException {
        refused(open.ask(request), 400, "InvalidRequest");
    }

    @Test
    void takesTheAbsoluteFormOfATarget() throws IOException {
        ask("PUT", "photos.s3.example", "/absolute", "x");
        assertThat(ask("GET", "photos.s3.example", "http://photos.s3.example/absolute", "")
                        .body())
                .isEqualTo("x");
        assertThat(ask("GET", "s3.example", "http://s3.example/photos/absolute", "")
                        .body())
                .isEqualTo("x");
    }

    @Test
    void logsTheHostWithTheTarget() throws IOException {
        ask("GET", "photos.s3.example:81", "/logged?versionId=null", "");
        ask("GET", "s3.example", "/photos/logged", "");
        assertThat(open.finished)
                .extracting(request -> request.target())
                .contains("http://photos.s3.example:81/logged?versionId=null", "/photos/logged");
    }

    @Test
    void answersFormsWithTheAddressTheClientUses() throws IOException {
        String form = FormUploadTest.form("key", "posted here", "success_action_status", "201");
        String fields = "Content-Type: " + FormUploadTest.FORM_TYPE + "\r\nContent-Length: " + form.length();
        RawClient.Response hosted =
                open.ask("POST / HTTP/1.1\r\nHost: photos.s3.example:81\r\n" + fields + "\r\n\r\n" + form);
        assertThat(hosted.header("location")).isEqualTo("http://photos.s3.example:81/posted%20here");
        assertThat(hosted.body()).contains("<Location>http://photos.s3.example:81/posted%20here</Location>");
        RawClient.Response path =
                open.ask("POST /photos HTTP/1.1\r\nHost: s3.example\r\n" + fields + "\r\n\r\n" + form);
        assertThat(path.header("location")).isEqualTo("http://s3.example/photos/posted%20here");
        assertThat(ask("GET", "photos.s3.example", "/posted%20here", "").status())
                .isEqualTo(200);
    }

    private static WireRequest request(String method, String host, String target, int length) {
        Map<String, List<String>> headers = new TreeMap<>(Map.of("host", List.of(host)));
        if (!method.equals("GET")) {
            headers.put("content-length", List.of(Integer.toString(length)));
        }
        return new WireRequest(method, target, "", headers);
    }

    private static RawClient.Response send(WireRequest request, String body) throws IOException {
        return send(request, request.rawPath(), body);
    }

    private static RawClient.Response send(WireRequest request, String path, String body) throws IOException {
        StringBuilder text = new StringBuilder(request.method() + " " + path);
        text.append(request.rawQuery().isEmpty() ? "" : "?" + request.rawQuery())
                .append(" HTTP/1.1\r\n");
        request.headers()
                .forEach((name, values) ->
                        text.append(name).append(": ").append(values.get(0)).append("\r\n"));
        return signed.ask(text.append("\r\n").append(body).toString());
    }

    private static RawClient.Response sign(String method, String host, String target, String body) throws IOException {
        Payload payload = Payload.of(body.getBytes(StandardCharsets.UTF_8));
        return send(SIGNER.sign(request(method, host, target, body.length()), payload, Instant.now()), body);
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "a//b", "a/../b", "a%2Fb", "p+q", "s%20p", "st*r", "q%27q", "%C3%BC"})
    void takesASignedRequestWhateverItsKey(String key) throws IOException {
        assertThat(sign("PUT", "my.Bucket.s3.example:8000", "/", "").status()).isIn(200, 409);
        assertThat(sign("PUT", "my.Bucket.s3.example:8000", "/" + key, "of " + key)
                        .status())
                .isEqualTo(200);
        assertThat(sign("GET", "my.Bucket.s3.example:8000", "/" + key, "").body())
                .isEqualTo("of " + key);
        assertThat(sign("GET", "127.0.0.1:8000", "/my.bucket/" + key, "").body())
                .isEqualTo("of " + key);
    }

    @Test
    void refusesASignatureThatIsSentToAnotherBucketsHost() throws IOException {
        sign("PUT", "mine.s3.example", "/", "");
        sign("PUT", "theirs.s3.example", "/", "");
        sign("PUT", "theirs.s3.example", "/k", "secret");
        WireRequest mine =
                SIGNER.presign(request("GET", "mine.s3.example", "/k", 0), Instant.now(), Duration.ofHours(1));
        assertThat(send(mine, "").status()).isEqualTo(200);
        WireRequest theirs =
                new WireRequest("GET", mine.rawPath(), mine.rawQuery(), Map.of("host", List.of("theirs.s3.example")));
        refused(send(theirs, ""), 403, "SignatureDoesNotMatch");
        // Nor is one of path style good for the host style of the same object, or the other way round.
        WireRequest path =
                SIGNER.presign(request("GET", "s3.example", "/theirs/k", 0), Instant.now(), Duration.ofHours(1));
        assertThat(send(path, "").body()).isEqualTo("secret");
        refused(
                send(new WireRequest("GET", "/k", path.rawQuery(), Map.of("host", List.of("theirs.s3.example"))), ""),
                403,
                "SignatureDoesNotMatch");
    }

    @Test
    void takesPresignedAddresses() throws IOException {
        sign("PUT", "shared.s3.example", "/", "");
        WireRequest put = SIGNER.presign(
                new WireRequest("PUT", "/up%20load", "", Map.of("host", List.of("shared.s3.example:8000"))),
                Instant.now(),
                Duration.ofMinutes(5));
        Map<String, List<String>> sent = new TreeMap<>(put.headers());
        sent.put("content-length", List.of("5"));
        assertThat(send(new WireRequest("PUT", put.rawPath(), put.rawQuery(), sent), "hello")
                        .status())
                .isEqualTo(200);
        WireRequest get = SIGNER.presign(
                request("GET", "shared.s3.example:8000", "/up%20load", 0), Instant.now(), Duration.ofMinutes(5));
        assertThat(send(get, "").body()).isEqualTo("hello");
    }

    @Test
    void takesFormsWhosePolicyNamesTheHostsBucket() throws IOException {
        sign("PUT", "forms.s3.example", "/", "");
        sign("PUT", "others.s3.example", "/", "");
        assertThat(form("forms.s3.example", "/").status()).isEqualTo(204);
        assertThat(form("s3.example", "/forms").status()).isEqualTo(204);
        refused(form("others.s3.example", "/"), 403, "AccessDenied");
    }

    private static RawClient.Response form(String host, String target) throws IOException {
        Instant now = Instant.now();
        String credential = "root/" + now.toString().substring(0, 10).replace("-", "") + "/us-east-1/s3/aws4_request";
        String policy = """
                {"expiration": "%s", "conditions": [{"bucket": "forms"}, {"key": "k"},
                 {"x-amz-algorithm": "AWS4-HMAC-SHA256"}, {"x-amz-credential": "%s"},
                 ["starts-with", "$x-amz-date", ""]]}
                """.formatted(now.plusSeconds(60), credential);
        Map<String, String> fields = new TreeMap<>(
                SIGNER.signPolicy(Base64.getEncoder().encodeToString(policy.getBytes(StandardCharsets.UTF_8)), now));
        fields.put("key", "k");
        String body = FormUploadTest.form(fields.entrySet().stream()
                .flatMap(field -> List.of(field.getKey(), field.getValue()).stream())
                .toArray(String[]::new));
        return signed.ask("POST " + target + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: "
                + FormUploadTest.FORM_TYPE + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }
}
