package flare.data;

import static flare.data.StoreFixture.await;
import static flare.data.StoreFixture.bytes;
import static flare.data.StoreFixture.chunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.DiskState;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The chunk store on the disk of this machine: what a fake can't show. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(60)
class LocalDiskStoreTest {

    private static final ChunkId CHUNK = chunk(1);

    private final StoreFixture fixture = new StoreFixture();

    @TempDir
    Path temporary;

    private Path root;
    private StoreLayout layout;
    private FileChunkStore store;
    private int directories;

    @BeforeEach
    void open() {
        root = temporary.resolve("node-" + directories++);
        layout = new StoreLayout(root);
        store = StoreFixture.open(new LocalDisk(), root);
    }

    @Test
    void measuresItsSyncsOnceAtATimeAndLeavesNothingBehind() throws Exception {
        CompletionStage<SyncTimes> first = store.measureSyncs();
        CompletionStage<SyncTimes> second = store.measureSyncs();

        SyncTimes times = first.toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(times.syncs()).isPositive();
        assertThat(times.maxNanos()).isGreaterThanOrEqualTo(times.medianNanos());
        assertThat(second.handle((more, failure) -> failure == null ? "" : failure.getMessage())
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS))
                .matches("|.* is measuring its syncs already");
        try (var left = Files.list(layout.temporary())) {
            assertThat(left).isEmpty();
        }
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @AfterAll
    void closeFixture() {
        fixture.close();
    }

    @Test
    void holdsTheSameBytesAsItsTwinFileIO() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 6; i++) {
            byte[] content = bytes(random, random.nextInt(1_500_000));
            int pieceBytes = 1 + random.nextInt(200_000);
            await(StoreFixture.source(content, pieceBytes)
                    .runWith(store.write(chunk(i), WriteOrder.upload(-1)), fixture.system));
            Path twin = temporary.resolve("twin");
            await(StoreFixture.source(content, pieceBytes).runWith(FileIO.toPath(twin), fixture.system));
            byte[] file = Files.readAllBytes(layout.file(chunk(i)));
            byte[] data = Arrays.copyOfRange(file, ChunkFile.HEADER_BYTES, ChunkFile.HEADER_BYTES + content.length);
            assertThat(data).isEqualTo(Files.readAllBytes(twin));
            assertThat(file).hasSize((int) ChunkFile.fileBytes(content.length));
            assertThat(fixture.get(store, chunk(i))).isEqualTo(content);
        }
    }

    @Test
    void neverServesNorWaitsOnWhatIsNoRegularFile() throws Exception {
        fixture.put(store, CHUNK, bytes(new Random(2), 1000));
        Path file = layout.file(CHUNK);
        Path elsewhere = temporary.resolve("elsewhere");
        Files.move(file, elsewhere);

        Files.createSymbolicLink(file, elsewhere);
        assertCorruptAndSetAside("symbolic link", 1);
        Files.createDirectory(file);
        assertCorruptAndSetAside("directory", 2);
        assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor())
                .isZero();
        assertCorruptAndSetAside("pipe", 3);
        Files.createFile(file);
        assertCorruptAndSetAside("empty file", 4);

        fixture.put(store, CHUNK, bytes(new Random(2), 1000));
    }

    @Test
    void aWriteMovesWhatIsNoRegularFileOutOfTheWay() throws Exception {
        Files.createDirectory(layout.file(CHUNK));
        byte[] content = bytes(new Random(3), 1000);
        fixture.put(store, CHUNK, content);
        assertThat(fixture.get(store, CHUNK)).isEqualTo(content);
    }

    @Test
    void setsAFileAsideThatItMayNotRead() throws Exception {
        fixture.put(store, CHUNK, bytes(new Random(4), 1000));
        Files.setPosixFilePermissions(layout.file(CHUNK), PosixFilePermissions.fromString("---------"));
        store.close();
        store = StoreFixture.open(UnprivilegedDisk.create(), root);
        assertCorruptAndSetAside("unreadable file", 1);
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
    }

    @Test
    void manyWritersAndReadersDoNotMixUp() {
        Random random = new Random(5);
        List<byte[]> contents = new ArrayList<>();
        List<CompletionStage<CopyReceipt>> writes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            byte[] content = bytes(random, random.nextInt(400_000));
            contents.add(content);
            writes.add(StoreFixture.source(content, 30_000)
                    .runWith(store.write(chunk(i), WriteOrder.upload(content.length)), fixture.system));
        }
        writes.forEach(StoreFixture::await);
        List<CompletionStage<ByteString>> reads = new ArrayList<>();
        for (int i = 0; i < contents.size(); i++) {
            Source<ByteString, NotUsed> bytes =
                    await(store.read(chunk(i), 0, Integer.MAX_VALUE)).bytes();
            reads.add(bytes.runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), fixture.system));
        }
        for (int i = 0; i < contents.size(); i++) {
            assertThat(await(reads.get(i)).toArray()).isEqualTo(contents.get(i));
        }
    }

    @Test
    void aReadThatIsCancelledOrNeverRunKeepsNoFileOpen() throws Exception {
        fixture.put(store, CHUNK, bytes(new Random(6), 3_000_000));
        for (int i = 0; i < 20; i++) {
            Source<ByteString, NotUsed> bytes =
                    await(store.read(CHUNK, 0, Integer.MAX_VALUE)).bytes();
            if (i % 2 == 0) {
                await(bytes.take(1).runWith(Sink.ignore(), fixture.system));
            }
        }
        Awaitility.await().until(() -> openFilesUnder(root.resolve("chunks")) == 0);
    }

    @Test
    void refusesASecondStoreOnTheDirectoryInThisProcessAndInAnother() throws Exception {
        assertThatThrownBy(() -> StoreFixture.open(new LocalDisk(), root))
                .isInstanceOf(DataNodeException.class)
                .hasMessageContaining("is in use by another data node");
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        OpenAndTell.class.getName(),
                        root.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(other.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(output).contains("is in use by another data node");
    }

    /** Run as a process of its own. */
    static final class OpenAndTell {

        private OpenAndTell() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] args) {
            try {
                FileChunkStore.open(Path.of(args[0]), Optional.empty(), StoreFixture.settings(""), Clock.systemUTC());
                System.out.println("opened");
            } catch (DataNodeException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    void refusesADirectoryOfAnotherClusterAtStart() {
        store.close();
        UUID other = UUID.randomUUID();
        assertThatThrownBy(() ->
                        FileChunkStore.open(root, Optional.of(other), StoreFixture.settings(""), Clock.systemUTC()))
                .isInstanceOf(DataNodeException.class)
                .hasMessageContaining("belongs to cluster " + StoreFixture.CLUSTER + ", not to " + other);
    }

    private void assertCorruptAndSetAside(String what, int aside) throws IOException {
        assertThatThrownBy(() -> fixture.get(store, CHUNK))
                .as(what)
                .isInstanceOfSatisfying(
                        DataNodeException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT));
        try (var names = Files.list(Objects.requireNonNull(layout.file(CHUNK).getParent()))) {
            assertThat(names.filter(name -> name.toString().endsWith(".corrupt")))
                    .as(what)
                    .hasSize(aside);
        }
    }

    private static long openFilesUnder(Path directory) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        try (var links = Files.list(descriptors)) {
            return links.filter(link -> {
                        try {
                            return Files.readSymbolicLink(link).startsWith(directory);
                        } catch (IOException gone) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
