package flare.metadata;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * Commands and reads a second through actors, Ratis and its synced log over a state that costs nothing. Not a test: run by
 * hand with {@code peers directory seconds}, such as {@code 1 /var/tmp 4}.
 */
final class RaftBench {

    private static final int[] IN_FLIGHT = {1, 16, 64, 256};

    private RaftBench() {}

    public static void main(String[] args) throws Exception {
        int peers = Integer.parseInt(args[0]);
        Path directory = Files.createTempDirectory(Path.of(args[1]), "raft-bench");
        Duration time = Duration.ofSeconds(Long.parseLong(args[2]));
        try (RaftCluster cluster = new RaftCluster(directory, peers)) {
            cluster.startAll(IntStream.range(0, peers)
                    .mapToObj(i -> String.valueOf((char) ('a' + i)))
                    .toList());
            while (cluster.leader().isEmpty()
                    || cluster.running.values().stream()
                            .anyMatch(metadata -> !metadata.status().sessionLive())) {
                Thread.sleep(10);
            }
            String leader = cluster.leader().orElseThrow();
            String follower = cluster.running.keySet().stream()
                    .filter(peer -> !peer.equals(leader))
                    .findFirst()
                    .orElse(leader);
            RaftMetadata onLeader = Objects.requireNonNull(cluster.running.get(leader));
            RaftMetadata onFollower = Objects.requireNonNull(cluster.running.get(follower));
            measure("warm-up", onLeader, 64, time, true);
            for (int inFlight : IN_FLIGHT) {
                measure("commands on the leader", onLeader, inFlight, time, true);
                measure("reads on the leader", onLeader, inFlight, time, false);
                if (peers > 1) {
                    measure("commands on a follower", onFollower, inFlight, time, true);
                    measure("reads on a follower", onFollower, inFlight, time, false);
                }
            }
        } finally {
            DurableFiles.deleteTree(directory);
        }
        System.exit(0);
    }

    private static void measure(String what, RaftMetadata metadata, int inFlight, Duration time, boolean write)
            throws InterruptedException {
        LongFunction<CompletionStage<?>> operation = write
                ? i -> metadata.submit(new Command.CreateBucket(LedgerState.name((int) (i % 1000))))
                : i -> metadata.read(new Query.FindBucket(LedgerState.name((int) (i % 1000))));
        Semaphore slots = new Semaphore(inFlight);
        AtomicLong failures = new AtomicLong();
        long[] nanos = new long[4_000_000];
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        for (long i = 0; System.nanoTime() - start < time.toNanos(); i++) {
            slots.acquire();
            long began = System.nanoTime();
            var unused = operation.apply(i).whenComplete((ok, failure) -> {
                if (failure != null) {
                    failures.incrementAndGet();
                }
                long index = done.getAndIncrement();
                if (index < nanos.length) {
                    nanos[(int) index] = System.nanoTime() - began;
                }
                slots.release();
            });
        }
        slots.acquire(inFlight);
        double seconds = (System.nanoTime() - start) / 1e9;
        int count = (int) Math.min(done.get(), nanos.length);
        Arrays.sort(nanos, 0, count);
        System.out.printf(
                "%-24s %4d in flight %9.0f/s  median %7.3f ms  p99 %7.3f ms  failed %d%n",
                what,
                inFlight,
                done.get() / seconds,
                nanos[count / 2] / 1e6,
                nanos[(int) (count * 0.99)] / 1e6,
                failures.get());
    }
}
