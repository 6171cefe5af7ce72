package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Data nodes come and go under load (E5), and the target, the source and the coordinator are killed while copies move (E6).
 * No read fails but for the killed coordinator's, nothing is lost, and the bytes moved are near the least that would do.
 */
@Tag("full")
class GrowShrinkTest {

    private static final int CHUNK_BYTES = 128 * 1024;
    private static final int OBJECTS = 300;
    private static final int OBJECT_BYTES = 4 * CHUNK_BYTES;
    private static final int[] SIZES = {0, 1, 5_000, CHUNK_BYTES, 3 * CHUNK_BYTES};
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private final List<ServerProcess> added = new ArrayList<>();

    @Test
    void noReadFailsAndNothingIsLostWhileNodesComeAndGo() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        Ledger ledger = new Ledger();
        try (Topology topology = new Topology(directory, 1, 4, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.repair.interval", "500ms")
                    .set("flare.data.trash-ttl", "1s")
                    .start();
            ServerProcess api = topology.api(1);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client.put(key(i), body(i).bytes())).isEqualTo(200);
            }
            awaitBalanced(api);
            try (Writers writers = new Writers(ledger, SIZES);
                    Readers readers = new Readers(client, seed)) {
                writers.start(2, seed, client);
                long before = moved(api);
                long copies = copies(api);
                grow(api);
                awaitBalanced(api);
                double ofTheLeast = (moved(api) - before) / (copies * 2 / 6.0);
                double farthest = farthestOffShare(api);

                shrink(topology, api);
                writers.stop();
                readers.stop();
                System.out.printf(
                        "E5 nodes come and go: seed %d, %d reads, %d failed, %d acknowledged, %d of unknown outcome, moved %.2f of the"
                                + " least, farthest off its share %.1f %%%n",
                        seed,
                        readers.reads(),
                        readers.failed(),
                        ledger.acknowledged(),
                        ledger.unknown(),
                        ofTheLeast,
                        100 * farthest);
                assertThat(readers.failed()).as("failed reads").isZero();
                assertThat(ledger.unknown()).as("writes that failed").isZero();
                assertThat(farthest).isLessThanOrEqualTo(0.1);
                assertThat(ofTheLeast).isLessThanOrEqualTo(1.2);
            }
            killWhileCopiesMove(topology, api);
            assertThat(wrong(client, ledger)).as("seed %d", seed).isEmpty();
            await().atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> Admin.reclaim(api).path("complete").asBoolean());
            await().atMost(LIMIT).untilAsserted(() -> DiskCensus.assertExact(api, directory));
        } finally {
            added.forEach(ServerProcess::close);
        }
    }

    private void grow(ServerProcess api) throws IOException {
        for (int number = 5; number <= 6; number++) {
            ServerProcess node = new ServerProcess("data-" + number, directory.resolve("data-" + number))
                    .set("flare.roles.0", "data")
                    .set("flare.data.nodes", 1)
                    .set("flare.data.trash-ttl", "1s")
                    .set("flare.cluster-secret", Topology.SECRET);
            added.add(node);
            node.start().awaitLive();
            Admin.post(
                    api, "/admin/nodes/add?url=http://127.0.0.1:" + node.ports().data());
        }
    }

    /** Two of the first nodes go, for good. */
    private static void shrink(Topology topology, ServerProcess api) throws IOException {
        for (ServerProcess node : topology.datas().subList(0, 2)) {
            int id = idOf(api, node);
            Admin.post(api, "/admin/nodes/" + id + "/draining");
            await().atMost(LIMIT).until(() -> nodeOf(api, node).path("copies").asLong() == 0);
            // What it held is deleted once no reader may need it.
            await().atMost(LIMIT).ignoreExceptionsInstanceOf(IOException.class).until(() -> {
                Admin.post(api, "/admin/nodes/" + id + "/removed");
                return true;
            });
        }
        awaitBalanced(api);
    }

    private void killWhileCopiesMove(Topology topology, ServerProcess api) throws IOException {
        ServerProcess source = topology.data(3);
        ServerProcess target = added.get(0);
        Admin.post(api, "/admin/nodes/" + idOf(api, source) + "/place?weight=0.25");
        long before = moved(api);
        await().atMost(LIMIT).until(() -> moved(api) > before + 10);
        target.kill();
        Sleep.millis(500);
        target.start().awaitLive();
        api.kill();
        api.start().awaitReady();
        source.kill();
        source.start().awaitLive();
        awaitBalanced(api);
        assertThat(farthestOffShare(api)).isLessThanOrEqualTo(0.1);
    }

    private static void awaitBalanced(ServerProcess api) {
        await().atMost(LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Admin.get(api, "/admin/rebalance")
                        .path("state")
                        .asText()
                        .equals("balanced"));
    }

    private static double farthestOffShare(ServerProcess api) throws IOException {
        double farthest = 0;
        for (JsonNode node : Admin.get(api, "/admin/rebalance").path("nodes")) {
            double share = node.path("shareBytes").asDouble();
            farthest = Math.max(farthest, Math.abs(node.path("bytes").asDouble() - share) / share);
        }
        return farthest;
    }

    private static long moved(ServerProcess api) throws IOException {
        for (JsonNode worker : Admin.status(api).path("workers")) {
            if (worker.path("name").asText().equals("rebalance")) {
                return worker.path("done").asLong();
            }
        }
        return 0;
    }

    private static long copies(ServerProcess api) throws IOException {
        long copies = 0;
        for (JsonNode node : Admin.status(api).path("nodes")) {
            copies += node.path("copies").asLong();
        }
        return copies;
    }

    private static int idOf(ServerProcess api, ServerProcess node) throws IOException {
        return nodeOf(api, node).path("id").asInt();
    }

    private static JsonNode nodeOf(ServerProcess api, ServerProcess process) throws IOException {
        for (JsonNode node : Admin.status(api).path("nodes")) {
            if (node.path("url").asText().endsWith(":" + process.ports().data())) {
                return node;
            }
        }
        throw new IOException("no node at port " + process.ports().data());
    }

    private static String key(int number) {
        return "fixed/" + number;
    }

    private static Body body(int number) {
        return new Body(number, OBJECT_BYTES);
    }

    private static List<String> wrong(ObjectClient client, Ledger ledger) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < OBJECTS; i++) {
            Optional<byte[]> found = client.get(key(i));
            if (found.isEmpty() || !body(i).is(found.get())) {
                wrong.add(key(i));
            }
        }
        for (String key : ledger.keys()) {
            ledger.judge(key, client.get(key)).ifPresent(wrong::add);
        }
        return wrong;
    }

    /** Read what never changes, as fast as they can. */
    private static final class Readers implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicInteger reads = new AtomicInteger();
        private final AtomicInteger failed = new AtomicInteger();
        private final List<Thread> threads = new ArrayList<>();

        Readers(ObjectClient client, long seed) {
            for (int i = 0; i < 2; i++) {
                SplittableRandom random = new SplittableRandom(seed - 1 - i);
                Thread thread = new Thread(() -> run(client, random), "reader-" + i);
                thread.setDaemon(true);
                threads.add(thread);
                thread.start();
            }
        }

        private void run(ObjectClient client, SplittableRandom random) {
            while (!stopped.get()) {
                int number = random.nextInt(OBJECTS);
                try {
                    boolean right =
                            client.get(key(number)).filter(body(number)::is).isPresent();
                    failed.addAndGet(right ? 0 : 1);
                } catch (IOException e) {
                    failed.incrementAndGet();
                }
                reads.incrementAndGet();
            }
        }

        int reads() {
            return reads.get();
        }

        int failed() {
            return failed.get();
        }

        @Override
        public void close() {
            stop();
        }

        void stop() {
            stopped.set(true);
            for (Thread thread : threads) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
