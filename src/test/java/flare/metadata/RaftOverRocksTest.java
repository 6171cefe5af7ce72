package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.metadata.Command.NewContent;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of the metadata, as a process starts it. */
class RaftOverRocksTest {

    private static final BucketName NAME = new BucketName("object");

    private final ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "rocks");

    @TempDir
    Path directory;

    @AfterEach
    void stop() {
        system.terminate();
    }

    @Test
    void keepsObjectsThroughSnapshotAndRestart() throws Exception {
        try (RaftMetadata metadata = start()) {
            BucketId bucket = bucket(metadata);
            List<CompletableFuture<ObjectInfo>> puts = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                puts.add(put(metadata, bucket, "key-" + i, WriteCondition.NONE));
            }
            for (CompletableFuture<ObjectInfo> put : puts) {
                put.get(20, SECONDS);
            }
        }
        try (RaftMetadata metadata = start()) {
            BucketId bucket = bucket(metadata);
            for (int i = 0; i < 500; i += 100) {
                ObjectInfo info = metadata.read(new Query.StatObject(bucket, ObjectKey.of("key-" + i)))
                        .toCompletableFuture()
                        .get(10, SECONDS);
                assertThat(info.size()).isEqualTo(4);
            }
            put(metadata, bucket, "after", WriteCondition.NONE).get(20, SECONDS);
        }
    }

    @Test
    void checksItsRowsWhileWritesGoOnAndLeavesNothingBehind() throws Exception {
        try (RaftMetadata metadata = start()) {
            BucketId bucket = bucket(metadata);
            for (int round = 0; round < 3; round++) {
                List<CompletableFuture<?>> puts = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    puts.add(put(metadata, bucket, "key-" + round + "-" + i, WriteCondition.NONE));
                }
                CompletableFuture<FsckReport> checked = metadata.fsck().toCompletableFuture();
                CompletableFuture<FsckReport> second = metadata.fsck().toCompletableFuture();
                assertThat(checked.get(20, SECONDS).first()).isEmpty();
                // Two at once only if the first is over already.
                assertThat(second.handle((report, failure) -> failure == null ? "" : failure.getMessage())
                                .get(20, SECONDS))
                        .matches("|.*a check of the metadata is under way: wait for its end");
                CompletableFuture.allOf(puts.toArray(CompletableFuture<?>[]::new))
                        .get(20, SECONDS);
            }
            FsckReport report = metadata.fsck().toCompletableFuture().get(20, SECONDS);
            assertThat(report.rows()).isGreaterThan(1_200);
            assertThat(report.index()).isPositive();
        }
    }

    @Test
    void refusesACommandThatMustNotReachTheLog() throws Exception {
        try (RaftMetadata metadata = start()) {
            CompletableFuture<Boolean> freed = metadata.submit(new Command.FreeBlob(new flare.model.BlobId(1, 1), 0, 1))
                    .toCompletableFuture();
            assertThat(freed)
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .havingCause()
                    .isInstanceOfSatisfying(
                            FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.INVALID_ARGUMENT));
        }
    }

    private static BucketId bucket(RaftMetadata metadata) throws Exception {
        metadata.submit(new Command.InitCluster(UUID.randomUUID(), new ClusterSettings(1, 8 << 20, "round-robin")))
                .toCompletableFuture()
                .get(20, SECONDS);
        return metadata.read(new Query.FindBucket(NAME))
                .toCompletableFuture()
                .get(10, SECONDS)
                .orElseThrow();
    }

    private static CompletableFuture<ObjectInfo> put(
            RaftMetadata metadata, BucketId bucket, String key, WriteCondition condition) {
        byte[] bytes = {1, 2, 3, 4};
        return metadata.submit(new Command.PutObject(
                        bucket,
                        ObjectKey.of(key),
                        bytes.length,
                        "etag",
                        ObjectAttributes.NONE,
                        new NewContent.Inline(bytes),
                        condition))
                .toCompletableFuture();
    }

    private RaftMetadata start() throws IOException {
        RaftMetadata metadata = RaftMetadata.start(
                system,
                new RaftMetadata.Options(
                        flare.config.Settings.load("flare.raft.port = 0").raft(),
                        RaftCluster.sessions(),
                        directory,
                        "127.0.0.1",
                        Optional.empty()),
                Clock.systemUTC(),
                failure -> {
                    throw new AssertionError(failure);
                });
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> metadata.status().sessionLive());
        return metadata;
    }
}
