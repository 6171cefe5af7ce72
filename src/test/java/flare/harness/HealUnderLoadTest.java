package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.harness.Readers.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One of five data nodes is killed under load and does not come back (B9): no read fails, its copies are made again from
 * the others, and what that costs those who read meanwhile is told.
 */
@Tag("full")
class HealUnderLoadTest {

    private static final int COPIES = 3;
    private static final int CHUNK_BYTES = 1024 * 1024;
    private static final int OBJECT_BYTES = 4 * CHUNK_BYTES;
    private static final int OBJECTS = 128;
    private static final int[] SIZES = {CHUNK_BYTES, 2 * CHUNK_BYTES + 1};
    private static final long MEASURE_MILLIS = 10_000;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** For 512 MiB; 2 GiB have two minutes. */
    private static final Duration HEAL_LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @Test
    void aKilledNodesCopiesAreMadeAgainAndNoReadFails() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        Ledger ledger = new Ledger();
        try (Topology topology = new Topology(directory, 1, 5, COPIES)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .set("flare.repair.lost-after", "8s")
                    .set("flare.data.trash-ttl", "1s")
                    .start();
            ServerProcess api = topology.api(1);
            ServerProcess node = topology.data(2);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            Map<String, Optional<Body>> fixed = new TreeMap<>();
            for (int i = 0; i < OBJECTS; i++) {
                Body body = new Body(seed + i, OBJECT_BYTES);
                assertThat(client.put("fixed/" + i, body.bytes())).isEqualTo(200);
                fixed.put("fixed/" + i, Optional.of(body));
            }
            try (Writers writers = new Writers(ledger, SIZES);
                    Readers readers = new Readers(client, fixed)) {
                writers.start(1, seed, client);
                readers.start(2, seed);
                Sleep.millis(MEASURE_MILLIS);
                Reading healthy = readers.sinceLast();

                node.kill();
                long killed = System.nanoTime();
                await().atMost(LIMIT)
                        .until(() ->
                                Admin.nodeOf(api, node).path("state").asText().equals("lost"));
                long lost = System.nanoTime();
                long copies = Admin.nodeOf(api, node).path("copies").asLong();
                Reading waiting = readers.sinceLast();
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() ->
                                Admin.nodeOf(api, node).path("copies").asLong() == 0 && Admin.left(api, "heal") == 0);
                long healed = System.nanoTime();
                Reading healing = readers.sinceLast();
                Sleep.millis(MEASURE_MILLIS);
                Reading after = readers.sinceLast();
                writers.stop();
                readers.stop();

                System.out.printf(
                        "B9 heal under load: seed %d, %d copies made again %.1f s after LOST, fewer copies for %.1f s in all; %d reads, %d failed;"
                                + " %d writes acknowledged, %d of unknown outcome; reads: %s, %s until LOST, %s while healing, %s after%n",
                        seed,
                        copies,
                        (healed - lost) / 1e9,
                        (healed - killed) / 1e9,
                        readers.reads(),
                        readers.failures().size(),
                        ledger.acknowledged(),
                        ledger.unknown(),
                        told(healthy),
                        told(waiting),
                        told(healing),
                        told(after));
                assertThat(readers.failures()).as("seed %d", seed).isEmpty();
                assertThat(ledger.unknown()).as("writes that failed").isZero();
                assertThat(Duration.ofNanos(healed - lost)).isLessThanOrEqualTo(HEAL_LIMIT);
            }
            for (String key : ledger.keys()) {
                assertThat(ledger.judge(key, client.get(key)))
                        .as("seed %d", seed)
                        .isEmpty();
            }
            List<ServerProcess> others =
                    topology.datas().stream().filter(one -> one != node).toList();
            await().atMost(LIMIT).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
                assertThat(Admin.reclaim(api).path("complete").asBoolean()).isTrue();
                assertThat(DiskCensus.assertCopies(others, COPIES))
                        .isGreaterThanOrEqualTo(OBJECTS * OBJECT_BYTES / CHUNK_BYTES);
            });
        }
    }

    private static String told(Reading reading) {
        return "%.0f MB/s p99 %.0f ms".formatted(reading.bytesPerSecond() / 1e6, reading.p99Millis());
    }
}
