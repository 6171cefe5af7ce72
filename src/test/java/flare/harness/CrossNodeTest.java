package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What one API node acknowledged, each other one knows at once (D5), and a list has what was there before it began and not
 * what was deleted before (D4), also while two other API nodes change keys around it.
 */
class CrossNodeTest {

    private static final int CLIENTS = 6;

    private final ConcurrentLinkedQueue<String> misses = new ConcurrentLinkedQueue<>();
    private final AtomicInteger operations = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger();

    @TempDir
    Path directory;

    @Tag("full")
    @Test
    void eachNodeKnowsAtOnceWhatAnotherAcknowledged() throws Exception {
        int perClient = Integer.getInteger("storm.cross-reads", 50_000) / CLIENTS;
        long seed = Long.getLong("storm.seed", System.nanoTime());
        try (Topology topology = new Topology(directory, 3, 1, 1)) {
            topology.start();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                Thread thread = new Thread(() -> run(topology, client, perClient, new SplittableRandom(seed + client)));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        System.out.printf(
                "D4/D5 across API nodes: seed %d, %d reads and %d lists after an acknowledged change elsewhere, %d wrong%n",
                seed, operations.get(), lists.get(), misses.size());
        assertThat(misses).as("seed %d", seed).isEmpty();
    }

    /** Each client has keys of its own, which it knows the state of. */
    private void run(Topology topology, int client, int count, SplittableRandom random) {
        Map<String, Long> known = new TreeMap<>();
        List<ObjectClient> nodes = topology.apis().stream()
                .map(api -> new ObjectClient(() -> api.object("/")))
                .toList();
        String prefix = "client-" + client + "/";
        try {
            for (int i = 0; i < count; i++) {
                int writer = random.nextInt(nodes.size());
                int reader = random.nextInt(nodes.size());
                String key = prefix + "key-" + random.nextInt(40);
                if (random.nextInt(3) > 0) {
                    long value = random.nextLong();
                    byte[] body = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
                    assertThat(nodes.get(writer).put(key, body)).isEqualTo(200);
                    known.put(key, value);
                } else {
                    assertThat(nodes.get(writer).delete(key)).isEqualTo(204);
                    known.remove(key);
                }
                Optional<Long> read = nodes.get(reader)
                        .get(key)
                        .map(bytes -> ByteBuffer.wrap(bytes).getLong());
                if (!read.equals(Optional.ofNullable(known.get(key)))) {
                    misses.add(key + " read at API node " + reader + " after a change at " + writer);
                }
                operations.incrementAndGet();
                if (random.nextInt(10) == 0) {
                    List<String> listed = nodes.get(reader).list(prefix, random.nextInt(1, 60));
                    if (!listed.equals(List.copyOf(known.keySet()))) {
                        misses.add(listed + " listed at API node " + reader + " where there is " + known.keySet());
                    }
                    lists.incrementAndGet();
                }
            }
        } catch (IOException | AssertionError e) {
            misses.add("client " + client + ": " + e);
        }
    }
}
