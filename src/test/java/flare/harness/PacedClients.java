package flare.harness;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Clients that ask at a set pace, each on a connection it keeps, nine reads to a write. How long an answer took counts from
 * when its request was due: one that waits behind a late one is late, too.
 */
final class PacedClients implements AutoCloseable {

    private static final int REQUESTS_A_WRITE = 10;

    private final URI server;
    private final String key;
    private final byte[] written;
    private final long periodNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final Times reads = new Times();
    private final Times writes = new Times();
    private volatile boolean ended;

    /** How long answers took, and those that were not 200. */
    static final class Times {
        private final ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        private final Map<String, Integer> failures = Collections.synchronizedMap(new TreeMap<>());

        private void add(int status, long took) {
            if (status == 200) {
                nanos.add(took);
            } else {
                failures.merge("status " + status, 1, Integer::sum);
            }
        }

        Map<String, Integer> failures() {
            return failures;
        }

        int count() {
            return nanos.size();
        }

        double millis(double quantile) {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
            Arrays.sort(sorted);
            return sorted.length == 0 ? Double.NaN : sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
        }

        void addAll(Times others) {
            nanos.addAll(others.nanos);
            others.failures.forEach((failure, count) -> failures.merge(failure, count, Integer::sum));
        }

        @Override
        public String toString() {
            return String.format(
                    "%d in p50 %.1f p99 %.1f max %.1f ms%s",
                    count(), millis(0.5), millis(0.99), millis(1), failures.isEmpty() ? "" : " and " + failures);
        }
    }

    /**
     * @param key of the object that is read; what is written goes below it
     * @param period of each client
     */
    PacedClients(ServerProcess server, int clients, Duration period, String key, byte[] written) {
        this.server = server.object("/");
        this.key = key;
        this.written = written;
        this.periodNanos = period.toNanos();
        for (int i = 0; i < clients; i++) {
            int number = i;
            Thread thread = new Thread(() -> run(number, clients), "paced-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void run(int number, int clients) {
        long due = System.nanoTime() + periodNanos * number / clients;
        int turn = number;
        while (!ended) {
            try (KeptConnection connection = new KeptConnection(server)) {
                while (!ended) {
                    long wait = due - System.nanoTime();
                    if (wait > 0) {
                        Sleep.millis(wait / 1_000_000);
                    }
                    boolean write = turn++ % REQUESTS_A_WRITE == 0;
                    int status = write
                            ? connection.ask("PUT", "/object/" + key + "-" + number, written)
                            : connection.ask("GET", "/object/" + key, new byte[0]);
                    (write ? writes : reads).add(status, System.nanoTime() - due);
                    due += periodNanos;
                }
            } catch (IOException e) {
                reads.failures.merge(String.valueOf(e), 1, Integer::sum);
                Sleep.millis(100);
            }
        }
    }

    Times reads() {
        return reads;
    }

    Times writes() {
        return writes;
    }

    /** Returns when the last answer is there. */
    @Override
    public void close() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
