package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data node is killed, becomes LOST by itself, its copies are made again, objects are deleted and overwritten meanwhile;
 * started again it becomes ACTIVE, and the disks hold exactly what is referenced.
 */
@Tag("full")
class LostNodeTest {

    private static final int CHUNK_BYTES = 128 * 1024;
    private static final int OBJECT_BYTES = 3 * CHUNK_BYTES + 1;
    private static final int OBJECTS = 60;
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    @Test
    void aNodeThatIsKilledIsLostHealedAndUsedAgainAndNothingIsResurrected() throws Exception {
        try (Topology topology = new Topology(directory, 1, 4, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .set("flare.repair.lost-after", "6s")
                    .set("flare.repair.return-after", "2s")
                    .set("flare.data.trash-ttl", "1s")
                    .start();
            ServerProcess api = topology.api(1);
            ServerProcess node = topology.data(2);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client.put(key(i), body(i, 0))).isEqualTo(200);
            }
            assertThat(Admin.nodeOf(api, node).path("copies").asLong()).isPositive();

            node.kill();
            // Well after the probes have found it unhealthy, and before its time is over.
            Sleep.millis(4_000);
            assertThat(state(api, node)).isEqualTo("active");
            await().atMost(LIMIT).until(() -> state(api, node).equals("lost"));
            for (int i = 0; i < OBJECTS; i += 3) {
                assertThat(client.delete(key(i))).isEqualTo(204);
                assertThat(client.put(key(i + 1), body(i + 1, 1))).isEqualTo(200);
            }
            await().atMost(LIMIT)
                    .until(() -> Admin.nodeOf(api, node).path("copies").asLong() == 0);
            await().atMost(LIMIT).until(() -> Admin.left(api, "heal") == 0);
            assertAllAsWritten(client);

            node.start().awaitLive();
            await().atMost(LIMIT).until(() -> state(api, node).equals("active"));
            assertAllAsWritten(client);
            await().atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> Admin.reclaim(api).path("complete").asBoolean());
            await().atMost(LIMIT).untilAsserted(() -> DiskCensus.assertExact(api, directory));
            // Whatever it holds from now on is what was placed there since.
            await().atMost(LIMIT)
                    .until(() -> Admin.nodeOf(api, node).path("usable").asBoolean());
            assertAllAsWritten(client);
        }
    }

    private static void assertAllAsWritten(ObjectClient client) throws IOException {
        for (int i = 0; i < OBJECTS; i++) {
            Optional<byte[]> found = client.get(key(i));
            if (i % 3 == 0) {
                assertThat(found).as(key(i)).isEmpty();
            } else {
                assertThat(found).as(key(i)).isPresent();
                assertThat(found.orElseThrow()).as(key(i)).isEqualTo(body(i, i % 3 == 1 ? 1 : 0));
            }
        }
    }

    private static String key(int number) {
        return "object/" + number;
    }

    private static byte[] body(int number, int version) {
        return new Body(number * 2L + version, OBJECT_BYTES).bytes();
    }

    private static String state(ServerProcess api, ServerProcess node) throws IOException {
        return Admin.nodeOf(api, node).path("state").asText();
    }
}
