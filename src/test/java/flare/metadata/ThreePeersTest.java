package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.model.BucketId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ThreePeersTest {

    private static final List<String> PEERS = List.of("a", "b", "c");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path root;

    private RaftCluster cluster;

    @BeforeEach
    void prepare() throws IOException {
        cluster = new RaftCluster(root, PEERS.size());
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void goesOnWithoutItsLeaderAndEveryPeerHasTheSameLedger() throws Exception {
        startAll();
        for (String peer : PEERS) {
            create(peer, PEERS.indexOf(peer)).get(20, SECONDS);
        }
        String leader = leader();
        List<String> others = others(leader);
        List<CompletableFuture<BucketId>> during = new ArrayList<>();
        for (int i = 100; i < 150; i++) {
            during.add(create(others.get(i % 2), i));
        }
        cluster.stop(leader);
        for (int i = 200; i < 250; i++) {
            during.add(create(others.get(i % 2), i));
        }
        for (CompletableFuture<BucketId> command : during) {
            command.get(30, SECONDS);
        }
        // Read where it was not written.
        assertThat(find(others.get(0), 249)).isPresent();
        assertThat(find(others.get(1), 248)).isPresent();

        cluster.start(leader);
        await().atMost(LIMIT).until(() -> ledger(leader).size() == 103);
        assertThat(ledger(leader)).doesNotHaveDuplicates().isEqualTo(ledger(others.get(0)));
        assertThat(ledger(others.get(1))).isEqualTo(ledger(others.get(0)));
    }

    @Test
    void anIsolatedLeaderAnswersNothing() throws Exception {
        startAll();
        String leader = leader();
        create(leader, 1).get(20, SECONDS);
        // An answered read first: one acknowledgement must not serve for later reads.
        assertThat(find(leader, 1)).isPresent();
        for (String other : others(leader)) {
            cluster.stop(other);
        }
        CompletableFuture<?> read =
                metadata(leader).read(new Query.FindBucket(LedgerState.name(1))).toCompletableFuture();
        assertThat(read)
                .failsWithin(LIMIT)
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("did not confirm");
        await().atMost(LIMIT)
                .until(() -> metadata(leader).status().leadingTerm().isEmpty());
    }

    /** An isolated leader leads on for a second or two: each read must have asked the others, which leaves an entry. */
    @Test
    void eachReadAtTheLeaderIsConfirmedByAnEntryOfTheLog() throws Exception {
        startAll();
        String leader = leader();
        create(leader, 1).get(20, SECONDS);
        int reads = 20;
        long before = metadata(leader).status().committedIndex();
        for (int i = 0; i < reads; i++) {
            assertThat(find(leader, 1)).isPresent();
        }
        assertThat(metadata(leader).status().committedIndex()).isGreaterThanOrEqualTo(before + reads);
    }

    @Test
    void aPeerFarBehindGetsTheSnapshot() throws Exception {
        cluster.snapshotEntries = 30;
        startAll();
        String leader = leader();
        String late = others(leader).get(0);
        create(leader, 0).get(20, SECONDS);
        cluster.stop(late);
        // Closed segments are needed for a purge: each of these entries is large.
        for (int i = 1; i <= 60; i++) {
            List<CompletableFuture<BucketId>> batch = new ArrayList<>();
            for (int j = 0; j < 1000; j++) {
                batch.add(create(leader, i * 1000 + j));
            }
            CompletableFuture.allOf(batch.toArray(CompletableFuture[]::new)).get(30, SECONDS);
        }
        int size = ledger(leader).size();
        cluster.start(late);
        await().atMost(LIMIT).until(() -> ledger(late).size() == size);
        assertThat(ledger(late)).isEqualTo(ledger(leader));
        assertThat(find(late, 60_999)).isPresent();
        await().atMost(LIMIT).until(() -> metadata(late).status().sessionLive());
        create(late, 1).get(20, SECONDS);
        assertThat(cluster.failures).isEmpty();
    }

    private void startAll() {
        cluster.startAll(PEERS);
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> cluster.running.values().stream()
                        .allMatch(metadata -> metadata.status().sessionLive()));
    }

    private String leader() {
        await().atMost(LIMIT).until(() -> cluster.leader().isPresent());
        return cluster.leader().orElseThrow();
    }

    private RaftMetadata metadata(String peer) {
        return Objects.requireNonNull(cluster.running.get(peer));
    }

    private static List<String> others(String leader) {
        return PEERS.stream().filter(peer -> !peer.equals(leader)).toList();
    }

    private List<String> ledger(String peer) {
        return Objects.requireNonNull(cluster.states.get(peer)).ledger();
    }

    private CompletableFuture<BucketId> create(String peer, int number) {
        return metadata(peer)
                .submit(new Command.CreateBucket(LedgerState.name(number)))
                .toCompletableFuture();
    }

    private Optional<BucketId> find(String peer, int number) throws Exception {
        return metadata(peer)
                .read(new Query.FindBucket(LedgerState.name(number)))
                .toCompletableFuture()
                .get(20, SECONDS);
    }
}
