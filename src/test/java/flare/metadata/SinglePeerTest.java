package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.model.BucketId;
import flare.model.FlareException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SinglePeerTest {

    private static final String PEER = "a";

    @TempDir
    Path root;

    private RaftCluster cluster;

    @BeforeEach
    void prepare() throws IOException {
        cluster = new RaftCluster(root, 1);
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void keepsWhatItAnsweredAcrossARestart() throws Exception {
        RaftMetadata metadata = startReady();
        assertThat(create(metadata, 1).get(10, SECONDS)).isEqualTo(new BucketId(1));
        cluster.stop(PEER);

        RaftMetadata again = startReady();
        assertThat(find(again, 1)).contains(1L);
        assertThat(create(again, 2).get(10, SECONDS)).isEqualTo(new BucketId(2));
    }

    @Test
    void replaysTheLogWhenTheStateForgot() throws Exception {
        RaftMetadata metadata = startReady();
        createMany(metadata, 1, 50);
        // Nothing of the state reaches the disk, and stopping takes no snapshot any more.
        states().forget();
        killWithoutSnapshot();

        RaftMetadata again = startReady();
        assertThat(find(again, 50)).contains(50L);
        assertThat(states().ledger()).hasSize(50);
    }

    @Test
    void restoresTheSnapshotWhenTheStateIsBehindIt() throws Exception {
        cluster.snapshotEntries = 20;
        RaftMetadata metadata = startReady();
        for (int i = 1; i <= 60; i++) {
            create(metadata, i).get(10, SECONDS);
        }
        assertThat(snapshots()).hasSizeBetween(1, 2);
        states().forget();
        cluster.stop(PEER);

        startReady();
        assertThat(states().ledger()).hasSize(60);
    }

    @Test
    void purgesTheLogUpToTheSnapshotAndStartsAgain() throws Exception {
        cluster.snapshotEntries = 100;
        RaftMetadata metadata = startReady();
        // Long names fill segments of 1 MiB, and only closed segments can be purged.
        for (int round = 0; round < 8; round++) {
            createMany(metadata, round * 10_000, 10_000);
        }
        cluster.stop(PEER);
        RaftMetadata again = startReady();
        cluster.stop(PEER);
        startReady();
        assertThat(states().ledger()).hasSize(80_000);
        assertThat(logFiles()).noneMatch(name -> name.startsWith("log_0-"));
        assertThat(again).isNotNull();
    }

    @Test
    void aSnapshotThatFailsIsToldAndNotTriedAgainWithEachEntry() throws Exception {
        cluster.snapshotEntries = 10;
        RaftMetadata metadata = startReady();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        metadata.measure(metrics);
        states().fill(true);
        int before = states().checkpoints();
        for (int i = 1; i <= 100; i++) {
            create(metadata, i).get(10, SECONDS);
        }
        await().until(() -> states().checkpoints() > before);
        assertThat(states().checkpoints() - before).isEqualTo(1);
        await().until(() -> metrics.get("flare.snapshot.failures").gauge().value() == 1);
        states().fill(false);
        cluster.stop(PEER);

        assertThat(snapshots()).as("taken at the stop").hasSize(1);
    }

    @Test
    void goesOnWhenAFolderCannotBeListedForASnapshot() throws Exception {
        cluster.snapshotEntries = 10;
        RaftMetadata metadata = startReady();
        states().failCheckpoints(new UncheckedIOException(new IOException("Input/output error")));
        createMany(metadata, 1, 50);
        await().until(() -> states().checkpoints() > 0);

        createMany(metadata, 51, 50);
        assertThat(find(metadata, 100)).contains(100L);
        assertThat(cluster.failures).isEmpty();
    }

    @Test
    void doesNotSayThatItWasRemovedWhenRatisStopsAtAFault() throws Exception {
        cluster.snapshotEntries = 10;
        RaftMetadata metadata = startReady();
        states().failCheckpoints(new IllegalStateException("planted"));
        for (int i = 1; i <= 20; i++) {
            var unused = create(metadata, i);
        }

        await().until(() -> cluster.failures.containsKey(PEER));
        assertThat(cluster.failures.get(PEER))
                .hasMessageContaining("the metadata log of peer a stopped by itself")
                .hasMessageContaining("Restart this process");
    }

    @Test
    void refusesAWipedRaftDirectory() throws Exception {
        startReady();
        cluster.stop(PEER);
        DurableFiles.deleteTree(cluster.directory(PEER).resolve("raft"));

        assertThatThrownBy(() -> cluster.start(PEER))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("was initialised, but its Raft directory")
                .hasMessageContaining("is empty");
    }

    @Test
    void refusesADirectoryThatIsInUse() throws Exception {
        startReady();

        assertThatThrownBy(() -> cluster.start(PEER))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in use by another process");
    }

    @Test
    void refusesTheDirectoryOfAnotherPeer() throws Exception {
        startReady();
        cluster.stop(PEER);
        Files.move(cluster.directory(PEER), cluster.directory("b"));

        assertThatThrownBy(() -> cluster.start("b"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("belongs to peer a");
    }

    @Test
    void refusesADamagedIdentity() throws Exception {
        startReady();
        cluster.stop(PEER);
        Path identity = cluster.directory(PEER).resolve("identity");
        Files.writeString(identity, Files.readString(identity).replace("peer a", "peer b"));

        assertThatThrownBy(() -> cluster.start(PEER))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
    }

    @Test
    void stopsWhenApplyFails() throws Exception {
        RaftMetadata metadata = startReady();
        create(metadata, 1).get(10, SECONDS);
        states().breakDisk();

        CompletableFuture<BucketId> lost = create(metadata, 2);
        await().until(() -> cluster.failures.containsKey(PEER));
        assertThat(cluster.failures.get(PEER)).hasMessageContaining("Input/output error");
        assertThat(lost).isNotDone();
        assertThat(metadata.status().leadingTerm()).isEmpty();
        assertThatThrownBy(() -> find(metadata, 1)).hasRootCauseInstanceOf(FlareException.class);
    }

    @Test
    void stopsWhenTheStateCannotBeRead() throws Exception {
        RaftMetadata metadata = startReady();
        create(metadata, 1).get(10, SECONDS);
        states().damage();

        assertThatThrownBy(() -> find(metadata, 1)).hasRootCauseMessage("block checksum mismatch");
        assertThat(cluster.failures.get(PEER)).hasMessageContaining("block checksum mismatch");
        assertThat(metadata.status().leadingTerm()).isEmpty();
    }

    @Test
    void namesTheTermItLeadsIn() throws Exception {
        RaftMetadata metadata = startReady();
        RaftStatus status = metadata.status();
        assertThat(status.leadingTerm()).hasValue(status.term());
        assertThat(status.leader()).contains(PEER);
        assertThat(status.sessionLive()).isTrue();
        assertThat(metadata.address().getPort()).isPositive();
    }

    private RaftMetadata startReady() throws IOException {
        RaftMetadata metadata = cluster.start(PEER);
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> metadata.status().sessionLive());
        return metadata;
    }

    private LedgerState states() {
        return Objects.requireNonNull(cluster.states.get(PEER));
    }

    /** What a kill leaves on disk, read by the next start: a copy of the running peer's files. */
    private void killWithoutSnapshot() throws IOException {
        Path saved = root.resolve("saved");
        copyTree(cluster.directory(PEER), saved);
        cluster.stop(PEER);
        DurableFiles.deleteTree(cluster.directory(PEER));
        Files.move(saved, cluster.directory(PEER));
    }

    private static void copyTree(Path from, Path to) throws IOException {
        for (Path file : DurableFiles.files(from)) {
            Path target = to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        Files.createDirectories(to.resolve("state"));
    }

    private List<String> snapshots() throws IOException {
        try (var files = Files.walk(cluster.directory(PEER).resolve("raft"))) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("snapshot."))
                    .toList();
        }
    }

    private List<String> logFiles() throws IOException {
        try (var files = Files.walk(cluster.directory(PEER).resolve("raft"))) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith("log_"))
                    .toList();
        }
    }

    private static CompletableFuture<BucketId> create(RaftMetadata metadata, int number) {
        return metadata.submit(new Command.CreateBucket(LedgerState.name(number)))
                .toCompletableFuture();
    }

    private static void createMany(RaftMetadata metadata, int from, int count) throws Exception {
        List<CompletableFuture<BucketId>> all = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            all.add(create(metadata, i));
        }
        CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(60, SECONDS);
    }

    private static Optional<Long> find(RaftMetadata metadata, int number) throws Exception {
        return metadata.read(new Query.FindBucket(LedgerState.name(number)))
                .toCompletableFuture()
                .get(10, SECONDS)
                .map(BucketId::value);
    }
}
