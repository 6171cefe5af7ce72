package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data node is away while objects it has copies of are deleted and overwritten, and comes back with all it had (B10):
 * once before it is LOST, once after it was and its copies were made again elsewhere. No read and no list shows what was
 * deleted or overwritten; by themselves the stale chunks go, after their time in the trash, and the disks hold exactly
 * what is referenced.
 */
@Tag("full")
class LostNodeTest {

    private static final int CHUNK_BYTES = 128 * 1024;
    private static final int OBJECT_BYTES = 3 * CHUNK_BYTES + 1;
    private static final int[] SIZES = {1, CHUNK_BYTES, OBJECT_BYTES};
    private static final int OBJECTS_EACH = 16;
    /** Longer than the time between two looks of a data node into its trash. */
    private static final Duration TRASH_TTL = Duration.ofSeconds(12);

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final long seed = Long.getLong("storm.seed", System.nanoTime());
    private final Map<String, Optional<Body>> fixed = new TreeMap<>();
    private int bodies;

    @TempDir
    Path directory;

    @Test
    void nothingIsResurrectedByANodeThatReturnsAndItsStaleChunksGo() throws Exception {
        Ledger ledger = new Ledger();
        try (Topology topology = new Topology(directory, 1, 4, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .set("flare.repair.orphan-interval", "2s")
                    .set("flare.repair.lost-after", "30s")
                    .set("flare.repair.return-after", "2s")
                    .set("flare.data.trash-ttl", TRASH_TTL.toMillis() + "ms")
                    .start();
            ServerProcess api = topology.api(1);
            ServerProcess node = topology.data(2);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            for (String group : new String[] {"kept", "short/away", "long/away", "long/lost", "long/healed"}) {
                for (int i = 0; i < OBJECTS_EACH; i++) {
                    put(client, "fixed/" + group + "/" + i);
                }
            }
            try (Writers writers = new Writers(ledger, SIZES)) {
                writers.start(2, seed, client);
                Sleep.millis(2_000);

                node.kill();
                Set<String> stale = new HashSet<>();
                change(api, client, "fixed/short/away", stale);
                assertThat(state(api, node)).isEqualTo("active");
                stale.retainAll(DiskCensus.chunkNames(node.directory()));
                try (Readers readers = reading(client)) {
                    Removal removal = returned(node, stale);
                    assertThat(done(api, "lost-watch"))
                            .as("nodes that became LOST so far")
                            .isZero();
                    tell("before it was LOST", stale, removal, readers);
                }

                node.kill();
                stale.clear();
                change(api, client, "fixed/long/away", stale);
                assertThat(state(api, node)).isEqualTo("active");
                await().atMost(LIMIT).until(() -> state(api, node).equals("lost"));
                change(api, client, "fixed/long/lost", stale);
                await().atMost(LIMIT)
                        .until(() -> Admin.nodeOf(api, node).path("copies").asLong() == 0);
                await().atMost(LIMIT).until(() -> Admin.left(api, "heal") == 0);
                change(api, client, "fixed/long/healed", stale);
                stale.retainAll(DiskCensus.chunkNames(node.directory()));
                try (Readers readers = reading(client)) {
                    Removal removal = returned(node, stale);
                    await().atMost(LIMIT).until(() -> state(api, node).equals("active"));
                    await().atMost(LIMIT)
                            .until(() -> Admin.nodeOf(api, node).path("usable").asBoolean());
                    writers.stop();
                    // By themselves: no reclaim is ordered.
                    await().atMost(LIMIT).untilAsserted(() -> DiskCensus.assertExact(api, directory));
                    tell("after it was LOST", stale, removal, readers);
                }
            }
            assertAllAsWritten(client, ledger);
            assertThat(Admin.post(api, "/admin/fsck").path("problems").asLong()).isZero();
        }
    }

    private Readers reading(ObjectClient client) {
        Readers readers = new Readers(client, Map.copyOf(fixed));
        readers.start(2, seed);
        readers.startListing("fixed/");
        return readers;
    }

    private void put(ObjectClient client, String key) throws IOException {
        Body body = new Body(seed + bodies++, OBJECT_BYTES);
        assertThat(client.put(key, body.bytes())).isEqualTo(200);
        fixed.put(key, Optional.of(body));
    }

    /** Deletes half of the group and overwrites the others, and adds the names of the chunks they had. */
    private void change(ServerProcess api, ObjectClient client, String group, Set<String> stale) throws IOException {
        for (int i = 0; i < OBJECTS_EACH; i++) {
            String key = group + "/" + i;
            for (JsonNode piece : Admin.get(api, "/admin/objects/locate?bucket=object&key=" + key)
                    .path("pieces")) {
                String[] id = piece.path("chunk").asText().split("/", 2);
                stale.add(String.format("%s-%08x", id[0], Integer.parseInt(id[1])));
            }
            if (i % 2 == 0) {
                assertThat(client.delete(key)).isEqualTo(204);
                fixed.put(key, Optional.empty());
            } else {
                put(client, key);
            }
        }
    }

    /**
     * How the stale chunks went.
     *
     * @param graceSeconds from before the first was seen in the trash until the first was gone
     * @param lastSeconds from the node's start until the last was gone
     */
    private record Removal(double graceSeconds, double lastSeconds) {}

    /** Starts the node, and returns once it has none of the chunks any more, not even in its trash. */
    private static Removal returned(ServerProcess node, Set<String> stale) throws IOException {
        assertThat(stale).as("stale chunks on the disk of the node").isNotEmpty();
        long started = System.nanoTime();
        node.start().awaitLive();
        long untrashed = System.nanoTime();
        double grace = 0;
        while (System.nanoTime() - started < LIMIT.toNanos()) {
            long began = System.nanoTime();
            Set<String> trashed = DiskCensus.chunkNames(node.directory().resolve("data-1/trash"));
            trashed.retainAll(stale);
            int left = left(node, stale);
            long now = System.nanoTime();
            untrashed = trashed.isEmpty() && left == stale.size() ? began : untrashed;
            grace = grace == 0 && left < stale.size() ? (now - untrashed) / 1e9 : grace;
            if (left == 0) {
                return new Removal(grace, (now - started) / 1e9);
            }
            Sleep.millis(100);
        }
        throw new AssertionError(left(node, stale) + " stale chunks are still there after " + LIMIT);
    }

    /** A file that moves to the trash while one look is taken is seen by the next one. */
    private static int left(ServerProcess node, Set<String> stale) throws IOException {
        Set<String> found = DiskCensus.chunkNames(node.directory());
        if (!found.containsAll(stale)) {
            found.addAll(DiskCensus.chunkNames(node.directory()));
        }
        found.retainAll(stale);
        return found.size();
    }

    private void tell(String when, Set<String> stale, Removal removal, Readers readers) {
        readers.stop();
        System.out.printf(
                "B10 a node returns %s: seed %d, %d stale chunks, gone %.1f s after its start, the first after %.1f s in the trash;"
                        + " %d reads and %d lists, %d wrong or failed%n",
                when,
                seed,
                stale.size(),
                removal.lastSeconds(),
                removal.graceSeconds(),
                readers.reads(),
                readers.lists(),
                readers.failures().size());
        assertThat(readers.failures()).as("seed %d", seed).isEmpty();
        assertThat(readers.lists()).isPositive();
        assertThat(removal.graceSeconds()).as("time in the trash").isGreaterThanOrEqualTo(TRASH_TTL.toMillis() / 1e3);
    }

    private void assertAllAsWritten(ObjectClient client, Ledger ledger) throws IOException {
        for (Map.Entry<String, Optional<Body>> one : fixed.entrySet()) {
            assertThat(client.get(one.getKey())
                            .map(bytes -> one.getValue()
                                    .filter(body -> body.is(bytes))
                                    .isPresent()))
                    .as("seed %d: %s", seed, one.getKey())
                    .isEqualTo(one.getValue().map(body -> true));
        }
        for (String key : ledger.keys()) {
            assertThat(ledger.judge(key, client.get(key))).as("seed %d", seed).isEmpty();
        }
        System.out.printf(
                "B10: seed %d, %d writes acknowledged meanwhile, %d of unknown outcome, 0 lost%n",
                seed, ledger.acknowledged(), ledger.unknown());
    }

    private static long done(ServerProcess api, String worker) throws IOException {
        for (JsonNode one : Admin.status(api).path("workers")) {
            if (one.path("name").asText().equals(worker)) {
                return one.path("done").asLong();
            }
        }
        throw new IOException("no worker " + worker);
    }

    private static String state(ServerProcess api, ServerProcess node) throws IOException {
        return Admin.nodeOf(api, node).path("state").asText();
    }
}
