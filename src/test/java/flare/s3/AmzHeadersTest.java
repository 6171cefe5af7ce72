package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Clock;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing that a header asks for is ignored; and an object's limits, however its bytes are framed. */
class AmzHeadersTest {

    private static TestPort port;

    @BeforeAll
    static void open() throws IOException {
        port = new TestPort();
        port.send("PUT", "/object/there", "x");
    }

    @AfterAll
    static void close() {
        port.close();
    }

    @ParameterizedTest
    @CsvSource({
        "x-amz-server-side-encryption, AES256, 501, NotImplemented",
        "x-amz-server-side-encryption-customer-algorithm, AES256, 501, NotImplemented",
        "x-amz-copy-source-server-side-encryption-customer-key, k, 501, NotImplemented",
        "x-amz-object-lock-mode, GOVERNANCE, 501, NotImplemented",
        "x-amz-object-lock-legal-hold, ON, 501, NotImplemented",
        "x-amz-website-redirect-location, /other, 501, NotImplemented",
        "x-amz-write-offset-bytes, 5, 501, NotImplemented",
        "x-amz-if-match-size, 5, 501, NotImplemented",
        "x-amz-if-match-last-modified-time, 2026-01-02T03:04:05Z, 501, NotImplemented",
        "x-amz-made-up, 1, 501, NotImplemented",
        "x-amz-security-token, t, 400, InvalidToken",
        "x-amz-storage-class, GLACIER, 400, InvalidStorageClass",
        "x-amz-storage-class, REDUCED_REDUNDANCY, 400, InvalidStorageClass"
    })
    void refusesWhatItDoesNotDo(String header, String value, int status, String code) throws IOException {
        for (String method : new String[] {"PUT", "GET", "DELETE"}) {
            HttpResponse<String> response = port.send(method, "/object/there", "y", header, value);
            assertThat(response.body()).contains("<Code>" + code + "</Code>");
            assertThat(response.statusCode()).isEqualTo(status);
        }
        assertThat(port.get("/object/there").body()).isEqualTo("x");
        String form = FormUploadTest.form("key", "formed", header, value);
        assertThat(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE)
                        .statusCode())
                .isEqualTo(status);
        assertThat(port.objects.keys()).doesNotContain("formed");
        assertThat(port.get("/object/there?" + header + "=" + value).statusCode())
                .as("signed into the query")
                .isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "PUT, copy, CopyObject, x-amz-copy-source-range: bytes=0-0",
        "PUT, copy, CopyObject, x-amz-mp-object-size: 1",
        "PUT, new, PutObject, x-amz-mp-object-size: 1",
        "PUT, new, PutObject, x-amz-copy-source-if-match: e",
        "PUT, new, PutObject, x-amz-source-expected-bucket-owner: o",
        "PUT, new?partNumber=1&uploadId=1, UploadPart, If-None-Match: *",
        "PUT, new?partNumber=1&uploadId=1, UploadPart, If-Match: e",
        "PUT, there?tagging, PutObjectTagging, If-Match: e",
        "GET, there, GetObject, x-amz-object-attributes: ETag",
        "GET, there, GetObject, x-amz-copy-source-if-match: e",
        "PUT, there?acl, PutObjectAcl, x-amz-object-ownership: ObjectWriter"
    })
    void refusesWhatIsOfAnotherOperation(String method, String target, String operation, String header)
            throws IOException {
        String[] field = header.split(": ", 2);
        String[] headers = operation.equals("CopyObject")
                ? new String[] {"x-amz-copy-source", "/object/there", field[0], field[1]}
                : field;
        HttpResponse<String> response = port.send(method, "/object/" + target, "", headers);
        assertThat(response.body())
                .contains("<Code>NotImplemented</Code>")
                .containsIgnoringCase("header " + field[0] + " of " + operation);
        assertThat(port.objects.keys()).doesNotContain("copy", "new");
    }

    @Test
    void refusesACopySourceWhereNothingIsCopied() throws IOException {
        for (String method : new String[] {"GET", "DELETE"}) {
            HttpResponse<String> response =
                    port.send(method, "/object/there", "", "x-amz-copy-source", "/object/there");
            assertThat(response.body()).contains("header x-amz-copy-source of " + method);
        }
        String form = FormUploadTest.form("key", "formed", "x-amz-mp-object-size", "7");
        assertThat(port.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE)
                        .statusCode())
                .isEqualTo(501);
        assertThat(port.get("/object", "If-None-Match", "\"e\"").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-copy-source-if-modified-since: yesterday",
                "x-amz-copy-source-if-unmodified-since: 2026-01-02T03:04:05Z"
            })
    void refusesADateThatIsNoneWhereSomethingIsWritten(String header) throws IOException {
        String[] field = header.split(": ", 2);
        HttpResponse<String> response =
                port.send("PUT", "/object/copy", "", "x-amz-copy-source", "/object/there", field[0], field[1]);
        assertThat(response.body()).contains("<Code>InvalidArgument</Code>", field[0], field[1]);
        assertThat(port.send("PUT", "/object/copy", "", "If-Unmodified-Since", "yesterday")
                        .statusCode())
                .isEqualTo(501);
        assertThat(port.objects.keys()).doesNotContain("copy");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x-amz-bypass-governance-retention: true",
                "x-amz-request-payer: requester",
                "x-amz-optional-object-attributes: RestoreStatus",
                "x-amz-storage-class: STANDARD",
                "x-amz-te: append-md5",
                "x-amz-user-agent: sdk",
                "x-amzn-trace-id: Root=1"
            })
    void takesWhatChangesNothing(String header) throws IOException {
        String[] field = header.split(": ", 2);
        assertThat(port.get("/object/there", field[0], field[1]).statusCode()).isEqualTo(200);
    }

    @Test
    void holdsABucketToTheOwnerItIsExpectedToHave() throws IOException {
        String expected = "x-amz-expected-bucket-owner";
        assertThat(port.get("/object/there", expected, port.settings.s3().rootId())
                        .statusCode())
                .isEqualTo(200);
        assertThat(port.get("/object/there", expected, "mallory").statusCode()).isEqualTo(403);
        assertThat(port.send("PUT", "/object/owned", "x", expected, "mallory").statusCode())
                .isEqualTo(403);
        assertThat(port.get("/object?list-type=2", expected, "mallory").body()).contains("<Code>AccessDenied</Code>");
        assertThat(port.send(
                                "PUT",
                                "/object/owned",
                                "",
                                "x-amz-copy-source",
                                "/object/there",
                                "x-amz-source-expected-bucket-owner",
                                "mallory")
                        .statusCode())
                .isEqualTo(403);
        assertThat(port.objects.keys()).doesNotContain("owned");
    }

    @Test
    void framesCountAgainstNoLimitOfTheObject() throws IOException {
        int max = 1 << 20;
        assertThat(framed("largest", max, 64 * 1024).status()).isEqualTo(200);
        assertThat(port.get("/object/largest").body()).hasSize(max);
        RawClient.Response larger = framed("larger", max + 1, 64 * 1024);
        assertThat(larger.status()).isEqualTo(400);
        assertThat(larger.body()).contains("<Code>EntityTooLarge</Code>");
        assertThat(framed("framed", 100_000, 128).status()).isEqualTo(200);
        RawClient.Response mostlyFrames = framed("frames", 100_000, 1);
        assertThat(mostlyFrames.status()).isEqualTo(400);
        assertThat(mostlyFrames.body()).contains("<Code>EntityTooLarge</Code>");
        assertThat(port.objects.keys()).doesNotContain("larger", "frames");
    }

    /** In chunks that look signed, which is what makes frames long. */
    private static RawClient.Response framed(String key, int length, int chunk) throws IOException {
        StringBuilder body = new StringBuilder();
        String signature = ";chunk-signature=" + "0".repeat(64) + "\r\n";
        for (int at = 0; at < length; at += chunk) {
            int size = Math.min(chunk, length - at);
            body.append(Integer.toHexString(size))
                    .append(signature)
                    .append("x".repeat(size))
                    .append("\r\n");
        }
        body.append('0').append(signature).append("\r\n");
        return port.ask("PUT /object/" + key + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                + "\r\nx-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n"
                + "x-amz-decoded-content-length: " + length + "\r\n\r\n" + body);
    }

    @Test
    void letsPassWithoutEffectWhatTheOperatorNamed() throws IOException {
        try (TestPort lenient = new TestPort(
                ObjectPort.Access.open(Clock.systemUTC()),
                "flare.s3.ignored-headers = [x-amz-made-up, x-amz-security-token]")) {
            assertThat(lenient.send("PUT", "/object/k", "x", "x-amz-made-up", "1")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(lenient.get("/object/k").headers().map()).doesNotContainKey("x-amz-made-up");
            String form = FormUploadTest.form("key", "formed", "x-amz-made-up", "1");
            assertThat(lenient.send("POST", "/object", form, "Content-Type", FormUploadTest.FORM_TYPE)
                            .statusCode())
                    .isEqualTo(204);
            HttpResponse<String> other = lenient.send("PUT", "/object/k", "x", "x-amz-made-down", "1");
            assertThat(other.statusCode()).isEqualTo(501);
            assertThat(other.body()).contains("flare.s3.ignored-headers");
            assertThat(lenient.send("PUT", "/object/k", "x", "x-amz-security-token", "t")
                            .statusCode())
                    .isEqualTo(400);
        }
    }
}
