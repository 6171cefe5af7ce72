package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real peers at their first start, and where one comes with an empty directory. */
class FoundingTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final List<String> PEERS = List.of("a", "b", "c");

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
    void anEmptiedFounderThatComesFirstNeverVotesAndTheOthersGoOn() throws Exception {
        cluster.startAll(PEERS);
        awaitSessions(PEERS);
        for (int i = 0; i < 20; i++) {
            create(PEERS.get(i % 3), i);
        }
        cluster.stopAll();
        DurableFiles.deleteTree(cluster.directory("c"));

        CompletableFuture<RaftMetadata> wiped = cluster.startAsync("c");
        await().atMost(LIMIT).until(() -> Files.exists(cluster.directory("c").resolve("lock")));
        assertThatThrownBy(() -> wiped.get(1, SECONDS)).isInstanceOf(java.util.concurrent.TimeoutException.class);
        // One that has the group is enough.
        cluster.start("a");
        assertThat(wiped)
                .failsWithin(LIMIT)
                .withThrowableThat()
                .havingRootCause()
                .isInstanceOf(IOException.class)
                .withMessageContaining("peer c has lost its log")
                .withMessageContaining("'flare raft add NEW --replace c'")
                .withMessageContaining("a new flare.raft.peer");

        cluster.start("b");
        awaitSessions(List.of("a", "b"));
        create("b", 20);
        for (int i = 0; i <= 20; i++) {
            assertThat(find("a", i)).as("bucket %d", i).isTrue();
        }
        assertThat(cluster.failures).isEmpty();
        assertThat(Files.exists(cluster.directory("c").resolve("identity"))).isFalse();
        assertThatThrownBy(() -> cluster.start("c")).hasMessageContaining("peer c has lost its log");
    }

    @Test
    void twoOfThreeFoundNothingUntilTheThirdIsThereOnce() throws Exception {
        CompletableFuture<RaftMetadata> a = cluster.startAsync("a");
        CompletableFuture<RaftMetadata> b = cluster.startAsync("b");
        assertThatThrownBy(() -> CompletableFuture.anyOf(a, b).get(1, SECONDS))
                .isInstanceOf(java.util.concurrent.TimeoutException.class);
        assertThat(Files.exists(cluster.directory("a").resolve("founding"))).isFalse();

        cluster.startAsync("c").get(20, SECONDS);
        a.get(20, SECONDS);
        b.get(20, SECONDS);
        awaitSessions(PEERS);
        create("a", 1);
        assertThat(find("c", 1)).isTrue();
        for (String peer : PEERS) {
            assertThat(Files.exists(cluster.directory(peer).resolve("founding")))
                    .as(peer)
                    .isFalse();
        }
        // From now on two do.
        cluster.stopAll();
        cluster.start("b");
        cluster.start("c");
        awaitSessions(List.of("b", "c"));
        assertThat(find("b", 1)).isTrue();
    }

    /** Cut off after its mark, when the others have the group already. */
    @Test
    void aMarkedFounderTakesTheGroupAfterTheOthers() throws Exception {
        cluster.startAll(PEERS);
        awaitSessions(PEERS);
        create("a", 1);
        cluster.stopAll();
        Path c = cluster.directory("c");
        byte[] mark = Files.readAllBytes(c.resolve("identity"));
        DurableFiles.deleteTree(c);
        Files.createDirectories(c);
        Files.write(c.resolve("founding"), mark);

        CompletableFuture<RaftMetadata> marked = cluster.startAsync("c");
        cluster.start("a");
        cluster.start("b");
        marked.get(20, SECONDS);
        awaitSessions(PEERS);
        assertThat(find("c", 1)).isTrue();
        assertThat(Files.exists(c.resolve("founding"))).isFalse();
    }

    @Test
    void aMarkOfAnotherPeerOrOtherFoundersIsNone() throws Exception {
        MetaDirectory.Identity own = new MetaDirectory.Identity("a", java.util.UUID.randomUUID());
        try (MetaDirectory directory = MetaDirectory.open(root.resolve("marks"))) {
            assertThat(directory.founding(own)).isFalse();
            directory.markFounding(new MetaDirectory.Identity("b", own.group()));
            assertThat(directory.founding(own)).isFalse();
            directory.markFounding(new MetaDirectory.Identity("a", java.util.UUID.randomUUID()));
            assertThat(directory.founding(own)).isFalse();
            directory.markFounding(own);
            assertThat(directory.founding(own)).isTrue();
        }
    }

    private void awaitSessions(List<String> peers) {
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() ->
                        peers.stream().allMatch(peer -> metadata(peer).status().sessionLive()));
    }

    private RaftMetadata metadata(String peer) {
        return Objects.requireNonNull(cluster.running.get(peer));
    }

    private void create(String peer, int number) throws Exception {
        metadata(peer)
                .submit(new Command.CreateBucket(LedgerState.name(number)))
                .toCompletableFuture()
                .get(20, SECONDS);
    }

    private boolean find(String peer, int number) throws Exception {
        Optional<?> found = metadata(peer)
                .read(new Query.FindBucket(LedgerState.name(number)))
                .toCompletableFuture()
                .get(20, SECONDS);
        return found.isPresent();
    }
}
