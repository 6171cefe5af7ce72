package flare.sigv4;

import static flare.sigv4.Examples.faultOf;
import static flare.sigv4.Examples.request;
import static flare.sigv4.Examples.with;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** URLs that boto3 1.44.5 presigned without being told a version, and what may not be made of them. */
class Version2UrlTest {

    private static final Instant EXPIRES = Instant.ofEpochSecond(1_369_353_600);
    private static final String KEY = "/b/a%20b/%C3%BC%2Bc?";
    private static final String BY = "AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=";
    private static final String END = "&Expires=1369353600";

    private static final WireRequest GET = asked("GET", KEY + BY + "yh91aD1eznnVMUozfLkOJFNI0Tg%3D" + END);
    private static final WireRequest PUT_WITH_HEADERS = asked(
            "PUT",
            KEY + BY
                    + "Gd3wSG5evRahfXuj8YLPwxKqNsc%3D&content-type=text%2Fplain&x-amz-acl=public-read&x-amz-meta-a=b%20c"
                    + END,
            "content-type",
            "text/plain");
    private static final WireRequest GET_CHANGED = asked(
            "GET",
            KEY + "response-content-type=text%2Fx%20y%26z&versionId=v&" + BY + "iAKLEtjjhUusQq6pc2tYxdke3Ic%3D" + END);

    static final List<WireRequest> SIGNED_BY_BOTO3 = List.of(
            GET,
            PUT_WITH_HEADERS,
            GET_CHANGED,
            asked("PUT", KEY + BY + "FKuO2Qh6GRWsJnyZ3eFuhe8%2BJ1o%3D" + END),
            asked("PUT", KEY + "partNumber=1&uploadId=u&" + BY + "1Uf947CT6PwvufiZ%2FR07YWLUndQ%3D" + END),
            asked("HEAD", KEY + BY + "utaGTYlUmJC8nzInZiCIDO%2FGO%2Fk%3D" + END),
            asked("DELETE", KEY + BY + "%2BgHKI%2Fpbe28m4oLJsGwzzR7ZKW4%3D" + END),
            asked("GET", KEY + "tagging&" + BY + "V5dIrJtnxyCJLAuB6CWzMxKZLRI%3D" + END),
            asked("GET", "/b?uploads&" + BY + "6XJjO7PeMjktd7nXeeFBBpdRtDw%3D" + END),
            asked("GET", "/b?acl&" + BY + "OoVOqLkKt3rR9308NaC1E9MqfxY%3D" + END));

    @ParameterizedTest
    @FieldSource("SIGNED_BY_BOTO3")
    void acceptsWhatBoto3Signs(WireRequest request) {
        VerifiedRequest verified = Examples.verify(request, EXPIRES);
        assertThat(verified.accessKey()).isEqualTo(Examples.ACCESS_KEY);
        assertThat(verified.carrier()).isEqualTo(SignatureClaim.Carrier.QUERY);
        assertThat(verified.payload()).isEqualTo(Payload.UNSIGNED);
    }

    @Test
    void takesTheSameInHeaders() {
        String query = BY + "Gd3wSG5evRahfXuj8YLPwxKqNsc%3D" + END;
        WireRequest inHeaders = asked(
                "PUT", KEY + query, "content-type", "text/plain", "x-amz-acl", "public-read", "x-amz-meta-a", "b c");
        assertThat(Examples.verify(inHeaders, EXPIRES)).isNotNull();
    }

    @ParameterizedTest
    @FieldSource("SIGNED_BY_BOTO3")
    void refusesAnyOtherTarget(WireRequest request) {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            WireRequest changed = Mutation.ofTarget(request, random);
            assertThat(Mutation.isAccepted(changed, EXPIRES))
                    .as("seed %d: %s", seed, changed)
                    .isFalse();
        }
    }

    @Test
    void refusesOtherHeaders() {
        for (String name : Set.of("x-amz-acl", "x-amz-copy-source", "content-type", "content-md5")) {
            assertThat(faultOf(() -> Examples.verify(with(GET, name, "other"), EXPIRES)))
                    .as(name)
                    .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        }
        assertThat(faultOf(() -> Examples.verify(with(PUT_WITH_HEADERS, "content-type"), EXPIRES)))
                .isEqualTo(SignatureFault.QUERY_MALFORMED);
        assertThat(faultOf(() -> Examples.verify(with(PUT_WITH_HEADERS, "x-amz-acl", "private"), EXPIRES)))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesAfterTheExpiryAndOtherSecrets() {
        assertThat(faultOf(() -> Examples.verify(GET, EXPIRES.plusSeconds(1)))).isEqualTo(SignatureFault.EXPIRED);
        Verifier verifier = Examples.verifier();
        SignatureClaim claim = verifier.claim(GET).orElseThrow();
        assertThat(faultOf(() -> verifier.verify(claim, SecretKey.of("another secret"), EXPIRES)))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        assertThat(faultOf(() -> verifier.verify(claim, null, EXPIRES))).isEqualTo(SignatureFault.UNKNOWN_ACCESS_KEY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"list-type=2", "prefix=p", "attributes", "retention", "X-Unknown=1", "x-id=GetObject"})
    void takesNoParameterThatTheSignatureDoesNotCover(String parameter) {
        WireRequest more = asked("GET", GET.rawPath() + "?" + GET.rawQuery() + "&" + parameter);
        assertThat(faultOf(() -> Examples.verifier().claim(more))).isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({
        "Signature=s&Expires=1",
        "AWSAccessKeyId=k&Expires=1",
        "AWSAccessKeyId=k&Signature=s",
        "AWSAccessKeyId=&Signature=s&Expires=1",
        "AWSAccessKeyId=k k&Signature=s&Expires=1",
        "AWSAccessKeyId=k&Signature=s&Expires=soon",
        "AWSAccessKeyId=k&Signature=s&Expires=-1",
        "AWSAccessKeyId=k&Signature=s&Expires=9999999999999",
        "AWSAccessKeyId=k&AWSAccessKeyId=l&Signature=s&Expires=1",
        "AWSAccessKeyId=k&Signature=s&Expires=1&Expires=2",
        "AWSAccessKeyId=k&Signature=s&Expires=1&x-amz-meta-a=b%0Ax-amz-acl:private",
        "AWSAccessKeyId=k&Signature=s&Expires=1&versionId=a&versionId=b"
    })
    void refusesWhatIsHalfOrTwice(String query) {
        assertThat(faultOf(() -> Examples.verifier().claim(asked("GET", "/b/k?" + query.replace(' ', '+')))))
                .isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @Test
    void refusesOneValueInTwoSpellings() {
        WireRequest twice = asked("GET", "/b/k?" + BY + "s&Expires=1369353600&x-amz-acl=a&X-Amz-Acl=b");
        assertThat(faultOf(() -> Examples.verifier().claim(twice))).isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @Test
    void refusesABodyOfSignedChunks() {
        WireRequest chunked = with(GET, "x-amz-content-sha256", Payload.SIGNED_CHUNKS.text());
        assertThat(faultOf(() -> Examples.verifier().claim(chunked))).isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @Test
    void refusesAnotherSignatureBesides() {
        WireRequest both = asked("GET", GET.rawPath() + "?" + GET.rawQuery() + "&X-Amz-Signature=s");
        assertThat(faultOf(() -> Examples.verifier().claim(both))).isEqualTo(SignatureFault.SEVERAL_CARRIERS);
    }

    @Test
    void refusesAllOfThemWhereTheSettingSaysSo() {
        Verifier strict = new Verifier(new Verifier.Rules(Examples.REGION, Examples.SKEW, false));
        assertThat(faultOf(() -> strict.claim(GET))).isEqualTo(SignatureFault.UNSUPPORTED_SCHEME);
    }

    private static WireRequest asked(String method, String target, String... headers) {
        return with(request(method, target, headers), "host", "objects.example:9000");
    }
}
