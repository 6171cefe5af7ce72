package flare.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import flare.config.LogSettings.Format;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AccessLogTest {

    private final List<String> lines = new ArrayList<>();

    @Test
    void writesOneLineOfText() {
        new AccessLog(Format.TEXT, lines::add).accept(request("/object/a%20b?versionId=7"));

        assertThat(lines)
                .containsExactly("2026-01-02T03:04:05Z 127.0.0.1 00AA11BB22CC33DD GetObject"
                        + " \"GET /object/a%20b?versionId=7\" 206 in=0 out=1048576 ms=12");
    }

    @Test
    void writesOneJsonObject() throws Exception {
        new AccessLog(Format.JSON, lines::add).accept(request("/object/\"x\""));

        JsonNode line = new ObjectMapper().readTree(lines.get(0));
        assertThat(line.path("request").asText()).isEqualTo("00AA11BB22CC33DD");
        assertThat(line.path("target").asText()).isEqualTo("/object/\"x\"");
        assertThat(line.path("status").asInt()).isEqualTo(206);
        assertThat(line.path("bytesOut").asLong()).isEqualTo(1_048_576);
        assertThat(lines.get(0)).doesNotContain("\n");
    }

    @Test
    void leavesOutWhatAuthenticates() {
        for (Format format : Format.values()) {
            new AccessLog(format, lines::add)
                    .accept(request(
                            "/b/k?X-Amz-Credential=AKIA&x-amz-signature=deadbeef&X-Amz-Security-Token=tok&a=1"));
        }

        assertThat(lines)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .contains("X-Amz-Credential=-&x-amz-signature=-&X-Amz-Security-Token=-&a=1")
                        .doesNotContain("AKIA")
                        .doesNotContain("deadbeef")
                        .doesNotContain("tok&"));
    }

    @Test
    void leavesItOutUnderANameThatIsEncodedWithoutNeedToo() {
        new AccessLog(Format.TEXT, lines::add)
                .accept(request("/b/k?X%2DAmz-%53ignature=deadbeef&x=%&Signature=beef&%zz=1&&a"));
        assertThat(lines)
                .singleElement()
                .asString()
                .contains("/b/k?X%2DAmz-%53ignature=-&x=%&Signature=-&%zz=1&&a\"")
                .doesNotContain("deadbeef");
    }

    @Test
    void letsNoTargetForgeALine() {
        new AccessLog(Format.TEXT, lines::add).accept(request("/b/k\r\n\"2026"));

        assertThat(lines).singleElement().asString().contains("/b/k%0D%0A%222026\"");
    }

    private static FinishedRequest request(String target) {
        return new FinishedRequest(
                "00AA11BB22CC33DD",
                Instant.parse("2026-01-02T03:04:05Z"),
                "127.0.0.1",
                "GET",
                target,
                "GetObject",
                206,
                0,
                1_048_576,
                Duration.ofMillis(12));
    }
}
