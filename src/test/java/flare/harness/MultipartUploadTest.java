package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads in parts as a client sees them, over the real store. */
class MultipartUploadTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private String url = "";

    @Test
    void joinsPartsAndCopiesOfPartsWithoutMovingBytes(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                """.formatted(directory)))) {
            url = flare.objects().toString().replaceAll("/$", "");
            String whole = "0123456789".repeat(530_000);
            String upload = begin("/object/joined");
            String second = etag(send("PUT", "/object/joined?partNumber=2&uploadId=" + upload, "tail"));
            String first = etag(send("PUT", "/object/joined?partNumber=1&uploadId=" + upload, whole));
            assertThat(send("GET", "/object/joined?uploadId=" + upload, "").body())
                    .containsSubsequence("<PartNumber>1<", "<Size>5300000<", "<PartNumber>2<", "<Size>4<");
            assertThat(send("GET", "/object?uploads", "").body()).contains("<UploadId>" + upload + "<");
            assertThat(send("GET", "/object/joined", "").statusCode()).isEqualTo(404);
            refused(complete("/object/joined", upload, part(2, second), part(1, first)), 400, "InvalidPartOrder");
            refused(complete("/object/joined", upload, part(1, second), part(2, second)), 400, "InvalidPart");
            refused(complete("/object/joined", upload), 400, "MalformedXML");
            HttpResponse<String> joined = complete("/object/joined", upload, part(1, first), part(2, second));
            assertThat(joined.body()).contains("<CompleteMultipartUploadResult");
            assertThat(complete("/object/joined", upload, part(1, first), part(2, second))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(send("GET", "/object/joined", "").body()).isEqualTo(whole + "tail");

            String copied = begin("/object/copied");
            String range = "bytes=10-5300001";
            assertThat(send(
                                    "PUT",
                                    "/object/copied?partNumber=1&uploadId=" + copied,
                                    "",
                                    "x-amz-copy-source",
                                    "/object/joined",
                                    "x-amz-copy-source-range",
                                    range)
                            .body())
                    .contains("<CopyPartResult");
            String etag = send("GET", "/object/copied?uploadId=" + copied, "")
                    .body()
                    .replaceAll("(?s).*<ETag>(?:\"|&quot;)(.*?)(?:\"|&quot;)</ETag>.*", "$1");
            assertThat(complete("/object/copied", copied, part(1, etag)).statusCode())
                    .isEqualTo(200);
            assertThat(send("GET", "/object/copied", "").body()).isEqualTo((whole + "tail").substring(10, 5_300_002));

            String given = begin("/object/given-up");
            send("PUT", "/object/given-up?partNumber=1&uploadId=" + given, "x");
            assertThat(send("DELETE", "/object/given-up?uploadId=" + given, "").statusCode())
                    .isEqualTo(204);
            refused(send("DELETE", "/object/given-up?uploadId=" + given, ""), 404, "NoSuchUpload");
            refused(send("GET", "/object/given-up?uploadId=../x", ""), 404, "NoSuchUpload");
            for (String number : List.of("0", "10001", "-1", "abc")) {
                refused(
                        send("PUT", "/object/joined?partNumber=" + number + "&uploadId=" + upload, "x"),
                        400,
                        "InvalidArgument");
            }
            String small = begin("/object/small");
            String a = etag(send("PUT", "/object/small?partNumber=1&uploadId=" + small, "a"));
            String b = etag(send("PUT", "/object/small?partNumber=2&uploadId=" + small, "b"));
            refused(complete("/object/small", small, part(1, a), part(2, b)), 400, "EntityTooSmall");
        }
    }

    private String begin(String target) throws IOException, InterruptedException {
        return send("POST", target + "?uploads", "").body().replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
    }

    private HttpResponse<String> complete(String target, String upload, String... parts)
            throws IOException, InterruptedException {
        String document = "<CompleteMultipartUpload>" + String.join("", parts) + "</CompleteMultipartUpload>";
        return send("POST", target + "?uploadId=" + upload, document);
    }

    private static String part(int number, String etag) {
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>\"" + etag + "\"</ETag></Part>";
    }

    private static String etag(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        return response.headers().firstValue("etag").orElse("").replace("\"", "");
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
