package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import flare.model.BucketName;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three peers, of which one has a wrong clock: what is recorded in the metadata has the time of the others. */
class LogTimeTest {

    private static final Duration DAY = Duration.ofDays(1);

    @TempDir
    Path root;

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "log-time");
    private final Map<String, MovedClock> clocks = new LinkedHashMap<>();
    private final Map<String, RaftMetadata> running = new LinkedHashMap<>();
    private int buckets;

    @Test
    void aLeaderWhoseClockIsWrongMovesNothing() throws Exception {
        try {
            startAll();
            submit(new Command.InitCluster(UUID.randomUUID(), new ClusterSettings(1, 8 << 20, "round-robin")));
            String leader = leader();
            MovedClock clock = Objects.requireNonNull(clocks.get(leader));
            Instant before = created();
            for (Duration wrong : List.of(DAY, DAY.negated(), Duration.ofMinutes(15), Duration.ofDays(400))) {
                clock.move(wrong);
                Instant created = created();
                assertThat(created).as("the clock is off by %s", wrong).isAfterOrEqualTo(before);
                before = created;
            }
            assertThat(leader()).isEqualTo(leader);
            // A new leader has heard nobody yet, and its own clock is the wrong one.
            clock.move(Duration.ZERO);
            for (String peer : running.keySet()) {
                if (!peer.equals(leader)) {
                    Objects.requireNonNull(clocks.get(peer)).move(peer.equals(other(leader)) ? DAY : Duration.ZERO);
                }
            }
            Objects.requireNonNull(running.remove(leader)).close();
            assertThat(created()).isAfterOrEqualTo(before);
        } finally {
            List<CompletableFuture<Void>> closed = running.values().stream()
                    .map(metadata -> CompletableFuture.runAsync(() -> close(metadata)))
                    .toList();
            closed.forEach(CompletableFuture::join);
            system.terminate();
        }
    }

    private static void inThread(Runnable task) {
        new Thread(task, "start").start();
    }

    private static void close(RaftMetadata metadata) {
        try {
            metadata.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String other(String leader) {
        return running.keySet().stream()
                .filter(peer -> !peer.equals(leader))
                .findFirst()
                .orElseThrow();
    }

    private void startAll() throws IOException {
        List<String> peers = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            try (ServerSocket socket = new ServerSocket(0)) {
                peers.add(name + "@127.0.0.1:" + socket.getLocalPort());
            }
            clocks.put(name, new MovedClock());
        }
        Map<String, CompletableFuture<RaftMetadata>> starting = new LinkedHashMap<>();
        clocks.forEach((name, clock) -> starting.put(
                name, CompletableFuture.supplyAsync(() -> start(name, peers, clock), LogTimeTest::inThread)));
        starting.forEach((name, started) -> running.put(name, started.join()));
        running.values()
                .forEach(metadata -> await().atMost(Duration.ofSeconds(30))
                        .until(() -> metadata.status().sessionLive()));
    }

    private RaftMetadata start(String name, List<String> peers, MovedClock clock) {
        String own = peers.stream()
                .filter(peer -> peer.startsWith(name + "@"))
                .findFirst()
                .orElseThrow();
        String port = own.substring(own.lastIndexOf(':') + 1);
        try {
            return RaftMetadata.start(
                    system,
                    new RaftMetadata.Options(
                            flare.config.Settings.load("flare.cluster-secret = \"" + "0123456789abcdef".repeat(3)
                                            + "\"\nflare.raft { port = " + port + ", peer = " + name + ", peers = [\""
                                            + String.join("\", \"", peers) + "\"] }")
                                    .raft(),
                            RaftCluster.sessions(),
                            root.resolve(name),
                            "127.0.0.1",
                            Optional.empty()),
                    clock,
                    failure -> {
                        throw new AssertionError(failure);
                    });
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private String leader() {
        return await().atMost(Duration.ofSeconds(30))
                .until(
                        () -> running.entrySet().stream()
                                .filter(entry ->
                                        entry.getValue().status().leadingTerm().isPresent())
                                .map(Map.Entry::getKey)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** When a bucket that is made now was made, according to the metadata. */
    private Instant created() throws Exception {
        BucketName name = new BucketName("bucket-" + buckets++);
        submit(new Command.CreateBucket(name));
        Instant created = any().read(new Query.GetBucket(name))
                .toCompletableFuture()
                .get(20, SECONDS)
                .orElseThrow()
                .created();
        assertThat(created).isCloseTo(Instant.now(), within(20, ChronoUnit.SECONDS));
        return created;
    }

    private RaftMetadata any() {
        return running.values().iterator().next();
    }

    private <R> R submit(Command<R> command) throws Exception {
        return any().submit(command).toCompletableFuture().get(30, SECONDS);
    }
}
