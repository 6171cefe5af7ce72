package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import flare.metadata.RaftChange.Add;
import flare.metadata.RaftChange.Remove;
import flare.metadata.RaftChange.Transfer;
import flare.model.BucketId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Peers that come and go, in one JVM. */
class MembershipTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final long MAX_GAP_MILLIS = 5_000;

    @TempDir
    Path root;

    private RaftCluster cluster;
    private final AtomicInteger numbers = new AtomicInteger();

    @BeforeEach
    void prepare() throws IOException {
        cluster = RaftCluster.ofOne(root);
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void oneGrowsToThreeUnderLoadAndThenLosesItsFirst() throws Exception {
        cluster.start("a");
        await().atMost(LIMIT).until(() -> metadata("a").status().sessionLive());
        try (Load load = new Load()) {
            String b = join("b");
            String c = join("c");
            assertThat(voters("b")).containsExactly("a");
            load.on("b");

            change("b", new Add(List.of("b", "c"), Optional.empty(), false));
            assertThat(voters("a")).containsExactlyInAnyOrder("a", b, c);
            // The leader that took them in would go on taking them for newcomers.
            await().atMost(LIMIT)
                    .until(() -> metadata("a")
                            .status()
                            .leader()
                            .filter(List.of(b, c)::contains)
                            .isPresent());

            String d = join("d");
            load.on("d");
            change("c", new Add(List.of("d"), Optional.of("a"), false));
            assertThat(voters("c")).containsExactlyInAnyOrder(b, c, d);
            await().atMost(LIMIT).until(() -> cluster.failures.containsKey("a"));
            assertThat(cluster.failures.get("a"))
                    .hasMessageContaining("peer a is no member of the metadata log any more");
            load.end();
            System.out.printf(
                    "C13 in one JVM: %d commands answered, the longest gap %d ms%n",
                    load.answered.size(), load.longestGapMillis());
            assertThat(load.longestGapMillis()).isLessThanOrEqualTo(MAX_GAP_MILLIS);
            for (String peer : List.of("b", "c", "d")) {
                await().atMost(LIMIT).until(() -> ledgerBuckets(peer).containsAll(load.answered));
            }
        }
        assertThat(ledger("c")).isEqualTo(ledger("b"));
        assertThat(cluster.failures.keySet()).containsExactly("a");
    }

    @Test
    void aListenerWritesReadsAndLeavesTheVoteToOthers() throws Exception {
        cluster.start("a");
        String b = join("b");

        create("b", 1).get(20, SECONDS);
        assertThat(find("a", 1)).isPresent();
        assertThat(find("b", 1)).isPresent();
        assertThat(peers("b").stream().filter(peer -> peer.id().equals(b)))
                .singleElement()
                .matches(peer -> peer.role().equals("listener") && !peer.voter());
        // Without it nothing changes for the voters.
        cluster.stop("b");
        create("a", 2).get(20, SECONDS);
        cluster.start("b");
        await().atMost(LIMIT).until(() -> metadata("b").status().sessionLive());
        assertThat(find("b", 2)).isPresent();
        assertThat(metadata("b").status().peer()).isEqualTo(b);
        change("a", new Remove(List.of("b"), false));
        await().atMost(LIMIT).until(() -> cluster.failures.containsKey("b"));
    }

    /** Ratis logs the change of role with the server's lock held: held for longer than a timer sleeps. */
    @Test
    void aListenerIsMadeAVoterEvenIfItsElectionTimerWakesJustThen() throws Exception {
        cluster.start("a");
        String b = join("b");
        assertThat(electionTimers(b)).isEmpty();
        cluster.stop("b");
        cluster.start("b");
        await().atMost(LIMIT).until(() -> metadata("b").status().sessionLive());
        Logger roles = (Logger) LoggerFactory.getLogger(RaftServer.Division.class);
        SlowRoleChange slow = new SlowRoleChange();
        slow.start();
        roles.addAppender(slow);
        roles.setAdditive(false);
        roles.setLevel(Level.INFO);
        try {
            change("a", new Add(List.of("b"), Optional.empty(), true));
        } finally {
            roles.detachAppender(slow);
            roles.setAdditive(true);
            roles.setLevel(null);
        }

        assertThat(slow.seen.get()).isEqualTo(1);
        assertThat(voters("a")).containsExactlyInAnyOrder("a", b);
        await().atMost(LIMIT).until(() -> recordedVoters("b") == 2);
        // Started again it is not alone, whatever its settings say: no haste with the first election.
        assertThat(recordedVoters("a")).isEqualTo(2);
        create("b", 1).get(20, SECONDS);
        assertThat(find("b", 1)).isPresent();
    }

    /** Ratis stops sending to all that joined in the leader's term when it gives up on one of them. */
    @Test
    void aListenerJoinsAgainWhenTheLeaderHasStoppedSendingToIt() throws Exception {
        cluster.joinSilence = Duration.ofMillis(1_500);
        cluster.start("a");
        String b = join("b");
        join("c");
        cluster.stop("c");
        await().pollDelay(cluster.joinSilence)
                .atMost(LIMIT)
                .until(() ->
                        peers("a").stream().filter(RaftPeerView::isReachable).count() == 2);

        join("d");

        create("a", 1).get(20, SECONDS);
        await().atMost(LIMIT).ignoreExceptions().until(() -> find("b", 1).isPresent());
        assertThat(metadata("b").status().peer()).isEqualTo(b);
        assertThat(find("d", 1)).isPresent();
        assertThat(cluster.failures).isEmpty();
    }

    @Test
    void aWipedPeerDoesNotVoteAgainButComesBackUnderANewId() throws Exception {
        cluster.close();
        cluster = new RaftCluster(root, 3);
        cluster.startAll(List.of("a", "b", "c"));
        for (String peer : List.of("a", "b", "c")) {
            await().atMost(LIMIT).until(() -> metadata(peer).status().sessionLive());
        }
        create("c", 1).get(20, SECONDS);
        cluster.stop("c");
        DurableFiles.deleteTree(cluster.directory("c"));

        assertThatThrownBy(() -> cluster.start("c"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("peer c has lost its log")
                .hasMessageContaining("flare.raft.join = true");
        String again = join("d");
        change("a", new Add(List.of(again), Optional.of("c"), false));

        assertThat(voters("a")).containsExactlyInAnyOrder("a", "b", again);
        assertThatThrownBy(() -> cluster.start("c")).hasMessageContaining("peer c was removed from the group");
        create("d", 2).get(20, SECONDS);
        assertThat(find("b", 2)).isPresent();
    }

    @Test
    void theLeadIsHandedOver() throws Exception {
        cluster.close();
        cluster = new RaftCluster(root, 3);
        cluster.startAll(List.of("a", "b", "c"));
        for (String peer : List.of("a", "b", "c")) {
            await().atMost(LIMIT).until(() -> metadata(peer).status().sessionLive());
        }
        create("a", 1).get(20, SECONDS);
        String next = metadata("a").status().leader().orElseThrow().equals("b") ? "c" : "b";

        change("a", new Transfer(Optional.of(next)));

        await().atMost(LIMIT).until(() -> cluster.leader().equals(Optional.of(next)));
        create("a", 2).get(20, SECONDS);
    }

    @Test
    void aNewPeerGetsTheSnapshotWhereTheLogIsPurged() throws Exception {
        cluster.snapshotEntries = 30;
        cluster.start("a");
        await().atMost(LIMIT).until(() -> metadata("a").status().sessionLive());
        for (int i = 0; i < 60; i++) {
            List<CompletableFuture<BucketId>> batch = new ArrayList<>();
            for (int j = 0; j < 1000; j++) {
                batch.add(create("a", numbers.incrementAndGet()));
            }
            CompletableFuture.allOf(batch.toArray(CompletableFuture[]::new)).get(30, SECONDS);
        }
        await().atMost(LIMIT).until(() -> firstIndex("a") > 0);
        join("b");
        join("c");
        assertThat(firstIndex("b")).isPositive();
        await().atMost(LIMIT).until(() -> ledger("b").size() == ledger("a").size());

        change("a", new Add(List.of("b", "c"), Optional.empty(), false));
        cluster.stop("a");
        create("b", 100_001).get(30, SECONDS);

        assertThat(find("c", 100_001)).isPresent();
        assertThat(find("c", 60_000)).isPresent();
        assertThat(cluster.failures).isEmpty();
    }

    /** The id it got. */
    private String join(String name) throws Exception {
        cluster.join(name);
        await().atMost(LIMIT).until(() -> metadata(name).status().sessionLive());
        String id = metadata(name).status().peer();
        // It is served while it is brought up to date, before it is a member.
        await().atMost(LIMIT)
                .until(() -> peers(name).stream().anyMatch(peer -> peer.id().equals(id)));
        return id;
    }

    private static List<String> electionTimers(String id) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(id + "@") && name.endsWith(ListenerTimer.NAME_END))
                .toList();
    }

    /** Of the log; above 0 where the beginning is purged, or never came. */
    private long firstIndex(String peer) throws IOException {
        return LogFiles.firstIndex(current(peer)).orElse(0);
    }

    private int recordedVoters(String peer) throws IOException {
        return LogFiles.recordedVoters(current(peer)).orElse(0);
    }

    private Path current(String peer) throws IOException {
        try (Stream<Path> groups = Files.list(cluster.directory(peer).resolve("raft"))) {
            return groups.filter(Files::isDirectory).findFirst().orElseThrow().resolve("current");
        }
    }

    private void change(String on, RaftChange change) throws Exception {
        metadata(on).peers().change(change).toCompletableFuture().get(60, SECONDS);
    }

    private List<RaftPeerView> peers(String on) throws Exception {
        return metadata(on).peers().list().toCompletableFuture().get(20, SECONDS);
    }

    private List<String> voters(String on) throws Exception {
        return MembershipPlan.ids(peers(on), true);
    }

    private RaftMetadata metadata(String peer) {
        return Objects.requireNonNull(cluster.running.get(peer));
    }

    private List<String> ledger(String peer) {
        return Objects.requireNonNull(cluster.states.get(peer)).ledger();
    }

    private Set<String> ledgerBuckets(String peer) {
        return new HashSet<>(ledger(peer));
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

    private static final class SlowRoleChange extends AppenderBase<ILoggingEvent> {
        private final AtomicInteger seen = new AtomicInteger();

        @Override
        protected void append(ILoggingEvent event) {
            String message = event.getFormattedMessage();
            if (message.contains("changes role from") && message.contains("LISTENER to FOLLOWER")) {
                seen.incrementAndGet();
                LockSupport.parkNanos(RaftCluster.ELECTION_MAX.multipliedBy(2).toNanos());
            }
        }
    }

    /** Commands, one after the other, on the peer last named. */
    private final class Load implements AutoCloseable {
        private final Set<String> answered = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicLong longestGap = new AtomicLong();
        private final Thread thread = new Thread(this::run, "load");
        private volatile String peer = "a";

        Load() {
            thread.setDaemon(true);
            thread.start();
        }

        void on(String name) {
            peer = name;
        }

        private void run() {
            long last = System.nanoTime();
            while (!stopped.get()) {
                int number = numbers.incrementAndGet();
                try {
                    create(peer, number).get(30, SECONDS);
                    answered.add(LedgerState.name(number).toString());
                } catch (Exception e) {
                    continue;
                }
                long now = System.nanoTime();
                longestGap.accumulateAndGet(now - last, Math::max);
                last = now;
            }
        }

        long longestGapMillis() {
            return Duration.ofNanos(longestGap.get()).toMillis();
        }

        void end() {
            stopped.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            end();
        }
    }
}
