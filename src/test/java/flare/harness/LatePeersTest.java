package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** After a power cut hosts come back one by one: a peer that is first waits for the others, and says so. */
@Tag("full")
class LatePeersTest {

    /** Longer than any limit of a start. */
    private static final Duration LATE = Duration.ofSeconds(70);

    private static final Body BODY = new Body(1, 100_000);

    @TempDir
    Path directory;

    @Test
    void aPeerWaitsForTheOthersAsLongAsItTakesAndTellsWhatFor() throws Exception {
        try (Topology topology = new Topology(directory, 3, 1, 1)) {
            ServerProcess first = topology.api(1).start();
            topology.data(1).start().awaitLive();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(reason(first)).contains("takes all of flare.raft.peers"));
            topology.api(2).start();
            topology.api(3).start();
            topology.awaitReady();
            ObjectClient client = new ObjectClient(() -> first.object("/"));
            assertThat(client.put("key", BODY.bytes())).isEqualTo(200);
            topology.apis().forEach(ServerProcess::kill);

            first.start().awaitLive();
            long begun = System.nanoTime();
            Thread.sleep(LATE.toMillis());
            assertThat(first.isAlive()).as(first.logTail()).isTrue();
            assertThat(reason(first)).contains("waits for a leader of the metadata");
            assertThat(Admin.status(first).path("problem").asText()).contains("waits for a leader");

            topology.api(2).start();
            long second = System.nanoTime();
            first.awaitReady();
            System.out.printf(
                    "late peers: the first waited %d s, and was ready %.1f s after the second was started%n",
                    Duration.ofNanos(second - begun).toSeconds(), (System.nanoTime() - second) / 1e9);
            assertThat(client.get("key"))
                    .hasValueSatisfying(bytes -> assertThat(BODY.is(bytes)).isTrue());
        }
    }

    private static String reason(ServerProcess api) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(api.admin("/health/ready")).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(503);
        JsonNode reasons = new ObjectMapper().readTree(answer.body()).path("reasons");
        return reasons.path(0).asText();
    }
}
