package flare.data;

import flare.chunk.BlockCrcs;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * One data node as those see it who direct it: over HTTP, or in this process without it. Both ways carry the same checks.
 *
 * <p>Stages fail with {@link DataNodeException}, whose kind says what the caller may do about it.
 */
public interface DataNode {

    /** The identity the caller expects; a node that turns out to be another answers with IDENTITY. */
    UUID uuid();

    /**
     * Stores one copy of an upload (generation 0). The stage completes once it is durable on the node: bytes, name and
     * directory. A failed or cancelled stream leaves no copy under the chunk's name.
     *
     * @param length bytes, or -1 if only the stream's end tells
     */
    Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length);

    /**
     * Reads whole blocks.
     *
     * @param firstBlock the block to begin with
     * @param blocks how many; those past the chunk's end are left out
     */
    CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks);

    /** Reads and checks every byte of the copy on the node itself. */
    CompletionStage<CopyReceipt> verify(ChunkId chunk);

    /**
     * Has the node durably lack a copy of a generation below {@code freedIndex}: once the stage completes, with either
     * answer, the FREED row may be cleared. True if no copy is left, also if there was none; false if one of that
     * generation or a newer one stands, and was kept.
     */
    CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex);

    /** Has the node fetch a copy from another node, verify it against the record, and keep it as {@code generation}. */
    CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order);

    /** Chunk ids held, in id order, behind {@code after}; a page shorter than {@code limit} is the last. */
    CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit);

    /** Frees now what the node's trash holds, instead of when its time is up. */
    CompletionStage<Done> emptyTrash();

    CompletionStage<NodeHealth> health();

    /** Has the node measure how fast its disk syncs, for about half a second. REFUSED by one that can't. */
    default CompletionStage<SyncTimes> measureSyncs() {
        return CompletableFuture.failedFuture(
                new DataNodeException(DataNodeException.Kind.REFUSED, "node " + uuid() + " measures no syncs"));
    }

    /** What the node computed of the bytes it holds. */
    record CopyReceipt(long length, int crc32c) {}

    /**
     * An open copy.
     *
     * @param chunkLength of the whole chunk, as the copy's footer says
     * @param crcs of the whole chunk's blocks, as the copy says: to be folded and compared with the record before use
     * @param bytes the blocks asked for; must be run or cancelled
     */
    record CopyContent(long chunkLength, BlockCrcs crcs, Source<ByteString, NotUsed> bytes) {}

    /** @param generation the copy's PENDING index */
    record PullOrder(UUID sourceUuid, URI sourceUrl, long length, int crc32c, long generation) {}

    /**
     * What a node says of itself.
     *
     * @param clusterId empty on a fresh node
     * @param incarnation raised at each start
     * @param process drawn at each start: one process under two addresses has one, two on copies of a disk have two
     * @param clockMillis the node's wall clock; tokens expire by a steady one
     * @param setAside corrupt copies kept for an operator to look at
     * @param reserveBytes of the free ones, no new copy may take; -1 from a node that does not tell
     * @param trashBytes of deleted copies that are still there, -1 from a node that does not tell
     * @param volume what its space is on: nodes that name the same one share it; empty where that is not known
     */
    record NodeHealth(
            UUID uuid,
            Optional<UUID> clusterId,
            long incarnation,
            UUID process,
            long totalBytes,
            long freeBytes,
            DiskState disk,
            long clockMillis,
            long setAside,
            long reserveBytes,
            long trashBytes,
            String volume) {}

    enum DiskState {
        OK,
        /** The reserve is reached: no new copies, everything else goes on. */
        FULL,
        /** An fsync or write failed, or too many reads: nothing is accepted until an operator acts (I8). Reads go on. */
        FAILED
    }
}
