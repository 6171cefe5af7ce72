package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Flipped bytes in RocksDB's tables (reliability catalogue B7): an error and a stop, never another answer. */
class DamagedStateTest {

    private static final int KEYS = 400;

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "damaged");
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        system.terminate();
    }

    /** One byte anywhere in any table, a few hundred places: an error naming the table, or the right answer. */
    @Test
    void aFlippedByteInATableIsNeverAnotherAnswer() throws Exception {
        Path sound = directory.resolve("sound");
        try (RocksState state = States.open(sound)) {
            fill(state);
        }
        List<String> right;
        try (RocksState state = States.open(sound)) {
            right = answers(state);
        }
        Random random = new Random(7);
        int errors = 0;
        for (int round = 0; round < 120; round++) {
            Path damaged = directory.resolve("damaged");
            DurableFiles.deleteTree(damaged);
            copy(sound, damaged);
            List<Path> tables = tables(damaged);
            Path table = tables.get(random.nextInt(tables.size()));
            long at = (long) (random.nextDouble() * Files.size(table));
            flip(table, at);
            try (RocksState state = States.open(damaged)) {
                assertThat(answers(state)).as("byte %d of %s", at, table).isEqualTo(right);
            } catch (UncheckedIOException | IOException e) {
                IOException told = e instanceof UncheckedIOException unchecked ? unchecked.getCause() : (IOException) e;
                assertThat(told)
                        .as("byte %d of %s", at, table)
                        .isInstanceOf(DamagedStateException.class)
                        .hasMessageContaining(table.getFileName().toString())
                        .hasMessageContaining("move its meta/state directory away");
                errors++;
            }
        }
        assertThat(errors).isGreaterThan(60);
    }

    @Test
    void aRunningPeerStopsAtTheFirstDamagedRow() throws Exception {
        put("");
        try (RaftMetadata metadata = start("")) {
            BucketId bucket = bucket(metadata);
            for (Path table : tables(directory.resolve("state"))) {
                try {
                    flipAll(table);
                } catch (NoSuchFileException compactedAway) {
                    assertThat(table).doesNotExist();
                }
            }
            int refused = 0;
            for (int i = 0; i < KEYS && refused < 5; i++) {
                CompletableFuture<ObjectInfo> read = stat(metadata, bucket, i);
                try {
                    assertThat(read.get(10, SECONDS).size()).isEqualTo(100);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(FlareException.class);
                    refused++;
                }
            }
            assertThat(refused).isPositive();
            assertThat(failure.get()).isInstanceOf(DamagedStateException.class).hasMessageContaining(".sst");
            assertThat(metadata.status().leadingTerm()).isEmpty();
        }
    }

    @Test
    void aStoppedPeerWithADamagedTableRefusesToStartAndIsMadeAnewFromSnapshotAndLog() throws Exception {
        put("flare.raft.snapshot-entries = 50");
        Path state = directory.resolve("state");
        // Independent of the snapshot's links: as where the disk damages what compaction wrote after it.
        for (Path table : tables(state)) {
            byte[] bytes = Files.readAllBytes(table);
            Files.delete(table);
            Files.write(table, bytes);
            Files.write(table, new byte[64], StandardOpenOption.APPEND);
        }
        assertThatThrownBy(() -> start(""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(".sst")
                .hasMessageContaining("move its meta/state directory away");
        DurableFiles.deleteTree(state);
        try (RaftMetadata metadata = start("")) {
            BucketId bucket = bucket(metadata);
            for (int i = 0; i < KEYS; i++) {
                assertThat(stat(metadata, bucket, i).get(10, SECONDS).size()).isEqualTo(100);
            }
        }
    }

    /** The state and its snapshots share tables: a new snapshot reads some of them again, and finds what no query met. */
    @Test
    void aSnapshotThatSharesADamagedTableStopsThePeerBeforeTheLogIsPurged() throws Exception {
        String often = "flare.raft.snapshot-entries = 20";
        put(often);
        try (RaftMetadata metadata = start(often)) {
            BucketId bucket = bucket(metadata);
            // The largest holds the objects' bytes: new keys never read it.
            Path largest = tables(directory.resolve("state")).stream()
                    .max(Comparator.comparingLong(table -> table.toFile().length()))
                    .orElseThrow();
            flipAll(largest);
            for (int i = 0; i < 200 && failure.get() == null; i++) {
                CompletableFuture<ObjectInfo> put = putOne(metadata, bucket, "more-" + i);
                await().pollInterval(Duration.ofMillis(1)).until(() -> put.isDone() || failure.get() != null);
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> failure.get() != null);
            assertThat(failure.get()).hasMessageContaining(".sst");
        }
    }

    @Test
    void refusesALogThatBeginsBehindTheState() throws Exception {
        put("flare.raft.snapshot-entries = 20");
        DurableFiles.deleteTree(directory.resolve("state"));
        try (var all = Files.walk(directory.resolve("raft"))) {
            for (Path snapshot : all.filter(
                            path -> path.getFileName().toString().startsWith("snapshot."))
                    .toList()) {
                DurableFiles.deleteTree(snapshot);
            }
        }
        // As after a purge up to the snapshot that is lost now.
        Path segment = DurableFiles.files(directory.resolve("raft")).stream()
                .filter(file -> file.getFileName().toString().startsWith("log_"))
                .findFirst()
                .orElseThrow();
        Files.move(segment, segment.resolveSibling("log_inprogress_30"));
        assertThatThrownBy(() -> start(""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the log begins at entry 30");
    }

    private static void fill(RocksState state) throws IOException {
        long index = 0;
        for (Command<?> command : commands()) {
            index++;
            state.apply(new ReplicatedState.Position(1, index), 1, List.of(new Envelope(0, 0, 0, command)));
        }
    }

    private static List<Command<?>> commands() {
        List<Command<?>> commands = new ArrayList<>();
        commands.add(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "round-robin")));
        for (int i = 0; i < KEYS; i++) {
            commands.add(command(new BucketId(1), "key-" + i));
        }
        return commands;
    }

    private static Command.PutObject command(BucketId bucket, String key) {
        byte[] bytes = new byte[100];
        new Random(key.hashCode()).nextBytes(bytes);
        return new Command.PutObject(
                bucket,
                ObjectKey.of(key),
                bytes.length,
                "etag",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(bytes),
                WriteCondition.NONE);
    }

    private static List<String> answers(RocksState state) {
        List<String> answers = new ArrayList<>();
        byte[] none = {};
        for (int i = 0; i < KEYS; i++) {
            answers.add(state.query(new Query.StatObject(new BucketId(1), ObjectKey.of("key-" + i)))
                    .toString());
        }
        answers.add(state.query(new Query.ListObjects(new BucketId(1), none, none, none, KEYS))
                .objects()
                .toString());
        answers.add(state.query(new Query.GetCounts()).toString());
        return answers;
    }

    /** A peer that has stopped cleanly, with all rows in tables. */
    private void put(String settings) throws Exception {
        try (RaftMetadata metadata = start(settings)) {
            BucketId bucket = bucket(metadata);
            List<CompletableFuture<ObjectInfo>> puts = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                puts.add(putOne(metadata, bucket, "key-" + i));
            }
            for (CompletableFuture<ObjectInfo> put : puts) {
                put.get(20, SECONDS);
            }
        }
    }

    private static CompletableFuture<ObjectInfo> putOne(RaftMetadata metadata, BucketId bucket, String key) {
        return metadata.submit(command(bucket, key)).toCompletableFuture();
    }

    private static CompletableFuture<ObjectInfo> stat(RaftMetadata metadata, BucketId bucket, int key) {
        return metadata.read(new Query.StatObject(bucket, ObjectKey.of("key-" + key)))
                .toCompletableFuture();
    }

    private static BucketId bucket(RaftMetadata metadata) throws Exception {
        metadata.submit(new Command.InitCluster(UUID.randomUUID(), new ClusterSettings(1, 8 << 20, "round-robin")))
                .toCompletableFuture()
                .get(20, SECONDS);
        return metadata.read(new Query.FindBucket(new BucketName("object")))
                .toCompletableFuture()
                .get(10, SECONDS)
                .orElseThrow();
    }

    private RaftMetadata start(String settings) throws IOException {
        RaftMetadata metadata = RaftMetadata.start(
                system,
                new RaftMetadata.Options(
                        flare.config.Settings.load("flare.raft.port = 0\n" + settings)
                                .raft(),
                        RaftCluster.sessions(),
                        directory,
                        "127.0.0.1",
                        Optional.empty()),
                Clock.systemUTC(),
                failure::set);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> metadata.status().sessionLive());
        return metadata;
    }

    private static List<Path> tables(Path below) throws IOException {
        return DurableFiles.files(below).stream()
                .filter(file -> file.toString().endsWith(".sst"))
                .toList();
    }

    private static void flip(Path file, long at) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, at);
            one.put(0, (byte) (one.get(0) ^ 0x10)).flip();
            channel.write(one, at);
        }
    }

    /** Every hundredth byte of the first half, where the rows are. */
    private static void flipAll(Path file) throws IOException {
        long end = Files.size(file) / 2;
        for (long at = 20; at < end; at += 100) {
            flip(file, at);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        for (Path file : DurableFiles.files(from)) {
            Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
    }
}
