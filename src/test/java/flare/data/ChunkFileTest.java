package flare.data;

import static flare.data.StoreFixture.CLUSTER;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.ChunkStore.WriteOrder;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChunkFileTest {

    private static final ChunkId GOLDEN_ID = new ChunkId(new BlobId(7, 42), 3);
    private static final Path ROOT = Path.of("/chunk-file");

    private final StoreFixture fixture = new StoreFixture();
    private final ForgetfulDisk disk = new ForgetfulDisk(new Random(1));
    private final StoreLayout layout = new StoreLayout(ROOT);
    private FileChunkStore store;

    @BeforeAll
    void openStore() {
        store = StoreFixture.open(disk, ROOT);
    }

    @AfterAll
    void closeStore() {
        store.close();
        fixture.close();
    }

    @Test
    void writesTheGoldenBytes() throws Exception {
        byte[] long65541 = new byte[65541];
        for (int i = 0; i < long65541.length; i++) {
            long65541[i] = (byte) (i * 7);
        }
        assertThat(written(GOLDEN_ID, "Flare".getBytes(US_ASCII))).isEqualTo(goldenBytes());
        store.delete(GOLDEN_ID, 100).toCompletableFuture().join();
        byte[] file = written(GOLDEN_ID, long65541);
        store.delete(GOLDEN_ID, 100).toCompletableFuture().join();
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file)))
                .isEqualTo(goldenSha256());
    }

    @Test
    void namesAFileAndItsDirectoryAsEverBefore() {
        assertThat(layout.file(GOLDEN_ID))
                .isEqualTo(ROOT.resolve("chunks/62/0000000000000007000000000000002a-00000003"));
    }

    @Test
    void findsEverySingleFlippedBit() throws Exception {
        ChunkId chunk = StoreFixture.chunk(1000);
        byte[] good = written(chunk, "thirty bytes of some content..".getBytes(US_ASCII));
        for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
            byte[] bad = good.clone();
            bad[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertCorrupt(chunk, bad, "bit " + bit);
        }
        assertGood(chunk, good);
    }

    @Test
    void findsAFileTruncatedAtAnyLengthOrExtended() throws Exception {
        ChunkId chunk = StoreFixture.chunk(1001);
        byte[] good = written(chunk, "some other content".getBytes(US_ASCII));
        for (int length = 0; length < good.length; length++) {
            assertCorrupt(chunk, Arrays.copyOf(good, length), "length " + length);
        }
        for (int more : List.of(1, 4, ChunkFile.FOOTER_BYTES, good.length, 100_000)) {
            assertCorrupt(chunk, Arrays.copyOf(good, good.length + more), more + " zero bytes more");
        }
        byte[] twice = Arrays.copyOf(good, 2 * good.length);
        System.arraycopy(good, 0, twice, good.length, good.length);
        assertCorrupt(chunk, twice, "twice");
        assertGood(chunk, good);
    }

    @Test
    void findsAFileThatIsAnotherChunksAnotherOrdinalsOrAnotherClusters() throws Exception {
        ChunkId one = new ChunkId(new BlobId(7, 2000), 0);
        ChunkId two = new ChunkId(new BlobId(7, 2000), 1);
        byte[] first = written(one, "the first one's".getBytes(US_ASCII));
        byte[] second = written(two, "the second one's".getBytes(US_ASCII));
        assertCorrupt(one, second, "swapped");
        assertCorrupt(two, first, "swapped");

        Path foreignRoot = Path.of("/foreign");
        try (FileChunkStore foreign = FileChunkStore.open(
                disk,
                foreignRoot,
                StoreIdentity.Expected.ANYTHING,
                StoreFixture.settings(""),
                java.time.Clock.systemUTC())) {
            foreign.adoptCluster(UUID.randomUUID());
            fixture.put(foreign, one, "the first one's".getBytes(US_ASCII));
        }
        assertCorrupt(one, disk.bytes(new StoreLayout(foreignRoot).file(one)), "foreign");
        assertGood(one, first);
    }

    @Test
    void tellsTheHeaderOfOneGenerationFromTheFooterOfAnother() throws Exception {
        ChunkId chunk = StoreFixture.chunk(3000);
        byte[] old = written(chunk, "same bytes".getBytes(US_ASCII));
        fixture.put(store, chunk, "same bytes".getBytes(US_ASCII), new WriteOrder(-1, OptionalInt.empty(), 17));
        byte[] now = disk.bytes(layout.file(chunk));
        byte[] mixed = now.clone();
        System.arraycopy(old, 0, mixed, 0, ChunkFile.HEADER_BYTES);
        assertCorrupt(chunk, mixed, "header of generation 0 on a copy of generation 17");
        assertGood(chunk, now);
    }

    private byte[] written(ChunkId chunk, byte[] data) throws IOException {
        fixture.put(
                store, chunk, data, new WriteOrder(data.length, OptionalInt.empty(), chunk.equals(GOLDEN_ID) ? 99 : 0));
        return disk.bytes(layout.file(chunk));
    }

    private void assertCorrupt(ChunkId chunk, byte[] bytes, String what) throws IOException {
        disk.replace(layout.file(chunk), bytes);
        assertThatThrownBy(() -> {
                    try (ChunkReader reader = ChunkReader.open(disk, layout.file(chunk), CLUSTER, chunk)) {
                        reader.verify();
                    }
                })
                .as(what)
                .isInstanceOf(CorruptChunkException.class);
    }

    private void assertGood(ChunkId chunk, byte[] bytes) throws Exception {
        disk.replace(layout.file(chunk), bytes);
        try (ChunkReader reader = ChunkReader.open(disk, layout.file(chunk), CLUSTER, chunk)) {
            reader.verify();
        }
    }

    private static byte[] goldenBytes() throws IOException {
        StringBuilder hex = new StringBuilder();
        golden().stream().filter(line -> !line.contains(" ")).forEach(hex::append);
        return HexFormat.of().parseHex(hex);
    }

    private static String goldenSha256() throws IOException {
        return golden().stream()
                .filter(line -> line.startsWith("sha256 "))
                .findFirst()
                .orElseThrow()
                .substring("sha256 ".length());
    }

    private static List<String> golden() throws IOException {
        List<String> lines =
                new ArrayList<>(Files.readAllLines(Path.of("src/test/resources/flare/data/chunk-file-v1.golden")));
        lines.removeIf(line -> line.startsWith("#"));
        return lines;
    }
}
