package flare.admin.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.NodeCertificate.State;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeCertificateCheckTest {

    private static final Instant END = Instant.parse("2026-06-30T00:00:00Z");

    private static Finding look(String now, Optional<String> problem) {
        Clock clock = Clock.fixed(Instant.parse(now), ZoneOffset.UTC);
        return new NodeCertificateCheck(() -> new State("CN=node-1", END, problem), clock)
                .look()
                .toCompletableFuture()
                .join()
                .get(0);
    }

    @Test
    void isContentForMoreThanAWeek() {
        Finding finding = look("2026-06-01T00:00:00Z", Optional.empty());
        assertThat(finding.severity()).isEqualTo(Severity.OK);
        assertThat(finding.subject()).isEqualTo("CN=node-1");
        assertThat(finding.value()).isEqualTo("good until 2026-06-30T00:00:00Z");
    }

    @Test
    void warnsInTheLastWeek() {
        assertThat(look("2026-06-24T00:00:00Z", Optional.empty()).severity()).isEqualTo(Severity.WARN);
    }

    @Test
    void failsOnceItHasExpired() {
        Finding finding = look("2026-06-30T00:00:01Z", Optional.empty());
        assertThat(finding.severity()).isEqualTo(Severity.FAIL);
        assertThat(finding.value()).isEqualTo("expired on 2026-06-30T00:00:00Z: other nodes refuse it");
    }

    @Test
    void warnsOfFilesThatWouldNotDoAtTheNextStart() {
        Finding finding = look("2026-06-01T00:00:00Z", Optional.of("node.key: there is no such file"));
        assertThat(finding.severity()).isEqualTo(Severity.WARN);
        assertThat(finding.value()).endsWith("; the files hold what can't be used: node.key: there is no such file");
    }
}
