package flare.metadata;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.model.BucketId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log damaged while its peer was down (reliability catalogue A9, B8): told, and never silently shortened. */
class LogDamageTest {

    private static final String PEER = "a";
    private static final int COMMANDS = 50;

    @TempDir
    Path root;

    private RaftCluster cluster;

    @BeforeEach
    void killAPeerWhoseStateIsInItsLogOnly() throws Exception {
        cluster = new RaftCluster(root, 1);
        RaftMetadata metadata = startReady();
        for (int i = 1; i <= COMMANDS; i++) {
            metadata.submit(new Command.CreateBucket(LedgerState.name(i)))
                    .toCompletableFuture()
                    .get(10, SECONDS);
        }
        Objects.requireNonNull(cluster.states.get(PEER)).forget();
        Path saved = root.resolve("saved");
        for (Path file : DurableFiles.files(cluster.directory(PEER))) {
            Path target = saved.resolve(cluster.directory(PEER).relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        Files.createDirectories(saved.resolve("state"));
        cluster.stop(PEER);
        DurableFiles.deleteTree(cluster.directory(PEER));
        Files.move(saved, cluster.directory(PEER));
    }

    @AfterEach
    void stop() throws IOException {
        cluster.close();
    }

    @Test
    void aFlippedBitInTheMiddleRefusesTheStartAndLeavesTheLogAsItIs() throws Exception {
        Path log = openLog();
        byte[] bytes = Files.readAllBytes(log);
        byte[] name = "bucket-25".getBytes(StandardCharsets.UTF_8);
        bytes[indexOf(bytes, name)] ^= 1;
        Files.write(log, bytes);

        assertRefusedUntouched(log, bytes);
    }

    @Test
    void aFlippedBitInTheLastEntryIsNoTornOne() throws Exception {
        Path log = openLog();
        byte[] bytes = Files.readAllBytes(log);
        bytes[endOfEntries(bytes) - 8] ^= 1;
        Files.write(log, bytes);

        assertRefusedUntouched(log, bytes);
    }

    private void assertRefusedUntouched(Path log, byte[] bytes) throws IOException {
        assertThatThrownBy(() -> cluster.start(PEER))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("can't be opened, and was left as it is")
                .hasMessageContaining("checksum");
        assertThat(Files.readAllBytes(log)).isEqualTo(bytes);
    }

    @Test
    void anEntryTornAtTheEndIsForgottenAndNoOther() throws Exception {
        Path log = openLog();
        byte[] bytes = Files.readAllBytes(log);
        int end = endOfEntries(bytes);
        byte[] name = ("bucket-" + COMMANDS).getBytes(StandardCharsets.UTF_8);
        int last = indexOf(bytes, name);
        byte[] torn = Arrays.copyOf(bytes, Math.max(bytes.length, end + 200));
        // The length of an entry, and half of what it announces.
        torn[end] = 100;
        System.arraycopy(bytes, last - 40, torn, end + 1, 50);
        Files.write(log, torn);

        RaftMetadata again = startReady();
        assertThat(again.read(new Query.FindBucket(LedgerState.name(COMMANDS)))
                        .toCompletableFuture()
                        .get(10, SECONDS)
                        .map(BucketId::value))
                .contains((long) COMMANDS);
        assertThat(Objects.requireNonNull(cluster.states.get(PEER)).ledger()).hasSize(COMMANDS);
    }

    private static int endOfEntries(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    private Path openLog() throws IOException {
        return DurableFiles.files(cluster.directory(PEER)).stream()
                .filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
                .findFirst()
                .orElseThrow();
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("the log does not hold it");
    }

    private RaftMetadata startReady() throws IOException {
        RaftMetadata metadata = cluster.start(PEER);
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> metadata.status().sessionLive());
        return metadata;
    }
}
