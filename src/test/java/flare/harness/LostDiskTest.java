package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The directory of a process is emptied while it is stopped (A11): a data node's, and the metadata of an API process. The
 * test does what docs/operating.md tells an operator, and no more.
 */
@Tag("full")
class LostDiskTest {

    private static final int CHUNK_BYTES = 1024 * 1024;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final double SECONDS_FOR_ONE_GIBIBYTE = 60;

    private final long seed = Long.getLong("storm.seed", System.nanoTime());
    private final Ledger ledger = new Ledger();

    @TempDir
    Path directory;

    @Test
    void aDataNodeWithAnEmptiedDirectoryIsANewOneAndWhatItHadIsMadeAgain() throws Exception {
        int copies = 3;
        int objectBytes = 4 * CHUNK_BYTES;
        int objects = 128;
        try (Topology topology = new Topology(directory, 1, 5, copies)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .set("flare.data.trash-ttl", "1s")
                    .start();
            ServerProcess api = topology.api(1);
            ServerProcess node = topology.data(2);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            Map<String, Optional<Body>> fixed = new TreeMap<>();
            for (int i = 0; i < objects; i++) {
                Body body = new Body(seed + i, objectBytes);
                assertThat(client.put("fixed/" + i, body.bytes())).isEqualTo(200);
                fixed.put("fixed/" + i, Optional.of(body));
            }
            int old = Admin.nodeOf(api, node).path("id").asInt();
            try (Writers writers = new Writers(ledger, new int[] {CHUNK_BYTES, 2 * CHUNK_BYTES + 1});
                    Readers readers = new Readers(client, fixed)) {
                writers.start(1, seed, client);
                readers.start(2, seed);
                Sleep.millis(2_000);

                assertThat(node.stop()).isZero();
                empty(node.directory());
                node.start().awaitLive();
                await().atMost(LIMIT)
                        .until(() -> successor(api, old).path("usable").asBoolean());
                JsonNode now = successor(api, old);
                await().atMost(LIMIT)
                        .untilAsserted(
                                () -> assertThat(byId(api, old).path("reason").asText())
                                        .contains("expected data node "
                                                + byId(api, old).path("uuid").asText())
                                        .contains("found " + now.path("uuid").asText()));
                JsonNode lost = byId(api, old);
                assertThat(lost.path("state").asText()).isEqualTo("active");
                assertThat(lost.path("usable").asBoolean()).isFalse();

                long ordered = System.nanoTime();
                Admin.post(api, "/admin/nodes/" + old + "/lost");
                await().atMost(LIMIT)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> byId(api, old).path("copies").asLong() == 0 && Admin.left(api, "heal") == 0);
                double seconds = (System.nanoTime() - ordered) / 1e9;
                // Refused until what was to be deleted there is known to be gone with it.
                await().atMost(LIMIT)
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() -> Admin.post(api, "/admin/nodes/" + old + "/removed")
                                .isObject());
                assertThat(byId(api, old).path("state").asText()).isEqualTo("removed");
                writers.stop();
                readers.stop();

                double gibibytes = lost.path("bytes").asLong() / (double) (1L << 30);
                System.out.printf(
                        "A11 an emptied data node: seed %d, %d copies of %.0f MiB made again in %.1f s, %.0f s for 1 GiB; %d reads,"
                                + " %d failed; %d writes acknowledged, %d of unknown outcome%n",
                        seed,
                        lost.path("copies").asLong(),
                        gibibytes * 1024,
                        seconds,
                        seconds / gibibytes,
                        readers.reads(),
                        readers.failures().size(),
                        ledger.acknowledged(),
                        ledger.unknown());
                assertThat(readers.failures()).as("seed %d", seed).isEmpty();
                assertThat(seconds / gibibytes).isLessThanOrEqualTo(SECONDS_FOR_ONE_GIBIBYTE);
            }
            assertNothingLost(client);
            await().atMost(LIMIT).ignoreExceptionsInstanceOf(IOException.class).untilAsserted(() -> {
                assertThat(Admin.reclaim(api).path("complete").asBoolean()).isTrue();
                DiskCensus.assertExact(api, directory);
            });
            assertThat(DiskCensus.assertCopies(topology.datas(), copies))
                    .isGreaterThanOrEqualTo(objects * objectBytes / CHUNK_BYTES);
        }
    }

    @Test
    void aPeerWithoutItsMetadataDoesNotVoteSaysWhyAndComesBackAsANewOne() throws Exception {
        try (Topology topology = new Topology(directory, 3, 2, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    // So small that no log has what the new peer lacks any more.
                    .set("flare.raft.snapshot-entries", 100)
                    .set("flare.raft.segment-size", "256KiB")
                    .start();
            ServerProcess first = topology.api(1);
            ServerProcess second = topology.api(2);
            ServerProcess third = topology.api(3);
            ObjectClient client = new ObjectClient(() -> second.object("/"));
            try (Writers writers = new Writers(ledger, new int[] {1, 4_000, 4_000, 4_000, 300_000})) {
                writers.start(3, seed, client);
                Sleep.millis(4_000);

                third.kill();
                empty(third.directory().resolve("meta"));
                third.start();
                assertThat(third.awaitExit(LIMIT)).isNotZero();
                assertThat(third.logTail())
                        .contains("peer api-3 has lost its log")
                        .contains("with an empty directory it would vote on what it has forgotten")
                        .contains("flare.raft.join = true, a new flare.raft.peer")
                        .contains("'flare raft add NEW --replace api-3'");

                // With its vote there would be a majority.
                first.kill();
                Sleep.millis(2_000);
                int before = ledger.acknowledged();
                third.start();
                assertThat(third.awaitExit(LIMIT)).isNotZero();
                Sleep.millis(6_000);
                assertThat(Admin.leads(second)).isFalse();
                assertThat(ledger.acknowledged())
                        .as("acknowledged with one peer of three")
                        .isEqualTo(before);
                first.start().awaitReady();

                long began = System.nanoTime();
                third.set("flare.raft.peer", "api-4")
                        .set("flare.raft.join", true)
                        .unset("flare.raft.peers.2")
                        .start();
                PeerChangeTest.awaitMember(third, "api-4");
                assertThat(third.logTail()).contains("installing snapshot");
                Admin.post(second, "/admin/raft/add?peer=api-4&replace=api-3");
                double seconds = (System.nanoTime() - began) / 1e9;
                assertThat(PeerChangeTest.voters(second)).hasSize(3).noneMatch(id -> id.equals("api-3"));

                // Now the new one's vote and log are needed.
                first.kill();
                await().atMost(LIMIT)
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .until(() -> client.put("after", new byte[] {1}) == 200);
                writers.stop();
                assertNothingLost(new ObjectClient(() -> third.object("/")));
                System.out.printf(
                        "A11 an emptied peer: seed %d, refused to start twice, a voter again %.1f s after its start as a new one;"
                                + " %d acknowledged, %d of unknown outcome, 0 lost%n",
                        seed, seconds, ledger.acknowledged(), ledger.unknown());
            }
        }
    }

    private void assertNothingLost(ObjectClient client) throws IOException {
        for (String key : ledger.keys()) {
            assertThat(ledger.judge(key, client.get(key))).as("seed %d", seed).isEmpty();
        }
    }

    private static JsonNode byId(ServerProcess api, int id) throws IOException {
        for (JsonNode node : Admin.status(api).path("nodes")) {
            if (node.path("id").asInt() == id) {
                return node;
            }
        }
        throw new IOException("no node " + id);
    }

    /** The other node at the same address, or a missing one. */
    private static JsonNode successor(ServerProcess api, int id) throws IOException {
        JsonNode old = byId(api, id);
        for (JsonNode node : Admin.status(api).path("nodes")) {
            if (node.path("id").asInt() != id && node.path("url").equals(old.path("url"))) {
                return node;
            }
        }
        return MissingNode.getInstance();
    }

    private static void empty(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            paths.sorted(Comparator.reverseOrder())
                    .filter(path -> !path.equals(root))
                    .forEach(path -> {
                        try {
                            Files.delete(path);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
