package flare.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MetricsTest {

    @Test
    void scrapesRequestsBytesAndLatenciesByOperation() {
        try (Metrics metrics = new Metrics()) {
            RequestMetrics requests = new RequestMetrics(metrics);

            requests.accept(request("PutObject", 200, 1_000, 0));
            requests.accept(request("PutObject", 503, 500, 20));

            assertThat(metrics.scrape())
                    .contains("flare_requests_total{operation=\"PutObject\",status=\"200\"} 1.0")
                    .contains("flare_requests_total{operation=\"PutObject\",status=\"503\"} 1.0")
                    .contains("flare_request_in_bytes_total{operation=\"PutObject\"} 1500.0")
                    .contains("flare_response_out_bytes_total{operation=\"PutObject\"} 20.0")
                    .contains("flare_request_seconds_bucket{operation=\"PutObject\",le=\"0.01\"} 2")
                    .contains("flare_request_seconds_count{operation=\"PutObject\"} 2");
        }
    }

    @Test
    void scrapesTheJvmTheProcessAndTheBuild() {
        try (Metrics metrics = new Metrics()) {
            assertThat(metrics.scrape())
                    .contains("jvm_memory_used_bytes")
                    .contains("process_uptime_seconds")
                    .contains("process_cpu_usage")
                    .contains("flare_build_info{version=\"" + BuildInfo.version() + "\"} 1");
        }
    }

    @Test
    void asksGaugesAtEachScrape() {
        try (Metrics metrics = new Metrics()) {
            long[] left = {3};
            metrics.gauge("flare.repair.left", "Chunks that lack copies", () -> left[0]);

            assertThat(metrics.scrape()).contains("flare_repair_left 3.0");
            left[0] = 2;
            assertThat(metrics.scrape()).contains("flare_repair_left 2.0");
        }
    }

    @Test
    void knowsTheVersionOfTheBuild() {
        assertThat(BuildInfo.version()).matches("\\d+\\.\\d+\\.\\d+.*");
    }

    private static FinishedRequest request(String operation, int status, long bytesIn, long bytesOut) {
        return new FinishedRequest(
                "0",
                Instant.EPOCH,
                "127.0.0.1",
                "PUT",
                "/",
                operation,
                status,
                bytesIn,
                bytesOut,
                Duration.ofMillis(7));
    }
}
