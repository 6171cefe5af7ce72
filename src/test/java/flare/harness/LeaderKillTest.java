package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three API processes, one Raft group: the leader is killed again and again under load (C1). Writes resume within
 * seconds and every key's history is linearizable.
 */
@Tag("long")
class LeaderKillTest {

    private static final int KILLS = Integer.getInteger("storm.leader-kills", 10);
    private static final int HEALTHY_MILLIS = 2_000;
    private static final int KEYS = 6;
    private static final int CLIENTS = 6;
    private static final Duration RESUME_LIMIT = Duration.ofSeconds(5);

    private final AtomicLong values = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final Map<String, List<RegisterOperation>> histories = new ConcurrentHashMap<>();

    @TempDir
    Path directory;

    @Test
    void resumesWritesWithinFiveSecondsAndStaysLinearizable() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        List<Long> gapsMillis = new ArrayList<>();
        try (Topology topology = new Topology(directory, 3, 3, 3)) {
            topology.start();
            List<Thread> clients = startClients(topology, seed);
            for (int kill = 0; kill < KILLS; kill++) {
                Sleep.millis(HEALTHY_MILLIS);
                ServerProcess leader = topology.awaitLeader();
                long killedAt = System.nanoTime();
                leader.kill();
                gapsMillis.add(awaitWrite(topology, leader, killedAt));
                leader.start();
                topology.awaitReady();
            }
            stopped.set(true);
            for (Thread client : clients) {
                client.join();
            }
        }
        long operations = histories.values().stream().mapToLong(List::size).sum();
        List<String> broken = histories.entrySet().stream()
                .filter(history -> !RegisterChecker.isLinearizable(List.copyOf(history.getValue())))
                .map(Map.Entry::getKey)
                .toList();
        System.out.printf(
                "C1 leader kills: seed %d, %d kills, writes resumed after at most %d ms (each: %s), %d operations, %d keys not linearizable%n",
                seed, KILLS, Collections.max(gapsMillis), gapsMillis, operations, broken.size());
        assertThat(broken).as("seed %d", seed).isEmpty();
        assertThat(Collections.max(gapsMillis)).isLessThanOrEqualTo(RESUME_LIMIT.toMillis());
    }

    private List<Thread> startClients(Topology topology, long seed) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            SplittableRandom random = new SplittableRandom(seed + i);
            ObjectClient client =
                    new ObjectClient(() -> topology.api(number % 3 + 1).object("/"));
            Thread thread = new Thread(() -> run(client, random), "client-" + i);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void run(ObjectClient client, SplittableRandom random) {
        while (!stopped.get()) {
            String key = "register-" + random.nextInt(KEYS);
            int choice = random.nextInt(10);
            if (choice < 5) {
                read(client, key);
            } else if (choice < 9) {
                write(client, key, RegisterOperation.Kind.PUT, values.incrementAndGet());
            } else {
                write(client, key, RegisterOperation.Kind.DELETE, RegisterOperation.ABSENT);
            }
            // Long histories without a pause make the search long, not better.
            Sleep.millis(20);
        }
    }

    private void read(ObjectClient client, String key) {
        long invoked = System.nanoTime();
        try {
            long value = client.get(key)
                    .map(bytes -> ByteBuffer.wrap(bytes).getLong())
                    .orElse(RegisterOperation.ABSENT);
            record(key, new RegisterOperation(RegisterOperation.Kind.GET, value, invoked, System.nanoTime()));
        } catch (IOException e) {
            Sleep.millis(100);
        }
    }

    private void write(ObjectClient client, String key, RegisterOperation.Kind kind, long value) {
        long invoked = System.nanoTime();
        long returned = RegisterOperation.NEVER;
        try {
            int status = kind == RegisterOperation.Kind.PUT
                    ? client.put(
                            key, ByteBuffer.allocate(Long.BYTES).putLong(value).array())
                    : client.delete(key);
            if (status / 100 == 2) {
                returned = System.nanoTime();
            }
        } catch (IOException e) {
            Sleep.millis(100);
        }
        record(key, new RegisterOperation(kind, value, invoked, returned));
    }

    private void record(String key, RegisterOperation operation) {
        histories
                .computeIfAbsent(key, k -> Collections.synchronizedList(new ArrayList<>()))
                .add(operation);
    }

    /** Milliseconds from the kill to the first acknowledged write on one of the others. */
    private static long awaitWrite(Topology topology, ServerProcess killed, long killedAt) {
        List<ServerProcess> others =
                topology.apis().stream().filter(api -> api != killed).toList();
        for (int attempt = 0; attempt < 300; attempt++) {
            ServerProcess target = others.get(attempt % others.size());
            try {
                if (new ObjectClient(() -> target.object("/")).put("probe", new byte[] {1}) == 200) {
                    return Duration.ofNanos(System.nanoTime() - killedAt).toMillis();
                }
            } catch (IOException e) {
                // Not yet.
            }
            Sleep.millis(50);
        }
        throw new IllegalStateException("no write was acknowledged after the leader was killed");
    }
}
