package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients say of their bytes and are told of them; the values are those of "123456789". */
class ChecksumHeadersTest {

    private static final String BODY = "123456789";
    private static final String CRC32 = "y/Q5Jg==";
    private static final String MODE = "x-amz-checksum-mode";

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
    void keepsAndAnswersWhatWasSaid() throws IOException {
        HttpResponse<String> put = port.send("PUT", "/object/kept", BODY, "x-amz-checksum-crc32", CRC32);
        said(put, CRC32);
        assertThat(port.get("/object/kept").headers().map()).doesNotContainKey("x-amz-checksum-crc32");
        said(port.get("/object/kept", MODE, "ENABLED"), CRC32);
        said(port.send("HEAD", "/object/kept", "", MODE, "ENABLED"), CRC32);
        said(port.get("/object/kept?partNumber=1", MODE, "ENABLED"), CRC32);
        assertThat(port.get("/object/kept", MODE, "ENABLED", "Range", "bytes=0-3")
                        .headers()
                        .map())
                .doesNotContainKey("x-amz-checksum-crc32");
        refused(port.get("/object/kept", MODE, "ON"), 400, "InvalidArgument");
        assertThat(port.get("/object?list-type=2&prefix=kept").body())
                .contains("<ChecksumAlgorithm>CRC32</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>");
    }

    @Test
    void computesOneThatIsOnlyNamed() throws IOException {
        said(port.send("PUT", "/object/named", BODY, "x-amz-checksum-algorithm", "crc32"), CRC32);
        refused(port.send("PUT", "/object/wrong", BODY, "x-amz-checksum-algorithm", "md9"), 400, "InvalidRequest");
        refused(
                port.send(
                        "PUT",
                        "/object/wrong",
                        BODY,
                        "x-amz-checksum-algorithm",
                        "SHA1",
                        "x-amz-checksum-crc32",
                        CRC32),
                400,
                "InvalidRequest");
        refused(port.send("PUT", "/object/wrong", BODY, "x-amz-checksum-type", "COMPOSITE"), 400, "InvalidRequest");
        assertThat(port.objects.keys()).doesNotContain("wrong");
    }

    @Test
    void holdsAnSdkToTheAlgorithmItNames() throws IOException {
        String sdk = "x-amz-sdk-checksum-algorithm";
        said(port.send("PUT", "/object/sdk", BODY, sdk, "CRC32", "x-amz-checksum-crc32", CRC32), CRC32);
        refused(port.send("PUT", "/object/wrong", BODY, sdk, "CRC32"), 400, "InvalidRequest");
        refused(
                port.send("PUT", "/object/wrong", BODY, sdk, "SHA256", "x-amz-checksum-crc32", CRC32),
                400,
                "BadDigest");
        assertThat(port.objects.keys()).doesNotContain("wrong");
    }

    @Test
    void keepsWhatATrailerSays() throws IOException {
        RawClient.Response put = chunked("x-amz-checksum-crc32", "x-amz-checksum-crc32:" + CRC32 + "\r\n");
        assertThat(put.status()).isEqualTo(200);
        said(port.get("/object/trailed", MODE, "ENABLED"), CRC32);
    }

    @Test
    void row24And25RefuseTrailersThatDoNotHold() throws IOException {
        refused(chunked("x-amz-checksum-crc32", "x-amz-checksum-crc32:AAAAAA==\r\n"), 400, "BadDigest");
        refused(chunked("x-amz-checksum-crc32", ""), 400, "MalformedTrailerError");
        refused(chunked("", "x-amz-checksum-crc32:" + CRC32 + "\r\n"), 400, "MalformedTrailerError");
        refused(chunked("x-amz-checksum-md9", "x-amz-checksum-md9:AAAA\r\n"), 400, "InvalidRequest");
        refused(
                port.send("PUT", "/object/wrong", BODY, "x-amz-trailer", "x-amz-checksum-crc32"),
                400,
                "MalformedTrailerError");
        assertThat(port.objects.keys()).doesNotContain("wrong");
    }

    @Test
    void keepsThatOfAForm() throws IOException {
        String form = FormUploadTest.form("key", "formed", "x-amz-checksum-crc32", crc32(FormUploadTest.CONTENT));
        assertThat(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE)
                        .statusCode())
                .isEqualTo(204);
        said(port.get("/object/formed", MODE, "ENABLED"), crc32(FormUploadTest.CONTENT));
        String wrong = FormUploadTest.form("key", "wrong", "x-amz-checksum-crc32", CRC32);
        refused(port.send("POST", "/object", wrong, "Content-Type", FormUploadTest.FORM_TYPE), 400, "BadDigest");
        assertThat(port.objects.keys()).doesNotContain("wrong");
    }

    private static String crc32(String text) {
        java.util.zip.CRC32 crc = new java.util.zip.CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        byte[] value =
                java.nio.ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
        return java.util.Base64.getEncoder().encodeToString(value);
    }

    private static RawClient.Response chunked(String announced, String trailer) throws IOException {
        String body = "9\r\n" + BODY + "\r\n0\r\n" + trailer + "\r\n";
        String target = trailer.contains(CRC32) && !announced.isEmpty() ? "/object/trailed" : "/object/wrong";
        return port.ask("PUT " + target + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                + "\r\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n"
                + "x-amz-decoded-content-length: " + BODY.length() + "\r\n"
                + (announced.isEmpty() ? "" : "x-amz-trailer: " + announced + "\r\n")
                + "\r\n" + body);
    }

    private static void said(HttpResponse<String> response, String crc32) {
        assertThat(response.statusCode()).isBetween(200, 206);
        assertThat(response.headers().firstValue("x-amz-checksum-crc32")).contains(crc32);
        assertThat(response.headers().firstValue("x-amz-checksum-type")).contains("FULL_OBJECT");
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }

    private static void refused(RawClient.Response response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.status()).isEqualTo(status);
    }
}
