package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The connection ends before the answer, and the client asks again (reliability catalogue D6). */
@Timeout(120)
class CutAnswersTest {

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    @TempDir
    Path directory;

    @Test
    void aRepeatedDeleteIs204AndARepeatedCompletionHasTheSameETag() throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                """.formatted(directory)))) {
            try (TcpProxy link = new TcpProxy(flare.objects().getPort())) {
                unanswered(link, "PUT", "/object/key", "once");
                assertThat(send(link, "PUT", "/object/key", "once").statusCode())
                        .isEqualTo(200);
                assertThat(send(link, "GET", "/object/key", "").body()).isEqualTo("once");
                unanswered(link, "DELETE", "/object/key", "");
                assertThat(send(link, "DELETE", "/object/key", "").statusCode()).isEqualTo(204);
                assertThat(send(link, "GET", "/object/key", "").statusCode()).isEqualTo(404);

                assertThat(send(link, "PUT", "/kept", "").statusCode()).isEqualTo(200);
                String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
                assertThat(send(link, "PUT", "/kept?versioning", enabled).statusCode())
                        .isEqualTo(200);
                completeTwice(link);
                deleteVersionTwice(link);
            }
        }
    }

    private void completeTwice(TcpProxy link) throws Exception {
        String begun = send(link, "POST", "/kept/joined?uploads", "").body();
        String upload = text(begun, "UploadId");
        String part = send(link, "PUT", "/kept/joined?partNumber=1&uploadId=" + upload, "a part")
                .headers()
                .firstValue("etag")
                .orElseThrow();
        String document = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>" + part
                + "</ETag></Part></CompleteMultipartUpload>";
        String target = "/kept/joined?uploadId=" + upload;
        unanswered(link, "POST", target, document);
        HttpResponse<String> second = send(link, "POST", target, document);
        HttpResponse<String> third = send(link, "POST", target, document);
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(text(second.body(), "ETag")).endsWith("-1\"").isEqualTo(text(third.body(), "ETag"));
        assertThat(versions(link)).as("one completion, told three times").isEqualTo(1);
    }

    private void deleteVersionTwice(TcpProxy link) throws Exception {
        String version = text(send(link, "GET", "/kept?versions", "").body(), "VersionId");
        unanswered(link, "DELETE", "/kept/joined?versionId=" + version, "");
        assertThat(send(link, "DELETE", "/kept/joined?versionId=" + version, "").statusCode())
                .isEqualTo(204);
        assertThat(versions(link)).isZero();
    }

    private int versions(TcpProxy link) throws Exception {
        return send(link, "GET", "/kept?versions", "").body().split("<VersionId>", -1).length - 1;
    }

    private static String text(String document, String element) {
        return document.replaceAll("(?s).*<" + element + ">(.*?)</" + element + ">.*", "$1");
    }

    /** Sends a request whose answer is lost on the way. */
    private void unanswered(TcpProxy link, String method, String target, String body) {
        link.fromTarget().cutEvery(1);
        assertThatThrownBy(() -> send(link, method, target, body)).isInstanceOf(IOException.class);
        link.fromTarget().sound();
    }

    private HttpResponse<String> send(TcpProxy link, String method, String target, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(link.url() + target))
                        .timeout(Duration.ofSeconds(30))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
