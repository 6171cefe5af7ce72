package flare.metadata;

import flare.config.RaftSettings;
import flare.config.SessionSettings;
import flare.model.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** Peers of one group in this JVM, over {@link LedgerState}. */
final class RaftCluster implements AutoCloseable {

    static final Duration ELECTION_MAX = Duration.ofMillis(600);
    private static final String LOOPBACK = "127.0.0.1";

    final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "cluster");
    final Map<String, RaftMetadata> running = new ConcurrentSkipListMap<>();
    final Map<String, LedgerState> states = new ConcurrentHashMap<>();
    final Map<String, Throwable> failures = new ConcurrentHashMap<>();
    /** Each start at once: the first one of founders ends when all are there. */
    private final ExecutorService starts = Executors.newCachedThreadPool();

    private final Path root;
    private final List<String> peers = new ArrayList<>();
    /** Ports of those that found nothing. */
    private final Map<String, Integer> joining = new ConcurrentHashMap<>();

    long snapshotEntries = 100_000;
    Duration joinSilence = Duration.ofSeconds(60);

    RaftCluster(Path root, int size) throws IOException {
        this(root, size, size > 1);
    }

    /** @param listed whether the peers are named in the settings, so that others can reach them */
    private RaftCluster(Path root, int size, boolean listed) throws IOException {
        this.root = root;
        List<ServerSocket> sockets = new ArrayList<>();
        for (int i = 0; i < size && listed; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            peers.add((char) ('a' + i) + "@" + LOOPBACK + ":" + socket.getLocalPort());
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    /** One peer that others can join. */
    static RaftCluster ofOne(Path root) throws IOException {
        return new RaftCluster(root, 1, true);
    }

    /** Starts a peer that is none of the founders. */
    RaftMetadata join(String name) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            joining.put(name, socket.getLocalPort());
        }
        return start(name);
    }

    RaftMetadata start(String peer) throws IOException {
        RaftMetadata metadata = RaftMetadata.start(
                system,
                new RaftMetadata.Options(settings(peer), sessions(), directory(peer), LOOPBACK, Optional.empty()),
                new RatisNode.Replicated(
                        path -> {
                            LedgerState state = LedgerState.open(path);
                            states.put(peer, state);
                            return state;
                        },
                        new LedgerCodec(),
                        Clock.systemUTC()),
                failure -> failures.put(peer, failure));
        running.put(peer, metadata);
        return metadata;
    }

    CompletableFuture<RaftMetadata> startAsync(String peer) {
        CompletableFuture<RaftMetadata> started = new CompletableFuture<>();
        starts.execute(() -> {
            try {
                started.complete(start(peer));
            } catch (IOException | RuntimeException e) {
                started.completeExceptionally(e);
            }
        });
        return started;
    }

    /** As founders need at their first start. */
    void startAll(List<String> all) {
        List<CompletableFuture<RaftMetadata>> started =
                all.stream().map(this::startAsync).toList();
        started.forEach(CompletableFuture::join);
    }

    /** At once: the last one would wait for a majority to close its session. */
    void stopAll() {
        List<RaftMetadata> all = List.copyOf(running.values());
        running.clear();
        List<CompletableFuture<Void>> closed = all.stream()
                .map(metadata -> CompletableFuture.runAsync(() -> close(metadata)))
                .toList();
        closed.forEach(CompletableFuture::join);
    }

    void stop(String peer) throws IOException {
        RaftMetadata metadata = running.remove(peer);
        if (metadata != null) {
            metadata.close();
        }
    }

    Path directory(String peer) {
        return root.resolve(peer);
    }

    Optional<String> leader() {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().status().leadingTerm().isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }

    RaftSettings settings(String peer) {
        return new RaftSettings(
                joining.getOrDefault(peer, 0),
                Optional.of(peer),
                peers,
                joining.containsKey(peer),
                false,
                Duration.ofMillis(300),
                ELECTION_MAX,
                Duration.ofSeconds(2),
                joinSilence,
                100_000,
                1024,
                ByteSize.mebibytes(2),
                2,
                snapshotEntries,
                ByteSize.mebibytes(256),
                ByteSize.mebibytes(1),
                0,
                ByteSize.mebibytes(8),
                ByteSize.mebibytes(8));
    }

    static SessionSettings sessions() {
        return new SessionSettings(
                Duration.ofMillis(100), Duration.ofSeconds(10), Duration.ofHours(1), new ByteSize(1024));
    }

    private static void close(RaftMetadata metadata) {
        try {
            metadata.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        starts.shutdownNow();
        stopAll();
        system.terminate();
    }
}
