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
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buckets, versions, tags and copies as a client sees them, over the real store. */
class VersionsTest {

    private final HttpClient client = HttpClient.newHttpClient();
    private String url = "";

    @Test
    void keepsVersionsAndCopiesWithoutMovingBytes(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                """.formatted(directory)))) {
            url = flare.objects().toString().replaceAll("/$", "");
            assertThat(send("PUT", "/versioned", "").statusCode()).isEqualTo(200);
            String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            assertThat(send("PUT", "/versioned?versioning", enabled).statusCode())
                    .isEqualTo(200);
            String first = version(send("PUT", "/versioned/k", "first", "x-amz-tagging", "a=1"));
            String large = "second".repeat(10_000);
            String second = version(send("PUT", "/versioned/k", large));
            String marker = version(send("DELETE", "/versioned/k", ""));

            assertThat(send("GET", "/versioned/k", "").statusCode()).isEqualTo(404);
            assertThat(send("GET", "/versioned/k", "").headers().firstValue("x-amz-delete-marker"))
                    .hasValue("true");
            assertThat(send("GET", "/versioned/k?versionId=" + marker, "").statusCode())
                    .isEqualTo(405);
            assertThat(send("GET", "/versioned/k?versionId=" + first, "").body())
                    .isEqualTo("first");
            assertThat(send("GET", "/versioned?versions", "").body())
                    .containsSubsequence(marker, second, first)
                    .contains("<DeleteMarker>");
            assertThat(send("GET", "/versioned?versions&max-keys=1", "").body())
                    .contains("<IsTruncated>true</IsTruncated>", "<NextVersionIdMarker>" + marker);
            assertThat(send("GET", "/versioned/k?tagging&versionId=" + first, "")
                            .body())
                    .contains("<Key>a</Key><Value>1</Value>");
            assertThat(send("DELETE", "/versioned", "").statusCode()).isEqualTo(409);

            String source = "/versioned/k?versionId=" + second;
            assertThat(send("PUT", "/object/copy", "", "x-amz-copy-source", source)
                            .body())
                    .contains("<CopyObjectResult");
            for (String gone : List.of(marker, second, first)) {
                assertThat(send("DELETE", "/versioned/k?versionId=" + gone, "").statusCode())
                        .isEqualTo(204);
            }
            assertThat(send("DELETE", "/versioned", "").statusCode()).isEqualTo(204);
            assertThat(send("GET", "/object/copy", "").body()).isEqualTo(large);
            HttpResponse<String> refused = send(
                    "PUT", "/object/other", "", "x-amz-copy-source", "/object/copy", "x-amz-copy-source-if-match", "x");
            assertThat(refused.statusCode()).isEqualTo(412);
        }
    }

    private static String version(HttpResponse<String> response) {
        assertThat(response.statusCode()).isIn(200, 204);
        String version = response.headers().firstValue("x-amz-version-id").orElse("");
        assertThat(version).matches(Pattern.compile("[0-9a-f]{16}"));
        return version;
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
