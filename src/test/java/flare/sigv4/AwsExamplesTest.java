package flare.sigv4;

import static flare.sigv4.Examples.SECRET;
import static flare.sigv4.Examples.TIME;
import static flare.sigv4.Examples.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The examples of the S3 API reference, with the signatures printed there: sigv4-header-based-auth, sigv4-query-string-auth,
 * sigv4-streaming, sigv4-streaming-trailers and sigv4-post-example.
 */
class AwsExamplesTest {

    private static final String SCOPE = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    private static final String BUCKET_HOST = "examplebucket.s3.amazonaws.com";
    private static final int CHUNK = 64 * 1024;

    @Test
    void getObject() {
        verified(request(
                "GET",
                "/test.txt",
                "Host",
                BUCKET_HOST,
                "Range",
                "bytes=0-9",
                "x-amz-content-sha256",
                Sha256.EMPTY,
                "x-amz-date",
                "20130524T000000Z",
                "Authorization",
                authorization(
                        "host;range;x-amz-content-sha256;x-amz-date",
                        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")));
    }

    @Test
    void putObject() {
        String payload = Payload.of("Welcome to Amazon S3.".getBytes(StandardCharsets.UTF_8))
                .text();
        verified(request(
                "PUT",
                "/test%24file.text",
                "Host",
                BUCKET_HOST,
                "Date",
                "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "x-amz-content-sha256",
                payload,
                "Authorization",
                authorization(
                        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")));
    }

    /** The key as clients may write it as well, signed as the specification writes it. */
    @Test
    void putObjectWithoutTheEscape() {
        String payload = Payload.of("Welcome to Amazon S3.".getBytes(StandardCharsets.UTF_8))
                .text();
        verified(request(
                "PUT",
                "/test$file.text",
                "Host",
                BUCKET_HOST,
                "Date",
                "Fri, 24 May 2013 00:00:00 GMT",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "x-amz-content-sha256",
                payload,
                "Authorization",
                authorization(
                        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
                        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")));
    }

    @Test
    void getBucketLifecycle() {
        verified(get("/?lifecycle", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
    }

    @Test
    void listObjects() {
        verified(get("/?max-keys=2&prefix=J", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
    }

    @Test
    void presignedUrl() {
        WireRequest request = request(
                "GET",
                "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1"
                        + "%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
                "Host",
                BUCKET_HOST);
        assertThat(Examples.verify(request, TIME.plus(Duration.ofDays(1))).payload())
                .isEqualTo(Payload.UNSIGNED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4096, 1 << 20})
    void putObjectInChunks(int pieceBytes) {
        VerifiedRequest verified = verified(request(
                "PUT",
                "/examplebucket/chunkObject.txt",
                "Host",
                "s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "Authorization",
                authorization(
                        "content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;"
                                + "x-amz-decoded-content-length;x-amz-storage-class",
                        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"),
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                "Content-Encoding",
                "aws-chunked",
                "x-amz-decoded-content-length",
                "66560",
                "Content-Length",
                "66824"));
        String body = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n"
                + "a".repeat(CHUNK)
                + "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n"
                + "a".repeat(1024)
                + "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
        assertThat(body).hasSize(66824);
        assertThat(decoded(verified, body, pieceBytes, Map.of())).isEqualTo("a".repeat(66560));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4096, 1 << 20})
    void putObjectInChunksWithATrailer(int pieceBytes) {
        VerifiedRequest verified = verified(request(
                "PUT",
                "/examplebucket/chunkObject.txt",
                "Host",
                "s3.amazonaws.com",
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-storage-class",
                "REDUCED_REDUNDANCY",
                "Authorization",
                authorization(
                        "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;"
                                + "x-amz-storage-class;x-amz-trailer",
                        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e"),
                "x-amz-content-sha256",
                "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
                "Content-Encoding",
                "aws-chunked",
                "x-amz-decoded-content-length",
                "66560",
                "x-amz-trailer",
                "x-amz-checksum-crc32c"));
        String body = "10000;chunk-signature=b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2\r\n"
                + "a".repeat(CHUNK)
                + "\r\n400;chunk-signature=1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7\r\n"
                + "a".repeat(1024)
                + "\r\n0;chunk-signature=2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992\r\n"
                + "x-amz-checksum-crc32c:sOO8/Q==\r\n"
                + "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
        assertThat(decoded(verified, body, pieceBytes, Map.of("x-amz-checksum-crc32c", "sOO8/Q==")))
                .isEqualTo("a".repeat(66560));
    }

    @Test
    void postPolicy() {
        String policy =
                "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6"
                        + "ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwN"
                        + "CiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDov"
                        + "L3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBb"
                        + "InN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAi"
                        + "MTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQog"
                        + "ICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwi"
                        + "OiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsi"
                        + "eC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlU"
                        + "MDAwMDAwWiIgfQ0KICBdDQp9";
        Optional<FormClaim> claim = Examples.verifier()
                .formClaim(Map.of(
                        "x-amz-credential",
                        "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request",
                        "x-amz-algorithm",
                        "AWS4-HMAC-SHA256",
                        "x-amz-date",
                        "20151229T000000Z",
                        "policy",
                        policy,
                        "x-amz-signature",
                        "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"));
        assertThat(Examples.verifier().verifyForm(claim.orElseThrow(), SECRET))
                .startsWith("{ \"expiration\": \"2015-12-30T12:00:00.000Z\"");
    }

    private static WireRequest get(String target, String signature) {
        return request(
                "GET",
                target,
                "Host",
                BUCKET_HOST,
                "x-amz-date",
                "20130524T000000Z",
                "x-amz-content-sha256",
                Sha256.EMPTY,
                "Authorization",
                authorization("host;x-amz-content-sha256;x-amz-date", signature));
    }

    private static String authorization(String signedHeaders, String signature) {
        return "AWS4-HMAC-SHA256 Credential=" + SCOPE + ",SignedHeaders=" + signedHeaders + ",Signature=" + signature;
    }

    private static VerifiedRequest verified(WireRequest request) {
        return Examples.verify(request, TIME);
    }

    static String decoded(VerifiedRequest request, String body, int pieceBytes, Map<String, String> trailers) {
        ChunkedBody decoder = ChunkedBody.of(request);
        byte[] bytes = body.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            for (ByteBuffer decoded :
                    decoder.decode(ByteBuffer.wrap(bytes, at, Math.min(pieceBytes, bytes.length - at)))) {
                byte[] copy = new byte[decoded.remaining()];
                decoded.get(copy);
                out.writeBytes(copy);
            }
        }
        assertThat(decoder.finish()).isEqualTo(trailers);
        return out.toString(StandardCharsets.ISO_8859_1);
    }
}
