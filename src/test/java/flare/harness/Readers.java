package flare.harness;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that read and list, as fast as they can, what does not change meanwhile, and know what they must find. */
final class Readers implements AutoCloseable {

    /** What was read since the one before. */
    record Reading(int reads, double bytesPerSecond, double p50Millis, double p99Millis) {}

    private static final int LIST_PAGE = 40;

    private final ObjectClient client;
    private final List<Map.Entry<String, Optional<Body>>> expected;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger lists = new AtomicInteger();
    private final List<String> failures = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> threads = new ArrayList<>();

    private List<Long> nanos = new ArrayList<>();
    private long bytes;
    private long sinceNanos = System.nanoTime();

    /** @param expected what each key holds; empty: there is no such object */
    Readers(ObjectClient client, Map<String, Optional<Body>> expected) {
        this.client = client;
        this.expected = List.copyOf(expected.entrySet());
    }

    void start(int count, long seed) {
        for (int i = 0; i < count; i++) {
            SplittableRandom random = new SplittableRandom(seed - 1 - i);
            start(new Thread(() -> run(random), "reader-" + i));
        }
    }

    /** One more, which lists what begins with the prefix: the keys that hold something, and no other. */
    void startListing(String prefix) {
        List<String> keys = expected.stream()
                .filter(one -> one.getKey().startsWith(prefix) && one.getValue().isPresent())
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        start(new Thread(() -> list(prefix, keys), "lister"));
    }

    private void start(Thread thread) {
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void list(String prefix, List<String> keys) {
        while (!stopped.get()) {
            try {
                List<String> found = client.list(prefix, LIST_PAGE);
                if (!found.equals(keys)) {
                    failures.add(prefix + ": listed " + found + " where there is " + keys);
                }
            } catch (IOException e) {
                failures.add(prefix + ": " + e);
            }
            lists.incrementAndGet();
        }
    }

    private void run(SplittableRandom random) {
        while (!stopped.get()) {
            Map.Entry<String, Optional<Body>> one = expected.get(random.nextInt(expected.size()));
            long began = System.nanoTime();
            try {
                Optional<byte[]> found = client.get(one.getKey());
                count(System.nanoTime() - began, found.map(body -> body.length).orElse(0));
                boolean right = one.getValue()
                        .map(body -> found.filter(body::is).isPresent())
                        .orElseGet(found::isEmpty);
                if (!right) {
                    failures.add(one.getKey() + ": not what was written");
                }
            } catch (IOException e) {
                failures.add(one.getKey() + ": " + e);
            }
            reads.incrementAndGet();
        }
    }

    private synchronized void count(long tookNanos, int length) {
        nanos.add(tookNanos);
        bytes += length;
    }

    synchronized Reading sinceLast() {
        long now = System.nanoTime();
        List<Long> sorted = nanos.stream().sorted().toList();
        Reading reading =
                new Reading(sorted.size(), bytes * 1e9 / (now - sinceNanos), millis(sorted, 0.5), millis(sorted, 0.99));
        nanos = new ArrayList<>();
        bytes = 0;
        sinceNanos = now;
        return reading;
    }

    private static double millis(List<Long> sorted, double share) {
        return sorted.isEmpty() ? 0 : sorted.get((int) ((sorted.size() - 1) * share)) / 1e6;
    }

    int reads() {
        return reads.get();
    }

    int lists() {
        return lists.get();
    }

    /** Reads and lists that failed or gave something else, in words. */
    List<String> failures() {
        return List.copyOf(failures);
    }

    @Override
    public void close() {
        stop();
    }

    /** Returns when the last read has ended. */
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
