package flare.object;

import flare.chunk.BlockVerifier;
import flare.chunk.CorruptBlockException;
import flare.data.DataNode;
import flare.data.DataNode.CopyContent;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.model.ByteRange;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Opens single copies, checked against the record before a byte is used (I9). */
final class CopyReader {

    private static final int GOLDEN_RATIO = 0x9E3779B9;

    private final ObjectEnvironment environment;
    private final Hedging hedging;
    private final AtomicInteger turn = new AtomicInteger();

    CopyReader(ObjectEnvironment environment, Hedging hedging) {
        this.environment = environment;
        this.hedging = hedging;
    }

    Hedging hedging() {
        return hedging;
    }

    /**
     * An open copy whose table is the record's.
     *
     * @param bytes what was wanted, each block checked before it is released
     * @param content what the node gave, to be cancelled if {@code bytes} is not run
     */
    record OpenCopy(NodeId node, Source<ByteString, NotUsed> bytes, CopyContent content) {

        void discard(Materializer materializer) {
            CopyReader.discard(content, materializer);
        }
    }

    /** The order to try a chunk's copies in: those in this process first, the others by turns, nodes that lag last. */
    List<NodeId> order(ChunkRecord chunk) {
        if (chunk.nodes().size() < 2) {
            return chunk.nodes();
        }
        List<NodeId> order = new ArrayList<>(chunk.nodes());
        Collections.rotate(order, nextTurn(order.size()));
        return hedging.order(order);
    }

    /**
     * Even, but not one after the other: that falls in step with round-robin placement, and an object read in the order
     * in which it was written would come from one node alone.
     */
    private int nextTurn(int copies) {
        return ((turn.getAndAdd(GOLDEN_RATIO) >>> Short.SIZE) * copies) >>> Short.SIZE;
    }

    /** Fails with {@link DataNodeException}: what the node said, CORRUPT for a table that is not the record's. */
    CompletionStage<OpenCopy> open(ChunkRecord chunk, NodeId id, ByteRange wanted) {
        DataNode node = environment.dataNodes().find(id).orElse(null);
        if (node == null) {
            return CompletableFuture.failedFuture(
                    new DataNodeException(Kind.UNREACHABLE, "node " + id + " is not known"));
        }
        CompletableFuture<CopyContent> opening = node.get(
                        chunk.id(), BlockVerifier.firstBlock(wanted), BlockVerifier.blockCount(wanted))
                .toCompletableFuture();
        return (opening.isDone() ? opening : inTime(opening, chunk, id))
                .thenApply(content -> checked(chunk, id, wanted, content));
    }

    private CompletableFuture<CopyContent> inTime(
            CompletableFuture<CopyContent> opening, ChunkRecord chunk, NodeId id) {
        long limitMillis = environment.settings().readStallTimeout().toMillis();
        CompletableFuture<CopyContent> bounded = opening.copy().orTimeout(limitMillis, TimeUnit.MILLISECONDS);
        return bounded.exceptionally(failure -> {
            if (!(Failures.unwrap(failure) instanceof TimeoutException)) {
                throw failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
            }
            CompletionStage<CopyContent> late = opening;
            late.thenAccept(content -> discard(content, environment.materializer()));
            throw new DataNodeException(
                    Kind.UNREACHABLE,
                    "chunk " + chunk.id() + " on node " + id + ": not opened within " + limitMillis + " ms");
        });
    }

    private OpenCopy checked(ChunkRecord chunk, NodeId id, ByteRange wanted, CopyContent content) {
        try {
            if (content.chunkLength() != chunk.length()) {
                throw new CorruptBlockException(
                        "it has " + content.chunkLength() + " bytes, recorded are " + chunk.length());
            }
            BlockVerifier verifier = BlockVerifier.of(content.crcs(), chunk.length(), chunk.crc32c(), wanted);
            return new OpenCopy(id, content.bytes().via(verifier), content);
        } catch (CorruptBlockException e) {
            discard(content, environment.materializer());
            throw new DataNodeException(
                    Kind.CORRUPT, "chunk " + chunk.id() + " on node " + id + ": " + e.getMessage(), e);
        }
    }

    private static void discard(CopyContent content, Materializer materializer) {
        content.bytes().runWith(Sink.cancelled(), materializer);
    }

    Materializer materializer() {
        return environment.materializer();
    }
}
