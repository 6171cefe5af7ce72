package flare.data;

import static flare.data.StoreFixture.await;
import static flare.data.StoreFixture.bytes;
import static flare.data.StoreFixture.chunk;
import static flare.data.StoreFixture.crc32c;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import flare.chunk.BlockCrcs;
import flare.data.ChunkStore.TrashUsage;
import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.DiskState;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FileChunkStoreTest {

    private static final Path ROOT = Path.of("/store");
    private static final ChunkId CHUNK = chunk(1);
    private static final StoreLayout LAYOUT = new StoreLayout(ROOT);

    private final StoreFixture fixture = new StoreFixture();
    private ForgetfulDisk disk;
    private FileChunkStore store;

    @BeforeEach
    void open() {
        disk = new ForgetfulDisk(new Random(1));
        disk.setCapacity(1 << 30);
        store = StoreFixture.open(disk, ROOT, "flare.data { max-writes = 2, reserve = 0.01, trash-ttl = 1h }");
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
    void givesBackWhatItWasGivenAtEveryAwkwardLength() {
        Random random = new Random(2);
        int block = BlockCrcs.BLOCK_BYTES;
        int piece = ChunkReader.PIECE_BLOCKS * block;
        int write = ChunkWriter.WRITE_BYTES;
        int[] lengths = {
            0, 1, block - 1, block, block + 1, piece, piece + 1, write - ChunkFile.HEADER_BYTES, 3 * write, 2_000_003
        };
        for (int i = 0; i < lengths.length; i++) {
            byte[] content = bytes(random, lengths[i]);
            CopyReceipt receipt = fixture.put(store, chunk(i), content);
            assertThat(receipt).isEqualTo(new CopyReceipt(content.length, crc32c(content)));
            assertThat(fixture.get(store, chunk(i))).isEqualTo(content);
            assertThat(await(store.verify(chunk(i)))).isEqualTo(receipt);
            assertThat(await(store.read(chunk(i), 0, 1)).crcs().fold(content.length))
                    .isEqualTo(receipt.crc32c());
        }
    }

    @Test
    void readsAnyRunOfBlocks() {
        byte[] content = bytes(new Random(3), 9 * BlockCrcs.BLOCK_BYTES + 77);
        fixture.put(store, CHUNK, content);
        for (int first = 0; first <= 11; first++) {
            for (int count = 0; count <= 11; count++) {
                int from = Math.min(content.length, first * BlockCrcs.BLOCK_BYTES);
                int to = Math.min(content.length, (first + count) * BlockCrcs.BLOCK_BYTES);
                assertThat(fixture.get(store, CHUNK, first, count)).isEqualTo(Arrays.copyOfRange(content, from, to));
            }
        }
    }

    @Test
    void answersNotFoundForWhatItHasNot() {
        assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.NOT_FOUND);
        assertThat(kind(() -> await(store.verify(CHUNK)))).isEqualTo(Kind.NOT_FOUND);
        assertThat(await(store.delete(CHUNK, 7))).isTrue();
    }

    @Test
    void takesTheSameBytesAgainAndRefusesOthers() throws Exception {
        byte[] content = bytes(new Random(4), 100_000);
        CopyReceipt receipt = fixture.put(store, CHUNK, content);
        assertThat(fixture.put(store, CHUNK, content)).isEqualTo(receipt);
        content[99_999]++;
        assertThat(kind(() -> fixture.put(store, CHUNK, content))).isEqualTo(Kind.CONFLICT);
        content[99_999]--;
        assertThat(fixture.get(store, CHUNK)).isEqualTo(content);
        assertNoTemporaries();
    }

    @Test
    void aPullSetsADifferingCopyAsideAndGoesOn() throws Exception {
        fixture.put(store, CHUNK, bytes(new Random(5), 1000));
        byte[] right = bytes(new Random(6), 2000);
        fixture.put(store, CHUNK, right, new WriteOrder(2000, OptionalInt.of(crc32c(right)), 12));
        assertThat(fixture.get(store, CHUNK)).isEqualTo(right);
        assertThat(setAside()).hasSize(1);
    }

    @Test
    void anOlderPullNeverReplacesANewerCopy() throws Exception {
        byte[] newer = bytes(new Random(5), 1000);
        fixture.put(store, CHUNK, newer, new WriteOrder(1000, OptionalInt.empty(), 12));
        assertThat(kind(() -> fixture.put(store, CHUNK, new byte[1000], new WriteOrder(1000, OptionalInt.empty(), 11))))
                .isEqualTo(Kind.CONFLICT);
        fixture.put(store, CHUNK, newer, new WriteOrder(1000, OptionalInt.empty(), 11));
        assertThat(await(store.delete(CHUNK, 12))).isFalse();
        assertThat(setAside()).isEmpty();
    }

    @Test
    void aWriteOverACorruptCopySetsItAside() throws Exception {
        byte[] content = bytes(new Random(7), 1000);
        fixture.put(store, CHUNK, content);
        flip(CHUNK, 500);
        fixture.put(store, CHUNK, content);
        assertThat(fixture.get(store, CHUNK)).isEqualTo(content);
        assertThat(setAside()).hasSize(1);
    }

    @Test
    void keepsNothingThatIsNotAsOrdered() throws Exception {
        byte[] content = bytes(new Random(8), 400_000);
        int crc = crc32c(content);
        List<WriteOrder> wrong = List.of(
                new WriteOrder(399_999, OptionalInt.empty(), 0),
                new WriteOrder(400_001, OptionalInt.empty(), 0),
                new WriteOrder(0, OptionalInt.empty(), 0),
                new WriteOrder(-1, OptionalInt.of(crc + 1), 3));
        for (WriteOrder order : wrong) {
            assertThat(kind(() -> fixture.put(store, CHUNK, content, order))).isEqualTo(Kind.CHECKSUM_MISMATCH);
        }
        assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.NOT_FOUND);
        assertNoTemporaries();
    }

    @Test
    void refusesAChunkLongerThanAnyMayBe() {
        assertThat(kind(() -> fixture.put(store, CHUNK, new byte[0], WriteOrder.upload(ChunkFile.MAX_LENGTH + 1L))))
                .isEqualTo(Kind.REFUSED);
        ByteString mebibyte = ByteString.fromArrayUnsafe(new byte[1 << 20]);
        assertThat(kind(() -> await(Source.repeat(mebibyte)
                        .take(65)
                        .runWith(store.write(CHUNK, WriteOrder.upload(-1)), fixture.system))))
                .isEqualTo(Kind.CHECKSUM_MISMATCH);
        assertNoTemporaries();
    }

    @Test
    void aStreamThatFailsLeavesNothingBehind() {
        RuntimeException cause = new RuntimeException("the client went away");
        for (int length : new int[] {0, 1000, 1_000_000}) {
            CompletionStage<CopyReceipt> result = StoreFixture.source(new byte[length], 10_000)
                    .mapMaterializedValue(ignored -> ignored)
                    .concat(Source.failed(cause))
                    .runWith(store.write(CHUNK, WriteOrder.upload(-1)), fixture.system);
            assertThatThrownBy(() -> await(result)).isSameAs(cause);
            assertNoTemporaries();
        }
        assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.NOT_FOUND);
    }

    @Test
    void refusesTheWritePastTheBoundAndTheSecondWriterOfAnId() {
        OpenWrite first = begin(chunk(1));
        assertThat(kind(() -> fixture.put(store, chunk(1), new byte[5]))).isEqualTo(Kind.CONFLICT);
        OpenWrite second = begin(chunk(2));
        assertThat(kind(() -> fixture.put(store, chunk(3), new byte[5]))).isEqualTo(Kind.BUSY);
        first.source.complete();
        assertThat(await(first.result).length()).isEqualTo(3);
        fixture.put(store, chunk(3), new byte[5]);
        second.source.fail(new IllegalStateException("given up"));
        assertThatThrownBy(() -> await(second.result)).hasMessage("given up");
        fixture.put(store, chunk(2), new byte[5]);
    }

    @Test
    void belowTheReserveRefusesWritesWhileReadsAndDeletesGoOn() {
        byte[] content = bytes(new Random(9), 300_000);
        fixture.put(store, chunk(1), content);
        fixture.put(store, chunk(2), content);
        disk.setCapacity(650_000);
        store.measureSpace();
        assertThat(kind(() -> fixture.put(store, chunk(3), content))).isEqualTo(Kind.FULL);
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
        disk.setCapacity(602_000);
        store.measureSpace();
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.FULL);
        assertThat(kind(() -> fixture.put(store, chunk(3), new byte[1]))).isEqualTo(Kind.FULL);
        assertThat(fixture.get(store, chunk(2))).isEqualTo(content);
        assertThat(await(store.delete(chunk(1), 1))).isTrue();
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
        assertThat(store.trash()).as("given up when space is short").isEqualTo(new TrashUsage(0, 0));
        fixture.put(store, chunk(3), new byte[1]);
    }

    @Test
    void aDiskThatFillsUpInTheMiddleKeepsNoPartAndIsNotTakenForBroken() {
        disk.setCapacity(500_000 + 200);
        assertThat(kind(() -> fixture.put(store, CHUNK, new byte[700_000], WriteOrder.upload(-1))))
                .isEqualTo(Kind.FULL);
        assertNoTemporaries();
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
        fixture.put(store, CHUNK, new byte[400_000]);
    }

    @Test
    void aFailedSyncIsTheLastThingTheDiskIsAsked() {
        byte[] content = bytes(new Random(10), 1000);
        fixture.put(store, chunk(1), content);
        disk.failSyncs(true);
        assertThat(kind(() -> fixture.put(store, chunk(2), content))).isEqualTo(Kind.REFUSED);
        disk.failSpace(true);
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.FAILED);
        disk.failSpace(false);
        disk.failSyncs(false);
        long changes = disk.changes();
        assertThat(kind(() -> fixture.put(store, chunk(2), content))).isEqualTo(Kind.REFUSED);
        assertThat(kind(() -> await(store.delete(chunk(1), 9)))).isEqualTo(Kind.REFUSED);
        assertThat(disk.changes()).isEqualTo(changes);
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.FAILED);
        assertThat(fixture.get(store, chunk(1))).isEqualTo(content);
    }

    @Test
    void neverServesACorruptCopyAndSetsItAside() throws Exception {
        int piece = ChunkReader.PIECE_BLOCKS * BlockCrcs.BLOCK_BYTES;
        byte[] content = bytes(new Random(11), 3 * piece);
        for (int at :
                new int[] {3, ChunkFile.HEADER_BYTES + 2 * piece + 1, (int) ChunkFile.fileBytes(3L * piece) - 1}) {
            fixture.put(store, CHUNK, content);
            flip(CHUNK, at);
            assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.CORRUPT);
            Awaitility.await().until(() -> kind(() -> fixture.get(store, CHUNK)) == Kind.NOT_FOUND);
        }
        assertThat(setAside()).hasSize(3);
        fixture.put(store, CHUNK, content);
        flip(CHUNK, 1000);
        assertThat(kind(() -> await(store.verify(CHUNK)))).isEqualTo(Kind.CORRUPT);
        assertThat(setAside()).hasSize(4);
    }

    @Test
    void deletesOnlyAnOlderGenerationAndKeepsItInTheTrashForAWhile() throws Exception {
        fixture.put(store, CHUNK, new byte[10], new WriteOrder(10, OptionalInt.empty(), 5));
        assertThat(await(store.delete(CHUNK, 5))).isFalse();
        assertThat(await(store.delete(CHUNK, 6))).isTrue();
        assertThat(await(store.delete(CHUNK, 6))).isTrue();
        assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.NOT_FOUND);
        store.expireTrash();
        assertThat(store.trash()).isEqualTo(new TrashUsage(1, ChunkFile.fileBytes(10)));
        assertThat(disk.names(LAYOUT.trash())).hasSize(1);
        assertThat(await(store.emptyTrash())).isEqualTo(new TrashUsage(0, 0));
        assertThat(disk.names(LAYOUT.trash())).isEmpty();
    }

    @Test
    void aDeleteOfACorruptCopySetsItAside() throws Exception {
        fixture.put(store, CHUNK, new byte[10]);
        flip(CHUNK, 20);
        assertThat(await(store.delete(CHUNK, 6))).isTrue();
        assertThat(setAside()).hasSize(1);
    }

    @Test
    void takesADirectoryThatVanishedForAFailedDiskNotForMissingCopies() throws Exception {
        fixture.put(store, CHUNK, new byte[10]);
        disk.rename(ROOT, Path.of("/unmounted"));
        assertThat(kind(() -> fixture.get(store, CHUNK))).isEqualTo(Kind.REFUSED);
        assertThat(kind(() -> await(store.delete(CHUNK, 6)))).isEqualTo(Kind.REFUSED);
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.FAILED);
    }

    private OpenWrite begin(ChunkId chunk) {
        var run = Source.<ByteString>queue(10)
                .toMat(store.write(chunk, WriteOrder.upload(-1)), Keep.both())
                .run(fixture.system);
        run.first().offer(ByteString.fromString("abc"));
        return new OpenWrite(run.first(), run.second());
    }

    private record OpenWrite(BoundedSourceQueue<ByteString> source, CompletionStage<CopyReceipt> result) {}

    private static Kind kind(ThrowingCallable call) {
        DataNodeException thrown = catchThrowableOfType(DataNodeException.class, call);
        return Objects.requireNonNull(thrown, "nothing was thrown").kind();
    }

    private void flip(ChunkId chunk, int at) throws IOException {
        byte[] file = disk.bytes(LAYOUT.file(chunk));
        file[at] ^= 4;
        disk.replace(LAYOUT.file(chunk), file);
    }

    private void assertNoTemporaries() {
        try {
            assertThat(disk.names(LAYOUT.temporary())).isEmpty();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> setAside() throws IOException {
        return disk.names(Objects.requireNonNull(LAYOUT.file(CHUNK).getParent())).stream()
                .filter(name -> name.endsWith(".corrupt"))
                .toList();
    }
}
