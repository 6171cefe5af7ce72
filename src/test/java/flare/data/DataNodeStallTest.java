package flare.data;

import static flare.data.NodePort.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.chunk.BlockCrcs;
import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException.Kind;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Ends that fall silent, with a stall time short enough for a test. */
class DataNodeStallTest {

    private static final ChunkId CHUNK = new ChunkId(new BlobId(5, 9), 2);
    private static final int BLOCK = BlockCrcs.BLOCK_BYTES;

    private final NodePort port = new NodePort("flare.data.stall-timeout = 1s");
    private final DataNode node = port.client();

    @AfterEach
    void stop() {
        port.close();
    }

    @Test
    void letsAChunkThatWasOpenedAheadWaitForItsReader() throws InterruptedException {
        ByteString bytes = random(6 << 20);
        put(CHUNK, bytes, BLOCK, true);
        CopyContent content = get(node.get(CHUNK, 0, Integer.MAX_VALUE));
        Thread.sleep(port.settings.stallTimeout().plusMillis(700).toMillis());
        assertThat(all(content)).isEqualTo(bytes);
    }

    @Test
    void givesUpANodeThatDoesNotAnswer() {
        port.fake.silent = true;
        assertKind(Kind.UNREACHABLE, node.verify(CHUNK));
        assertKind(Kind.UNREACHABLE, store(CHUNK, random(10), 10, true));
        assertKind(Kind.UNREACHABLE, store(CHUNK, random(30 << 20), 1 << 20, true));
        await().until(() -> port.connections() == 0);
    }

    @Test
    void givesUpABodyThatStalls() {
        put(CHUNK, random(BLOCK), BLOCK, true);
        ChunkId other = new ChunkId(new BlobId(5, 9), 3);
        CompletionStage<CopyReceipt> receipt =
                Source.single(random(10)).concat(Source.never()).runWith(node.put(other, 100), port.system);
        assertKind(Kind.UNREACHABLE, receipt);
        await().until(() -> port.fake.putsEnded.get() == port.fake.puts.get());
        assertThat(port.fake.copies).containsOnlyKeys(CHUNK);
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
