package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One data node of four behind a narrow or a long line (reliability catalogue C10): every request succeeds, and what it
 * costs is told.
 */
@Tag("full")
class SlowLinkTest {

    private static final int OBJECTS = Integer.getInteger("storm.slow-objects", 200);
    private static final int OBJECT_BYTES = 256 * 1024;
    private static final int CLIENTS = 4;
    private static final long EIGHT_MEGABIT = 1_000_000;
    private static final long DELAY_MILLIS = 200;
    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());
    /** What a copy that gives nothing at all may cost: flare.read-stall-timeout. */
    private static final long STALL_LIMIT_MILLIS = 10_000;

    @TempDir
    Path directory;

    private record Times(long p50, long p99, long worst) {

        static Times of(long[] millis) {
            long[] sorted = millis.clone();
            Arrays.sort(sorted);
            return new Times(
                    sorted[sorted.length / 2],
                    sorted[(int) Math.ceil(sorted.length * 0.99) - 1],
                    sorted[sorted.length - 1]);
        }

        @Override
        public String toString() {
            return p50 + "/" + p99 + "/" + worst;
        }
    }

    @Test
    void oneSlowLinkFailsNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (Topology topology = new Topology(directory, 1, 4, 3);
                TcpProxy link = new TcpProxy(topology.data(4).ports().data())) {
            topology.set("flare.inline-limit", 0).set("flare.chunk-size", 1024 * 1024);
            topology.api(1).set("flare.data-nodes.3", link.url());
            topology.start();
            ObjectClient client = new ObjectClient(() -> topology.api(1).object("/"));
            run(threads, client, "warm", true);
            run(threads, client, "warm", false);
            measure(threads, client, "healthy");
            link.toTarget().narrowTo(EIGHT_MEGABIT);
            link.fromTarget().narrowTo(EIGHT_MEGABIT);
            measure(threads, client, "8 Mbit/s");
            measure(threads, client, "8 Mbit/s once found out");
            link.toTarget().narrowTo(Long.MAX_VALUE);
            link.fromTarget().narrowTo(Long.MAX_VALUE);
            link.fromTarget().delay(DELAY_MILLIS);
            link.closeConnections();
            measure(threads, client, "200 ms later");
        } finally {
            threads.shutdownNow();
        }
    }

    private static void measure(ExecutorService threads, ObjectClient client, String name) throws Exception {
        Times put = run(threads, client, name, true);
        Times get = run(threads, client, name, false);
        System.out.printf(
                "C10 one data node of four %s: seed %d, %d objects of 256 KiB in 3 copies, %d clients: PUT p50/p99/max %s ms,"
                        + " GET %s ms, 0 failed%n",
                name, SEED, OBJECTS, CLIENTS, put, get);
        assertThat(put.worst).as(name).isLessThan(STALL_LIMIT_MILLIS);
        assertThat(get.worst).as(name).isLessThan(STALL_LIMIT_MILLIS);
    }

    private static Times run(ExecutorService threads, ObjectClient client, String name, boolean put) throws Exception {
        List<Callable<long[]>> shares = new ArrayList<>();
        for (int share = 0; share < CLIENTS; share++) {
            int first = share;
            shares.add(() -> {
                long[] millis = new long[OBJECTS / CLIENTS];
                for (int i = 0; i < millis.length; i++) {
                    millis[i] = time(client, name.replaceAll("\\W", "-") + "/" + (first + i * CLIENTS), put);
                }
                return millis;
            });
        }
        long[] all = new long[0];
        for (Future<long[]> share : threads.invokeAll(shares)) {
            long[] more = share.get();
            int at = all.length;
            all = Arrays.copyOf(all, at + more.length);
            System.arraycopy(more, 0, all, at, more.length);
        }
        return Times.of(all);
    }

    private static long time(ObjectClient client, String key, boolean put) throws IOException {
        Body body = new Body(SEED + key.hashCode(), OBJECT_BYTES);
        byte[] bytes = body.bytes();
        long begin = System.nanoTime();
        if (put) {
            assertThat(client.put(key, bytes)).as(key).isEqualTo(200);
            return (System.nanoTime() - begin) / 1_000_000;
        }
        byte[] found = client.get(key).orElseThrow();
        long millis = (System.nanoTime() - begin) / 1_000_000;
        assertThat(body.is(found)).as(key).isTrue();
        return millis;
    }
}
