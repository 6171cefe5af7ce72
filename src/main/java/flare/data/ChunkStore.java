package flare.data;

import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.NodeHealth;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;

/**
 * The chunks of one data node on its disk. Nothing is acknowledged before it is durable, nothing is given out before its
 * checksum was compared, and no file is ever changed: it appears whole, moves to the trash, or is set aside.
 *
 * <p>Refusals and failures are {@link DataNodeException}s; those of a sink's own upstream are passed on as they are.
 */
public interface ChunkStore extends AutoCloseable {

    UUID uuid();

    /** The cluster it belongs to, empty while it is fresh. */
    Optional<UUID> cluster();

    /**
     * Takes the cluster's identity, durably, if the store has none yet. Cheap when it has that one already; refused with
     * REFUSED when it has another.
     */
    void adoptCluster(UUID cluster);

    /** Takes one copy. A failed or cancelled stream leaves nothing. */
    Sink<ByteString, CompletionStage<CopyReceipt>> write(ChunkId chunk, WriteOrder order);

    /** As {@link DataNode#get}. */
    CompletionStage<CopyContent> read(ChunkId chunk, int firstBlock, int blocks);

    /** As {@link DataNode#verify}. */
    CompletionStage<CopyReceipt> verify(ChunkId chunk);

    /** As {@link DataNode#delete}. */
    CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex);

    /** As {@link DataNode#inventory}. */
    CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit);

    /** How many chunks there are, by a look at all names. */
    CompletionStage<Long> count();

    CompletionStage<NodeHealth> health();

    /**
     * Corrupt copies that were set aside, as far as known: counted soon after the start and with each inventory, so that
     * it falls when an operator takes them away.
     */
    long setAside();

    /** What the trash folder holds. */
    TrashUsage trash();

    /** Frees what the trash folder holds, now; answers what is left. */
    CompletionStage<TrashUsage> emptyTrash();

    /** How fast the disk syncs: measured now, for about half a second. BUSY while it is measured already. */
    CompletionStage<SyncTimes> measureSyncs();

    @Override
    void close();

    /**
     * What the bytes to come must turn out to be, or nothing is kept (CHECKSUM_MISMATCH).
     *
     * @param length bytes, or -1 if only the stream's end tells
     * @param crc32c of all bytes, if known beforehand
     * @param generation 0 for an upload's copy, the PENDING index for a pulled one
     */
    record WriteOrder(long length, OptionalInt crc32c, long generation) {

        public WriteOrder {
            if (length < -1 || generation < 0) {
                throw new IllegalArgumentException("length " + length + ", generation " + generation);
            }
        }

        public static WriteOrder upload(long length) {
            return new WriteOrder(length, OptionalInt.empty(), 0);
        }
    }

    record TrashUsage(long files, long bytes) {}
}
