package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import flare.Flare;
import flare.config.Settings;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that come get their share, and one that is drained and taken back, too; in one process. */
class RebalanceTest {

    private static final int OBJECTS = 60;
    private static final int OBJECT_BYTES = 640 * 1024;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void disksThatComeGetTheirShareAndEveryByteStays() throws Exception {
        try (Flare small = start(3)) {
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client(small).put("key-" + i, new Body(i, OBJECT_BYTES).bytes()))
                        .isEqualTo(200);
            }
            awaitBalanced(small);
        }
        try (Flare grown = start(5)) {
            awaitBalanced(grown);
            assertLevel(5, 0.1);
            for (int i = 0; i < OBJECTS; i++) {
                byte[] read = client(grown).get("key-" + i).orElseThrow();
                assertThat(new Body(i, OBJECT_BYTES).is(read)).as("key-%d", i).isTrue();
            }

            order(grown, "nodes/1/draining");
            await().atMost(LIMIT).until(() -> copiesOnNode1(grown) == 0);
            order(grown, "nodes/1/active");
            awaitBalanced(grown);
            assertLevel(5, 0.1);
        }
    }

    private Flare start(int nodes) {
        return Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.chunk-size = 64KiB, flare.data { nodes = %d, trash-ttl = 100ms }, flare.copies = 2
                flare.repair { interval = 200ms }, flare.session { renew-every = 200ms, expire-after = 2s }
                """.formatted(directory, nodes)));
    }

    private static ObjectClient client(Flare flare) {
        return new ObjectClient(flare::objects);
    }

    private static void awaitBalanced(Flare flare) {
        await().atMost(LIMIT)
                .until(() -> send(flare.admin().resolve("/admin/rebalance"), "GET")
                        .path("state")
                        .asText()
                        .equals("balanced"));
    }

    private static void order(Flare flare, String path) throws Exception {
        send(flare.admin().resolve("/admin/" + path), "POST");
    }

    private static JsonNode send(URI target, String method) throws Exception {
        return Admin.send(HttpRequest.newBuilder(target)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(10)));
    }

    private static long copiesOnNode1(Flare flare) throws Exception {
        JsonNode first = Admin.status(flare.admin()).path("nodes").get(0);
        assertThat(first.path("id").asInt()).isEqualTo(1);
        return first.path("copies").asLong();
    }

    /** On the disks themselves, once what was moved away is deleted. */
    private void assertLevel(int nodes, double tolerance) {
        await().atMost(LIMIT).untilAsserted(() -> {
            List<Integer> counts = new ArrayList<>();
            for (int node = 1; node <= nodes; node++) {
                counts.add(files(node));
            }
            double share = 2.0 * OBJECTS * OBJECT_BYTES / (64 * 1024) / nodes;
            assertThat(counts)
                    .as("chunks on each disk")
                    .allSatisfy(count ->
                            assertThat((double) count).isBetween(share * (1 - tolerance), share * (1 + tolerance)));
        });
    }

    private int files(int node) throws Exception {
        return DiskCensus.chunkFiles(directory.resolve("data-" + node + "/chunks"))
                .size();
    }
}
