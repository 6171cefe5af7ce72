package flare.sigv4;

import static flare.sigv4.Examples.SECRET;
import static flare.sigv4.Examples.SIGNER;
import static flare.sigv4.Examples.TIME;
import static flare.sigv4.Examples.faultOf;
import static flare.sigv4.Examples.request;
import static flare.sigv4.Examples.verifier;
import static flare.sigv4.Examples.verify;
import static flare.sigv4.Examples.with;
import static flare.sigv4.Examples.withTarget;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerifierTest {

    private static final WireRequest PLAIN = request("GET", "/bucket/key?versionId=1", "host", "h:80");
    private static final WireRequest SIGNED = SIGNER.sign(PLAIN, Payload.UNSIGNED, TIME);
    private static final Duration VALID_FOR = Duration.ofMinutes(10);
    private static final WireRequest PRESIGNED = SIGNER.presign(PLAIN, TIME, VALID_FOR);

    @Test
    void namesWhoSigned() {
        VerifiedRequest verified = verify(SIGNED, TIME);
        assertThat(verified.accessKey()).isEqualTo(Examples.ACCESS_KEY);
        assertThat(verified.carrier()).isEqualTo(SignatureClaim.Carrier.HEADER);
        assertThat(verify(PRESIGNED, TIME).carrier()).isEqualTo(SignatureClaim.Carrier.QUERY);
    }

    @Test
    void claimsNothingForARequestWithoutASignature() {
        assertThat(verifier().claim(PLAIN)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " "})
    void refusesAnEmptyAuthorization(String value) {
        assertThat(claimFault(with(SIGNED, "authorization", value))).isEqualTo(SignatureFault.NOT_SIGNED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "AWS HAHA",
                "AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg=",
                "Bearer x",
                "Basic eDp5",
                "AWS4-ECDSA-P256-SHA256 Credential=x",
                "AWS4-HMAC-SHA256",
                "\u0007"
            })
    void refusesOtherSchemes(String value) {
        assertThat(claimFault(with(SIGNED, "authorization", value))).isEqualTo(SignatureFault.UNSUPPORTED_SCHEME);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/us-east-1/|/",
                "/aws4_request|/aws4_request/more",
                "aws4_request|aws3_request",
                "/s3/|/iam/",
                "/us-east-1/|/eu-west-1/",
                "/us-east-1/|/us east/",
                "20130524|2013524",
                "20130524|20131324",
                "20130524|+2013052",
                "AKIA|AK<A",
                "Credential=|Credentials=",
                "Credential=|'Credential= '",
                ", SignedHeaders|; SignedHeaders",
                "SignedHeaders=host;x|SignedHeaders=x",
                "Signature=|Signature=,Signature=",
                "Signature=|Signature",
                "SignedHeaders=|SignedHeaders=Host;",
                "host;|host;host;",
                "host;x-amz-content-sha256|x-amz-content-sha256;host",
                "host;|host;;"
            })
    void refusesAMalformedAuthorization(String part, String instead) {
        String right = SIGNED.values("authorization").get(0);
        assertThat(right).contains(part);
        SignatureFault fault = claimFault(with(SIGNED, "authorization", right.replace(part, instead)));
        assertThat(fault)
                .isEqualTo(
                        instead.equals("SignedHeaders=x")
                                ? SignatureFault.HEADERS_NOT_SIGNED
                                : SignatureFault.HEADER_MALFORMED);
    }

    @Test
    void refusesTwoAuthorizationsAndOneTooLong() {
        String right = SIGNED.values("authorization").get(0);
        assertThat(claimFault(with(SIGNED, "authorization", right, right))).isEqualTo(SignatureFault.HEADER_MALFORMED);
        String padding = " ".repeat(AuthorizationHeader.MAX_LENGTH);
        assertThat(claimFault(with(SIGNED, "authorization", right + padding)))
                .isEqualTo(SignatureFault.HEADER_MALFORMED);
    }

    @Test
    void refusesMoreSignedHeadersThanThereCanBe() {
        String many = "host;"
                + String.join(
                        ";",
                        java.util.stream.IntStream.range(0, SignedHeaders.MAX_HEADERS)
                                .mapToObj(i -> String.format(Locale.ROOT, "x%03d", i))
                                .toList());
        String authorization = SIGNED.values("authorization").get(0).replace("host;", many + ";");
        assertThat(claimFault(with(SIGNED, "authorization", authorization))).isEqualTo(SignatureFault.HEADER_MALFORMED);
    }

    @Test
    void refusesAnUnknownAccessKeyEvenWithARightSignature() {
        Verifier verifier = verifier();
        SignatureClaim claim = verifier.claim(SIGNED).orElseThrow();
        assertThat(faultOf(() -> verifier.verify(claim, null, TIME))).isEqualTo(SignatureFault.UNKNOWN_ACCESS_KEY);
    }

    @Test
    void refusesAnotherSecret() {
        Verifier verifier = verifier();
        SignatureClaim claim = verifier.claim(SIGNED).orElseThrow();
        assertThat(faultOf(() -> verifier.verify(claim, SecretKey.of("another secret"), TIME)))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesAnUpperCaseATruncatedAndALongerSignature() {
        String right = SIGNED.values("authorization").get(0);
        int at = right.indexOf("Signature=") + "Signature=".length();
        String signature = right.substring(at);
        for (String wrong : List.of(
                signature.toUpperCase(Locale.ROOT), signature.substring(1), signature + "0", "0".repeat(64), "x")) {
            WireRequest forged = with(SIGNED, "authorization", right.substring(0, at) + wrong);
            assertThat(faultOf(() -> verify(forged, TIME))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        }
    }

    @Test
    void refusesAScopeOfAnotherDay() {
        WireRequest forged = with(
                SIGNED, "authorization", SIGNED.values("authorization").get(0).replace("20130524", "20130523"));
        assertThat(faultOf(() -> verify(forged, TIME))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesAScopeOfAnotherDayThatIsSignedWithThatDaysKey() {
        CredentialScope yesterday = new CredentialScope(AmzDate.dayOf(TIME).minusDays(1), Examples.REGION);
        Version4Claim claim = (Version4Claim) verifier().claim(SIGNED).orElseThrow();
        String canonical = CanonicalRequest.candidates(
                        SIGNED, QueryText.parse(SIGNED.rawQuery()), claim.signedHeaders(), "UNSIGNED-PAYLOAD")
                .get(0);
        SignatureClaim forged = new Version4Claim(
                SIGNED,
                claim.carrier(),
                new Credential(Examples.ACCESS_KEY, yesterday),
                claim.signedHeaders(),
                new SigningKey(SECRET, yesterday).signRequest(TIME, canonical),
                TIME,
                Duration.ZERO,
                claim.payload());
        assertThat(faultOf(() -> verifier().verify(forged, SECRET, TIME))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void allowsAClockToBeOffByTheSkewAndNoMore() {
        Duration more = Examples.SKEW.plusSeconds(1);
        assertThat(verify(SIGNED, TIME.plus(Examples.SKEW))).isNotNull();
        assertThat(verify(SIGNED, TIME.minus(Examples.SKEW))).isNotNull();
        assertThat(faultOf(() -> verify(SIGNED, TIME.plus(more)))).isEqualTo(SignatureFault.TIME_SKEWED);
        assertThat(faultOf(() -> verify(SIGNED, TIME.minus(more)))).isEqualTo(SignatureFault.TIME_SKEWED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "20130524",
                "2013-05-24T00:00:00Z",
                "20130524T000000",
                "20130524T240000Z",
                "20130230T000000Z",
                "20130524T00000\u0661Z",
                "-0130524T000000Z",
                "Fri, 24 May 2013 00:00:00 GMT"
            })
    void refusesWhatIsNoDate(String date) {
        assertThat(claimFault(with(SIGNED, "x-amz-date", date))).isEqualTo(SignatureFault.NO_DATE);
    }

    @Test
    void refusesNoDateAndTwo() {
        assertThat(claimFault(with(SIGNED, "x-amz-date"))).isEqualTo(SignatureFault.NO_DATE);
        assertThat(claimFault(with(SIGNED, "x-amz-date", "20130524T000000Z", "20130524T000000Z")))
                .isEqualTo(SignatureFault.NO_DATE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Fri, 24 May 2013 00:00:00 GMT", "Fri, 24 May 2013 00:00:00 -0000", "20130524T000000Z"})
    void takesTheTimeFromDateWhereThereIsNoOther(String date) {
        WireRequest dated =
                with(request("GET", "/k", "host", "h", "x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "date", date);
        List<String> names = List.of("date", "host", "x-amz-content-sha256");
        SigningKey key = new SigningKey(SECRET, new CredentialScope(AmzDate.dayOf(TIME), Examples.REGION));
        Signature signature = key.signRequest(
                TIME,
                CanonicalRequest.candidates(dated, QueryText.parse(""), names, "UNSIGNED-PAYLOAD")
                        .get(0));
        WireRequest signed = with(
                dated,
                "authorization",
                "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders="
                        + String.join(";", names) + ",Signature=" + signature.text());
        assertThat(verify(signed, TIME).accessKey()).isEqualTo(Examples.ACCESS_KEY);
    }

    @Test
    void refusesAnUnsignedHostAndUnsignedAmzHeaders() {
        String authorization = SIGNED.values("authorization").get(0);
        assertThat(claimFault(with(SIGNED, "authorization", authorization.replace("=host;", "="))))
                .isEqualTo(SignatureFault.HEADERS_NOT_SIGNED);
        assertThat(claimFault(with(SIGNED, "x-amz-acl", "public-read"))).isEqualTo(SignatureFault.HEADERS_NOT_SIGNED);
        assertThat(claimFault(with(PRESIGNED, "x-amz-acl", "public-read")))
                .isEqualTo(SignatureFault.HEADERS_NOT_SIGNED);
    }

    @Test
    void letsHeadersBeThatNobodySignsAndNobodyObeys() {
        WireRequest passedOn = with(with(SIGNED, "x-forwarded-for", "1.2.3.4"), "x-amzn-trace-id", "Root=1");
        assertThat(verify(passedOn, TIME).accessKey()).isEqualTo(Examples.ACCESS_KEY);
    }

    @Test
    void refusesASignedHeaderThatIsGone() {
        WireRequest signed = SIGNER.sign(with(PLAIN, "range", "bytes=0-1"), Payload.UNSIGNED, TIME);
        assertThat(claimFault(with(signed, "range"))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesNoPayloadHashTwoAndUnknownOnes() {
        assertThat(claimFault(with(SIGNED, "x-amz-content-sha256"))).isEqualTo(SignatureFault.NO_PAYLOAD_HASH);
        for (String word : List.of(
                "", "x", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "a".repeat(63), "g".repeat(64), "UNSIGNED")) {
            assertThat(claimFault(with(SIGNED, "x-amz-content-sha256", word)))
                    .isEqualTo(SignatureFault.UNKNOWN_PAYLOAD_HASH);
        }
        assertThat(claimFault(with(SIGNED, "x-amz-content-sha256", Sha256.EMPTY, Sha256.EMPTY)))
                .isEqualTo(SignatureFault.UNKNOWN_PAYLOAD_HASH);
    }

    @Test
    void refusesAnotherPayloadModeThanWasSigned() {
        for (Payload payload :
                List.of(Payload.SIGNED_CHUNKS, Payload.UNSIGNED_CHUNKS_WITH_TRAILER, Payload.of(new byte[0]))) {
            WireRequest forged = with(SIGNED, "x-amz-content-sha256", payload.text());
            assertThat(faultOf(() -> verify(forged, TIME))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        }
    }

    @Test
    void refusesTwoSignatures() {
        WireRequest both =
                with(PRESIGNED, "authorization", SIGNED.values("authorization").get(0));
        assertThat(claimFault(both)).isEqualTo(SignatureFault.SEVERAL_CARRIERS);
        WireRequest old = withTarget(SIGNED, "GET", "/k", "AWSAccessKeyId=x&Signature=y&Expires=1");
        assertThat(claimFault(old)).isEqualTo(SignatureFault.SEVERAL_CARRIERS);
    }

    /** What let anybody write in another store: named in the query, and a body mode that no code path checked. */
    @ParameterizedTest
    @ValueSource(strings = {"X-Amz-Credential", "X%2DAmz%2DCredential", "X-Amz-Algorithm"})
    void refusesAQueryThatNamesACredentialAndSignsNothing(String name) {
        WireRequest forged = request(
                "PUT",
                "/bucket/key?" + name + "=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request",
                "host",
                "h",
                "x-amz-content-sha256",
                "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        assertThat(claimFault(forged)).isEqualTo(SignatureFault.NOT_SIGNED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Expires=600|Expires=-1",
                "Expires=600|Expires=abc",
                "Expires=600|Expires=0",
                "Expires=600|Expires=604801",
                "Expires=600|Expires=%2B600",
                "Expires=600|Expires=99999999999999999999",
                "Expires=600|Expires=",
                "Expires=600|Expired=600",
                "AWS4-HMAC-SHA256|AWS4-HMAC-SHA1",
                "20130524T000000Z|20130524",
                "us-east-1|eu-west-1",
                "SignedHeaders=host|SignedHeaders=Host",
                "X-Amz-Signature=|X-Amz-Signature=1&X-Amz-Signature=",
                "X-Amz-Expires=|X-Amz-Expires=9&X-Amz-Expires=",
                "X-Amz-Date=|X-Amz-Date=&x="
            })
    void refusesMalformedParameters(String part, String instead) {
        assertThat(PRESIGNED.rawQuery()).contains(part);
        WireRequest malformed = withTarget(
                PRESIGNED, "GET", PRESIGNED.rawPath(), PRESIGNED.rawQuery().replace(part, instead));
        assertThat(claimFault(malformed)).isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @Test
    void servesAPresignedUrlFromItsTimeToItsEndAndNotASecondLonger() {
        Instant end = TIME.plus(VALID_FOR);
        assertThat(verify(PRESIGNED, end)).isNotNull();
        assertThat(faultOf(() -> verify(PRESIGNED, end.plusSeconds(1)))).isEqualTo(SignatureFault.EXPIRED);
        assertThat(verify(PRESIGNED, TIME.minus(Examples.SKEW))).isNotNull();
        assertThat(faultOf(() -> verify(PRESIGNED, TIME.minus(Examples.SKEW).minusSeconds(1))))
                .isEqualTo(SignatureFault.NOT_YET_VALID);
        WireRequest week = SIGNER.presign(PLAIN, TIME, PresignedQuery.MAX_VALIDITY);
        assertThat(verify(week, TIME.plus(PresignedQuery.MAX_VALIDITY))).isNotNull();
    }

    @Test
    void refusesAPresignedUrlForAnotherMethodPathHostOrMoreParameters() {
        String path = PRESIGNED.rawPath();
        String query = PRESIGNED.rawQuery();
        for (WireRequest forged : List.of(
                withTarget(PRESIGNED, "PUT", path, query),
                withTarget(PRESIGNED, "DELETE", path, query),
                withTarget(PRESIGNED, "GET", path + "/", query),
                withTarget(PRESIGNED, "GET", path, query + "&versionId=2"),
                withTarget(PRESIGNED, "GET", path, query + "&response-content-type=text%2Fhtml"),
                withTarget(PRESIGNED, "GET", path, query + "&acl"),
                withTarget(PRESIGNED, "GET", path, query.replace("versionId=1&", "")),
                with(PRESIGNED, "host", "other:80"))) {
            assertThat(faultOf(() -> verify(forged, TIME))).isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
        }
    }

    @Test
    void acceptsRepeatedParametersInAnyOrder() {
        WireRequest signed = SIGNER.sign(request("GET", "/b?a=2&a=1&a=&b", "host", "h"), Payload.UNSIGNED, TIME);
        for (String query : List.of("a=2&a=1&a=&b", "b=&a&a=1&a=2", "a=1&b&a=2&a=")) {
            assertThat(verify(withTarget(signed, "GET", "/b", query), TIME)).isNotNull();
        }
    }

    @Test
    void takesAPresignedPayloadFromParameterOrSignedHeader() {
        assertThat(verify(PRESIGNED, TIME).payload()).isEqualTo(Payload.UNSIGNED);
        WireRequest parameter = SIGNER.presign(
                withTarget(PLAIN, "PUT", "/k", "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD"), TIME, VALID_FOR);
        assertThat(verify(parameter, TIME).payload()).isEqualTo(Payload.UNSIGNED);
        WireRequest header = with(parameter, "x-amz-content-sha256", Sha256.EMPTY);
        assertThat(claimFault(header)).isEqualTo(SignatureFault.QUERY_MALFORMED);
    }

    @Test
    void tellsNeitherSecretNorRightSignature() {
        String right = SIGNED.values("authorization").get(0);
        String signature = right.substring(right.indexOf("Signature=") + "Signature=".length());
        WireRequest forged = with(SIGNED, "authorization", right.replace(signature, "0".repeat(64)));
        assertThatThrownBy(() -> verify(forged, TIME))
                .hasMessageNotContaining(signature)
                .hasMessageNotContaining("wJalr");
        for (Class<?> type : List.of(SecretKey.class, Signature.class)) {
            assertThat(type.getDeclaredMethods())
                    .extracting(java.lang.reflect.Method::getName)
                    .doesNotContain("toString", "equals", "hashCode");
        }
    }

    @Test
    void refusesRulesAndKeysThatCanNotBe() {
        assertThatThrownBy(() -> new Verifier.Rules("", Examples.SKEW, true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new AccessKeyId("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> SecretKey.of("short"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> SecretKey.of("x".repeat(SecretKey.MAX_BYTES + 1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("GET", "/a b", "host", "h")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> request("GET", "/", "host", "h\nx:y")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void answersOrRefusesByNameWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String authorization = SIGNED.values("authorization").get(0);
        for (int i = 0; i < 20_000; i++) {
            try {
                WireRequest odd = with(
                        withTarget(SIGNED, "GET", SIGNED.rawPath(), garbled(PRESIGNED.rawQuery(), random)),
                        "x-amz-date",
                        garbled("20130524T000000Z", random));
                verifier()
                        .claim(
                                random.nextBoolean()
                                        ? with(odd, "authorization")
                                        : with(
                                                withTarget(odd, "GET", "/", garbled("a=b", random)),
                                                "authorization",
                                                garbled(authorization, random)));
            } catch (SignatureRefusedException refused) {
                assertThat(refused.fault()).isNotNull();
            } catch (IllegalArgumentException notSent) {
                assertThat(notSent).as("seed %d", seed).hasMessageMatching("(?s)(no method and raw|header).*");
            }
        }
    }

    static String garbled(String text, Random random) {
        StringBuilder out = new StringBuilder(text);
        for (int i = random.nextInt(4); i > 0 && out.length() > 0; i--) {
            int at = random.nextInt(out.length());
            switch (random.nextInt(4)) {
                case 0 -> out.deleteCharAt(at);
                case 1 -> out.insert(at, "%&=;,/ \t\u00fc+-0AZ".charAt(random.nextInt(14)));
                case 2 ->
                    out.setCharAt(at, (char) (random.nextInt(8) == 0 ? random.nextInt(0x3000) : random.nextInt(128)));
                default -> out.insert(at, out.substring(at, Math.min(out.length(), at + random.nextInt(30))));
            }
        }
        return out.toString();
    }

    private static SignatureFault claimFault(WireRequest request) {
        return faultOf(() -> verifier().claim(request));
    }
}
