package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts read by their number, attributes, and checksums of what is put, copied and joined, over the real store. */
class PartsAndChecksumsTest {

    private static final String MODE = "x-amz-checksum-mode";

    private final HttpClient client = HttpClient.newHttpClient();
    private String url = "";

    @Test
    void tellsPartsAndChecksums(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0
                flare.data.port = 0, flare.chunk-size = 64KiB, flare.min-part-size = 100KiB, flare.max-copy-size = 200000
                """.formatted(directory)))) {
            url = flare.objects().toString().replaceAll("/$", "");
            foldsTheChecksumOfItsChunks();
            readsByPart();
            copiesWithChecksums();
            decidesConditions();
            holdsPartsAndCopiesToTheirLimits();
        }
    }

    private void foldsTheChecksumOfItsChunks() throws Exception {
        for (String body : new String[] {"", "small", "0123456789".repeat(20_000)}) {
            String crc32c = sum(new CRC32C(), body);
            assertThat(header(send("PUT", "/object/plain", body), "x-amz-checksum-crc32c"))
                    .isEqualTo(crc32c);
            assertThat(header(send("GET", "/object/plain", "", MODE, "ENABLED"), "x-amz-checksum-crc32c"))
                    .isEqualTo(crc32c);
        }
    }

    private void readsByPart() throws Exception {
        String first = "a".repeat(102_400);
        String upload = send("POST", "/object/parted?uploads", "", "x-amz-checksum-algorithm", "CRC32")
                .body()
                .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
        String etags = "";
        etags += part(2, send("PUT", "/object/parted?partNumber=2&uploadId=" + upload, first));
        etags += part(7, send("PUT", "/object/parted?partNumber=7&uploadId=" + upload, "tail"));
        refused(
                send(
                        "POST",
                        "/object/parted?uploadId=" + upload,
                        "<CompleteMultipartUpload>" + etags + "</CompleteMultipartUpload>",
                        "x-amz-checksum-type",
                        "FULL_OBJECT"),
                400,
                "InvalidRequest");
        HttpResponse<String> done = send(
                "POST",
                "/object/parted?uploadId=" + upload,
                "<CompleteMultipartUpload>" + etags + "</CompleteMultipartUpload>");
        assertThat(done.body()).contains("<ChecksumType>COMPOSITE</ChecksumType>");

        HttpResponse<String> tail = send("GET", "/object/parted?partNumber=7", "", MODE, "ENABLED");
        assertThat(tail.statusCode()).isEqualTo(206);
        assertThat(tail.body()).isEqualTo("tail");
        assertThat(header(tail, "content-range")).isEqualTo("bytes 102400-102403/102404");
        assertThat(header(tail, "x-amz-mp-parts-count")).isEqualTo("2");
        assertThat(header(tail, "x-amz-checksum-crc32")).isEqualTo(sum(new CRC32(), "tail"));
        assertThat(header(tail, "x-amz-checksum-type")).isEqualTo("COMPOSITE");
        HttpResponse<String> head = send("HEAD", "/object/parted?partNumber=7", "");
        assertThat(head.statusCode()).isEqualTo(206);
        assertThat(header(head, "content-length")).isEqualTo("4");
        assertThat(send("GET", "/object/parted?partNumber=1", "").statusCode()).isEqualTo(416);
        assertThat(send("HEAD", "/object/parted?partNumber=8", "").statusCode()).isEqualTo(416);

        String page = send(
                        "GET",
                        "/object/parted?attributes",
                        "",
                        "x-amz-object-attributes",
                        "ObjectParts,Checksum",
                        "x-amz-max-parts",
                        "1")
                .body();
        assertThat(page)
                .contains(
                        "<IsTruncated>true</IsTruncated>",
                        "<MaxParts>1</MaxParts>",
                        "<NextPartNumberMarker>2</NextPartNumberMarker>",
                        "<PartNumber>2</PartNumber><Size>102400</Size><ChecksumCRC32>",
                        "<PartsCount>2</PartsCount>");
        assertThat(send(
                                "GET",
                                "/object/parted?attributes",
                                "",
                                "x-amz-object-attributes",
                                "ObjectParts",
                                "x-amz-part-number-marker",
                                "2")
                        .body())
                .contains("<IsTruncated>false</IsTruncated>", "<PartNumber>7</PartNumber>")
                .doesNotContain("<PartNumber>2<");
    }

    private void copiesWithChecksums() throws Exception {
        String body = "0123456789".repeat(20_000);
        send("PUT", "/object/source", body);
        assertThat(copy("/object/copy").body()).contains("<ChecksumCRC32C>" + sum(new CRC32C(), body));
        assertThat(copy("/object/copy", "x-amz-checksum-algorithm", "CRC32").body())
                .contains("<ChecksumCRC32>" + sum(new CRC32(), body));
        assertThat(header(send("GET", "/object/copy", "", MODE, "ENABLED"), "x-amz-checksum-crc32"))
                .isEqualTo(sum(new CRC32(), body));

        String upload = send("POST", "/object/joined?uploads", "", "x-amz-checksum-algorithm", "CRC32")
                .body()
                .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
        HttpResponse<String> copied =
                copy("/object/joined?partNumber=1&uploadId=" + upload, "x-amz-copy-source-range", "bytes=5-150000");
        assertThat(copied.body()).contains("<ChecksumCRC32>" + sum(new CRC32(), body.substring(5, 150_001)));
    }

    private void holdsPartsAndCopiesToTheirLimits() throws Exception {
        String upload =
                send("POST", "/object/small?uploads", "").body().replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
        String etags = part(1, send("PUT", "/object/small?partNumber=1&uploadId=" + upload, "a".repeat(102_399)));
        etags += part(2, send("PUT", "/object/small?partNumber=2&uploadId=" + upload, "b"));
        String document = "<CompleteMultipartUpload>" + etags + "</CompleteMultipartUpload>";
        refused(send("POST", "/object/small?uploadId=" + upload, document), 400, "EntityTooSmall");

        send("PUT", "/object/source", "c".repeat(200_001));
        refused(copy("/object/large"), 400, "InvalidRequest");
        refused(copy("/object/small?partNumber=1&uploadId=" + upload), 400, "InvalidRequest");
        assertThat(copy("/object/small?partNumber=1&uploadId=" + upload, "x-amz-copy-source-range", "bytes=0-199999")
                        .statusCode())
                .isEqualTo(200);
    }

    private void decidesConditions() throws Exception {
        for (String match : new String[] {"*", "\"other\""}) {
            refused(send("PUT", "/object/none", "x", "If-Match", match), 404, "NoSuchKey");
            refused(send("DELETE", "/object/none", "", "If-Match", match), 404, "NoSuchKey");
            refused(copy("/object/none", "If-Match", match), 404, "NoSuchKey");
        }
        refused(copy("/object/source2", "If-None-Match", "*", "If-Match", "*"), 404, "NoSuchKey");
        refused(copy("/object/copy", "If-None-Match", "*"), 412, "PreconditionFailed");
        refused(send("DELETE", "/object/copy", "", "If-Match", "\"other\""), 412, "PreconditionFailed");
        assertThat(send("DELETE", "/object/copy", "", "If-Match", "*").statusCode())
                .isEqualTo(204);
        assertThat(send("DELETE", "/object/copy", "").statusCode()).isEqualTo(204);
    }

    private HttpResponse<String> copy(String target, String... headers) throws IOException, InterruptedException {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "x-amz-copy-source";
        all[1] = "/object/source";
        return send("PUT", target, "", all);
    }

    private static String part(int number, HttpResponse<String> stored) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + header(stored, "etag") + "</ETag></Part>";
    }

    private static String sum(Checksum checksum, String body) {
        checksum.update(body.getBytes(StandardCharsets.UTF_8));
        byte[] value = ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array();
        return Base64.getEncoder().encodeToString(value);
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static void refused(HttpResponse<String> response, int status, String code) {
        assertThat(response.body()).contains("<Code>" + code + "</Code>");
        assertThat(response.statusCode()).isEqualTo(status);
    }

    private HttpResponse<String> send(String method, String target, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + target))
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
