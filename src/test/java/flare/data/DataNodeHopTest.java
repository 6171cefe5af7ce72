package flare.data;

import static flare.data.NodePort.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import flare.chunk.BlockCrcs;
import flare.chunk.BlockVerifier;
import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.PullOrder;
import flare.data.DataNodeException.Kind;
import flare.http.SteadyClock;
import flare.model.BlobId;
import flare.model.ByteRange;
import flare.model.ChunkId;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The real client against the real port, over loopback. */
class DataNodeHopTest {

    private static final ChunkId CHUNK = new ChunkId(new BlobId(5, 9), 2);
    private static final int BLOCK = BlockCrcs.BLOCK_BYTES;

    private final NodePort port = new NodePort();
    private final DataNode node = port.client();

    @AfterEach
    void stop() {
        port.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, BLOCK - 1, BLOCK, BLOCK + 1, 1 << 20, (5 << 20) + 77})
    void bringsBackWhatItTook(int length) {
        ByteString bytes = random(length);
        CopyReceipt expected = FakeDataNode.receipt(bytes);
        assertThat(put(CHUNK, bytes, 50_000, true)).isEqualTo(expected);
        assertThat(port.fake.bytes(CHUNK)).isEqualTo(bytes);

        CopyContent content = get(node.get(CHUNK, 0, Integer.MAX_VALUE));
        assertThat(content.chunkLength()).isEqualTo(length);
        assertThat(content.crcs().fold(length)).isEqualTo(expected.crc32c());
        assertThat(all(content)).isEqualTo(bytes);
        assertThat(get(node.verify(CHUNK))).isEqualTo(expected);
        assertIdle(1);
    }

    @Test
    void takesABodyWhoseLengthOnlyItsEndTells() {
        ByteString bytes = random(3_000_000);
        assertThat(put(CHUNK, bytes, 1_400_000, false)).isEqualTo(FakeDataNode.receipt(bytes));
        assertThat(port.fake.bytes(CHUNK)).isEqualTo(bytes);
    }

    @Test
    void readsAnyRunOfBlocks() {
        ByteString bytes = random(5 * BLOCK + 10);
        put(CHUNK, bytes, BLOCK, true);
        for (int first = 0; first < 6; first++) {
            for (int blocks = 1; blocks <= 7; blocks++) {
                CopyContent content = get(node.get(CHUNK, first, blocks));
                assertThat(content.crcs().size()).isEqualTo(6);
                assertThat(all(content))
                        .isEqualTo(bytes.slice(first * BLOCK, Math.min(bytes.size(), (first + blocks) * BLOCK)));
            }
        }
        assertKind(Kind.REFUSED, node.get(CHUNK, 6, 1));
        await().until(() -> port.fake.openReads.get() == 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, BLOCK, 3 * BLOCK + 7, 1 << 20})
    void keepsTheConnectionForAReaderThatLeavesWithTheLastByte(int length) {
        ByteString bytes = random(length);
        put(CHUNK, bytes, length, true);
        for (int read = 0; read < 3; read++) {
            CopyContent content = get(node.get(CHUNK, 0, Integer.MAX_VALUE));
            BlockVerifier verified =
                    BlockVerifier.of(content.crcs(), length, content.crcs().fold(length), new ByteRange(0, length));
            assertThat(get(content.bytes()
                            .via(verified)
                            .runFold(ByteString.emptyByteString(), ByteString::concat, port.system)))
                    .isEqualTo(bytes);
            assertIdle(1);
        }
    }

    @Test
    void carriesEveryOtherCall() {
        put(CHUNK, random(10), 10, true);
        ChunkId next = new ChunkId(new BlobId(5, 10), 0);
        put(next, random(10), 10, true);
        get(node.emptyTrash());
        assertThat(port.fake.trashEmptied).hasValue(1);
        assertThat(get(node.inventory(Optional.empty(), 100))).containsExactly(CHUNK, next);
        assertThat(get(node.inventory(Optional.of(CHUNK), 100))).containsExactly(next);
        assertThat(get(node.inventory(Optional.empty(), 1))).containsExactly(CHUNK);

        assertThat(get(node.measureSyncs())).isEqualTo(FakeDataNode.SYNCS);

        PullOrder order = new PullOrder(new UUID(1, 1), URI.create("http://127.0.0.1:9001"), 77, 0x80000001, 12);
        assertThat(get(node.pull(CHUNK, order))).isEqualTo(new CopyReceipt(77, 0x80000001));
        assertThat(port.fake.lastPull).isEqualTo(order);

        assertThat(get(node.delete(CHUNK, 5))).isTrue();
        assertThat(get(node.delete(CHUNK, 5))).isTrue();
        port.fake.copies.put(next, new FakeDataNode.Copy(random(10), 6));
        assertThat(get(node.delete(next, 6))).isFalse();
        assertThat(port.fake.copies).containsOnlyKeys(next);

        assertThat(get(node.health()).disk()).isEqualTo(DataNode.DiskState.FULL);
        assertThat(get(node.health()).setAside()).isEqualTo(2);
        assertThat(get(port.clients.identify(port.url())).uuid()).isEqualTo(port.fake.uuid);
    }

    @Test
    void takesTheSameBytesAgainAndRefusesOthers() {
        ByteString bytes = random(100_000);
        put(CHUNK, bytes, 10_000, true);
        assertThat(put(CHUNK, bytes, 10_000, true)).isEqualTo(FakeDataNode.receipt(bytes));
        assertKind(Kind.CONFLICT, store(CHUNK, random(100_001), 10_000, true));
        assertThat(port.fake.bytes(CHUNK)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void handsOnTheKindOfEachFailure(Kind kind) {
        port.fake.failure = new DataNodeException(kind, "planned");
        assertKind(kind, node.get(CHUNK, 0, 1));
        assertKind(kind, node.verify(CHUNK));
        assertKind(kind, node.delete(CHUNK, 1));
        assertKind(kind, node.inventory(Optional.empty(), 1));
        assertKind(kind, store(CHUNK, random(100), 10, true));
        port.fake.failure = null;
        assertThat(put(CHUNK, random(10), 10, true).length()).isEqualTo(10);
    }

    @Test
    void endsALongUploadAsSoonAsTheNodeSaysNo() {
        port.fake.failure = new DataNodeException(Kind.FULL, "planned");
        ByteString piece = random(64 * 1024);
        CompletableFuture<Void> upstreamTold = new CompletableFuture<>();
        CompletionStage<CopyReceipt> receipt = Source.repeat(piece)
                .take(1000)
                .throttle(200, Duration.ofSeconds(1))
                .watchTermination((none, done) -> {
                    done.whenComplete((ok, failure) -> upstreamTold.complete(null));
                    return none;
                })
                .runWith(node.put(CHUNK, 1000L * piece.size()), port.system);
        assertKind(Kind.FULL, receipt);
        get(upstreamTold);
        await().until(() -> port.connections() == 0);
    }

    @Test
    void failsAnUploadThatEndsBeforeItsLength() {
        CompletionStage<CopyReceipt> receipt = Source.single(random(10)).runWith(node.put(CHUNK, 11), port.system);
        assertKind(Kind.UNREACHABLE, receipt);
        await().until(() -> port.fake.putsEnded.get() == port.fake.puts.get());
        assertThat(port.fake.copies).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNothingOfUploadsThatFailMidway(boolean lengthKnown) {
        ByteString piece = random(64 * 1024);
        List<CompletionStage<CopyReceipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            receipts.add(Source.repeat(piece)
                    .take(i + 1L)
                    .concat(Source.failed(new IllegalStateException("the client left")))
                    .runWith(node.put(new ChunkId(new BlobId(1, i), 0), lengthKnown ? 8 << 20 : -1), port.system));
        }
        receipts.forEach(receipt -> assertKind(Kind.UNREACHABLE, receipt));
        await().until(() -> port.connections() == 0 && port.fake.putsEnded.get() == port.fake.puts.get());
        assertThat(port.fake.copies).isEmpty();
    }

    @Test
    void releasesTheConnectionsOfReadsCancelledMidway() {
        ByteString bytes = random(4 << 20);
        put(CHUNK, bytes, BLOCK, true);
        for (int i = 0; i < 40; i++) {
            CopyContent content = get(node.get(CHUNK, 0, Integer.MAX_VALUE));
            get(content.bytes().take(1 + i % 5).runWith(Sink.ignore(), port.system));
        }
        await().until(() -> port.fake.openReads.get() == 0 && port.connections() <= 1);
        assertThat(all(get(node.get(CHUNK, 0, Integer.MAX_VALUE)))).isEqualTo(bytes);
    }

    @Test
    void reusesOneConnectionForCallsOneAfterTheOther() {
        ByteString bytes = random(300_000);
        for (int i = 0; i < 20; i++) {
            put(CHUNK, bytes, BLOCK, true);
            all(get(node.get(CHUNK, 0, Integer.MAX_VALUE)));
        }
        assertIdle(1);
    }

    @Test
    void failsAReadThatIsCutShort() {
        ByteString bytes = random(8 << 20);
        put(CHUNK, bytes, BLOCK, true);
        CopyContent content = get(node.get(CHUNK, 0, Integer.MAX_VALUE));
        CompletionStage<Integer> read = content.bytes()
                .throttle(20, Duration.ofSeconds(1))
                .runFold(0, (sum, piece) -> sum + piece.size(), port.system);
        get(port.server.stop(Duration.ofMillis(1)));
        assertKind(Kind.UNREACHABLE, read);
    }

    @Test
    void failsAReadOfWhichTheNodeSendsLess() {
        port.fake.appended = Source.failed(new IllegalStateException("planned"));
        put(CHUNK, random(1 << 20), BLOCK, true);
        assertKind(
                Kind.UNREACHABLE,
                node.get(CHUNK, 0, Integer.MAX_VALUE)
                        .thenCompose(content -> content.bytes().runWith(Sink.ignore(), port.system)));
    }

    @Test
    void findsANodeAgainThatRestarted() {
        ByteString bytes = random(BLOCK);
        put(CHUNK, bytes, BLOCK, true);
        int number = port.server.port();
        get(port.server.stop(Duration.ofMillis(1)));
        assertKind(Kind.UNREACHABLE, node.verify(CHUNK));
        port.server = port.bind(number);
        assertThat(get(node.verify(CHUNK))).isEqualTo(FakeDataNode.receipt(bytes));
        assertThat(put(CHUNK, bytes, BLOCK, true)).isEqualTo(FakeDataNode.receipt(bytes));
    }

    @Test
    void refusesANodeThatIsAnother() {
        DataNode another = port.clients.at(new UUID(9, 9), port.url());
        assertKind(Kind.REFUSED, another.health());
        assertKind(Kind.REFUSED, another.get(CHUNK, 0, 1));
        assertKind(Kind.REFUSED, Source.single(random(5)).runWith(another.put(CHUNK, 5), port.system));
        assertThat(port.fake.calls).hasValue(0);
    }

    @Test
    void boundsTheCallsUnderWay() {
        try (NodePort narrow = new NodePort("flare.data.max-calls = 2")) {
            DataNode bounded = narrow.client();
            get(bounded.health());
            narrow.fake.silent = true;
            CompletionStage<CopyReceipt> first = bounded.verify(CHUNK);
            CompletionStage<CopyReceipt> second = bounded.verify(CHUNK);
            assertThatThrownBy(() -> get(bounded.verify(CHUNK))).hasMessageContaining("max-calls = 2");
            assertThat(first.toCompletableFuture()).isNotDone();
            assertThat(second.toCompletableFuture()).isNotDone();
        }
    }

    @Test
    void toleratesANodeWhoseWallClockJumps() {
        for (long hours : List.of(-1, 30, 0)) {
            port.fake.clockOffsetMillis = hours * 3_600_000;
            assertThat(get(node.health()).clockMillis())
                    .isCloseTo(System.currentTimeMillis() + hours * 3_600_000, within(60_000L));
            assertThat(put(CHUNK, random(5), 5, true).length()).isEqualTo(5);
        }
    }

    @Test
    void toleratesThatTheCallersWallClockJumps() {
        SetWallClock wall = new SetWallClock();
        try (DataNodeClients clients = port.clientsBy(new SteadyClock(wall, System::nanoTime))) {
            DataNode called = clients.at(port.fake.uuid, port.url());
            ByteString bytes = random(5);
            for (long hours : List.of(0, -24, 48, -30)) {
                wall.move(hours * 3_600_000);
                // A PUT is never sent twice: a token that is refused fails it.
                assertThat(get(Source.single(bytes).runWith(called.put(CHUNK, 5), port.system)))
                        .isEqualTo(FakeDataNode.receipt(bytes));
            }
        }
    }

    @Test
    void asksANodeForItsClockThatWasStartedAgainWithAnother() {
        put(CHUNK, random(5), 5, true);
        port.startAgain(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)));
        assertThat(get(node.verify(CHUNK)).length()).isEqualTo(5);
        port.startAgain(Clock.offset(Clock.systemUTC(), Duration.ofHours(-1)));
        assertThat(get(node.verify(CHUNK)).length()).isEqualTo(5);
    }

    @Test
    void letsTransfersEndWhenThePortStops() {
        ByteString bytes = random(2 << 20);
        put(CHUNK, bytes, BLOCK, true);
        CompletionStage<ByteString> read = get(node.get(CHUNK, 0, Integer.MAX_VALUE))
                .bytes()
                .throttle(30, Duration.ofSeconds(1))
                .runFold(ByteString.emptyByteString(), ByteString::concat, port.system);
        get(port.server.stop(Duration.ofSeconds(10)));
        assertThat(get(read)).isEqualTo(bytes);
    }

    private CopyReceipt put(ChunkId chunk, ByteString bytes, int piece, boolean lengthKnown) {
        return get(store(chunk, bytes, piece, lengthKnown));
    }

    private CompletionStage<CopyReceipt> store(ChunkId chunk, ByteString bytes, int piece, boolean lengthKnown) {
        List<ByteString> pieces = new ArrayList<>();
        for (int from = 0; from < bytes.size(); from += piece) {
            pieces.add(bytes.slice(from, Math.min(bytes.size(), from + piece)));
        }
        return Source.from(pieces).runWith(node.put(chunk, lengthKnown ? bytes.size() : -1), port.system);
    }

    private ByteString all(CopyContent content) {
        return get(content.bytes().runFold(ByteString.emptyByteString(), ByteString::concat, port.system));
    }

    private void assertIdle(int connections) {
        // The node may learn after its caller that the last byte was taken.
        await().untilAsserted(() -> {
            assertThat(port.connections()).isEqualTo(connections);
            assertThat(port.fake.openReads).hasValue(0);
        });
    }

    private static void assertKind(Kind kind, CompletionStage<?> stage) {
        assertThatThrownBy(() -> get(stage))
                .isInstanceOfSatisfying(
                        DataNodeException.class,
                        failure -> assertThat(failure.kind()).as("%s", failure).isEqualTo(kind));
    }

    private static ByteString random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return ByteString.fromArrayUnsafe(bytes);
    }
}
