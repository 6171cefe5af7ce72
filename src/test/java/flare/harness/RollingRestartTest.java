package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each process is stopped and started again, one after the other, under load (E7). A client that tries again, elsewhere,
 * sees no failure and never another value than the last one it wrote.
 */
class RollingRestartTest {

    private static final int CLIENTS = 4;
    private static final int VALUE_BYTES = 100_000;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger operations = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();

    @TempDir
    Path directory;

    @Tag("full")
    @Test
    void nobodyWhoTriesAgainNoticesThatEachProcessIsRestarted() throws Exception {
        int rounds = Integer.getInteger("storm.rolling", 3);
        long seed = Long.getLong("storm.seed", System.nanoTime());
        List<Long> longest = Collections.synchronizedList(new ArrayList<>());
        try (Topology topology = new Topology(directory, 3, 3, 2)) {
            topology.start();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                Thread thread =
                        new Thread(() -> longest.add(run(topology, client, new SplittableRandom(seed + client))));
                thread.start();
                clients.add(thread);
            }
            for (int round = 0; round < rounds; round++) {
                for (ServerProcess process : topology.datas()) {
                    process.stop();
                    process.start().awaitLive();
                }
                for (ServerProcess process : topology.apis()) {
                    process.stop();
                    process.start().awaitReady();
                }
            }
            stopped.set(true);
            for (Thread client : clients) {
                client.join();
            }
        }
        System.out.printf(
                "E7 rolling restarts: seed %d, %d rounds over 6 processes, %d operations, %d tried again, %d failed, longest %d ms%n",
                seed, rounds, operations.get(), retries.get(), failures.size(), Collections.max(longest));
        assertThat(failures).as("seed %d", seed).isEmpty();
    }

    /** Answers how many milliseconds the slowest operation took, tries included. */
    private long run(Topology topology, int client, SplittableRandom random) {
        List<ObjectClient> nodes = topology.apis().stream()
                .map(api -> new ObjectClient(() -> api.object("/")))
                .toList();
        String key = "client-" + client;
        long value = 0;
        long longest = 0;
        while (!stopped.get()) {
            long next = value + 1;
            byte[] body = ByteBuffer.allocate(VALUE_BYTES).putLong(next).array();
            boolean writes = value == 0 || random.nextBoolean();
            long begin = System.nanoTime();
            boolean done = false;
            for (int attempt = random.nextInt(nodes.size()); !done; attempt++) {
                ObjectClient node = nodes.get(attempt % nodes.size());
                done = writes ? wrote(node, key, body) : read(node, key, value);
                if (!done) {
                    retries.incrementAndGet();
                    Sleep.millis(50);
                }
                if (!done && System.nanoTime() - begin > PATIENCE.toNanos()) {
                    failures.add(key + (writes ? " was not written" : " was not read") + " within " + PATIENCE);
                    return longest;
                }
            }
            value = writes ? next : value;
            longest = Math.max(longest, (System.nanoTime() - begin) / 1_000_000);
            operations.incrementAndGet();
        }
        return longest;
    }

    private static boolean wrote(ObjectClient node, String key, byte[] body) {
        try {
            return node.put(key, body) == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean read(ObjectClient node, String key, long wanted) {
        try {
            long found =
                    node.get(key).map(bytes -> ByteBuffer.wrap(bytes).getLong()).orElse(-1L);
            if (found != wanted) {
                failures.add(key + " was " + found + " where " + wanted + " was acknowledged last");
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
