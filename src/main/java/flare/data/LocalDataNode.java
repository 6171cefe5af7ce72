package flare.data;

import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import flare.telemetry.CrashPoint;
import flare.telemetry.SyncTimes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/** A data node in this process: its chunk store, and the way to the nodes it pulls from. */
public final class LocalDataNode implements DataNode, AutoCloseable {

    private final ChunkStore store;
    private final Function<PullOrder, DataNode> sources;
    private final Materializer materializer;

    /** @param sources how to reach the node a pull names */
    public LocalDataNode(ChunkStore store, Function<PullOrder, DataNode> sources, Materializer materializer) {
        this.store = store;
        this.sources = sources;
        this.materializer = materializer;
    }

    /** For what only the process itself may do: cluster id, trash. */
    public ChunkStore store() {
        return store;
    }

    @Override
    public UUID uuid() {
        return store.uuid();
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
        return store.write(chunk, WriteOrder.upload(length));
    }

    @Override
    public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
        return store.read(chunk, firstBlock, blocks);
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        return store.verify(chunk);
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        return store.delete(chunk, freedIndex);
    }

    @Override
    public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
        return sources.apply(order)
                .get(chunk, 0, Integer.MAX_VALUE)
                .thenCompose(content -> keep(chunk, order, content))
                .whenComplete((receipt, failure) -> {
                    if (failure == null) {
                        CrashPoint.COPY_PULLED.reached();
                    }
                });
    }

    /** The store compares length and checksum with the order before the copy gets its name. */
    private CompletionStage<CopyReceipt> keep(ChunkId chunk, PullOrder order, CopyContent content) {
        Optional<String> difference = difference(order, content);
        if (difference.isPresent()) {
            content.bytes().runWith(Sink.cancelled(), materializer);
            throw new DataNodeException(
                    Kind.CHECKSUM_MISMATCH, chunk + " on node " + order.sourceUuid() + ": " + difference.get());
        }
        WriteOrder write = new WriteOrder(order.length(), OptionalInt.of(order.crc32c()), order.generation());
        return content.bytes().runWith(store.write(chunk, write), materializer);
    }

    private static Optional<String> difference(PullOrder order, CopyContent content) {
        if (content.chunkLength() != order.length()) {
            return Optional.of("expected " + order.length() + " bytes, found " + content.chunkLength());
        }
        try {
            int folded = content.crcs().fold(order.length());
            return folded == order.crc32c()
                    ? Optional.empty()
                    : Optional.of(String.format("expected CRC32C %08x, found %08x", order.crc32c(), folded));
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        return store.inventory(after, limit);
    }

    @Override
    public CompletionStage<Done> emptyTrash() {
        return store.emptyTrash().thenApply(left -> {
            if (left.files() > 0) {
                throw new DataNodeException(Kind.REFUSED, left.files() + " files of the trash could not be deleted");
            }
            return Done.getInstance();
        });
    }

    @Override
    public CompletionStage<SyncTimes> measureSyncs() {
        return store.measureSyncs();
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return store.health();
    }

    @Override
    public void close() {
        store.close();
    }
}
