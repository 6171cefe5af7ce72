package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.CopyRow;
import flare.metadata.wire.DeadRow;
import flare.metadata.wire.RepairRow;
import flare.metadata.wire.UsageRow;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Copies of chunks: where they are, which come and which go (I12), and which chunks lack some. */
final class CopyCommands {

    private final Applying entry;
    private final EntryBatch batch;
    private final ClusterCommands cluster;

    CopyCommands(Applying entry, ClusterCommands cluster) {
        this.entry = entry;
        this.batch = entry.batch();
        this.cluster = cluster;
    }

    boolean freeBlob(Command.FreeBlob free) {
        entry.fence(free.term());
        BlobRow blob = blob(free.blob());
        byte[] key = Keys.blob(free.blob());
        byte[] row = batch.get(Family.DEAD, key);
        Applying.require(
                blob == null || blob.getReferences() == 0, Fault.CONFLICT, () -> "blob " + free.blob() + " is in use");
        if (blob == null || row == null) {
            return false;
        }
        int from = EntryBatch.parse(Family.DEAD, row, DeadRow.parser()).getNextOrdinal();
        int to = (int) Math.min((long) from + free.limit(), blob.getChunks());
        for (int ordinal = from; ordinal < to; ordinal++) {
            freeLocations(new ChunkId(free.blob(), ordinal), blob.getWantedCopies());
        }
        if (to < blob.getChunks()) {
            batch.put(Family.DEAD, key, DeadRow.newBuilder().setNextOrdinal(to).build());
            return true;
        }
        batch.delete(Family.DEAD, key);
        batch.counters().setDeadBlobs(batch.counters().getDeadBlobs() - 1);
        return false;
    }

    private void freeLocations(ChunkId id, int wanted) {
        ChunkRow chunk = chunk(id);
        for (NodeId node : ValueCodec.nodes(chunk.getNodesList())) {
            count(node, -1, -chunk.getLength());
            putFreed(node, id, entry.index(), chunk.getLength());
        }
        requeue(id, chunk.getNodesCount(), 0, wanted);
        batch.put(
                Family.CHUNK,
                Keys.chunk(id),
                chunk.toBuilder()
                        .clearNodes()
                        .addAllFreedNodes(chunk.getNodesList())
                        .build());
    }

    List<Command.FreedCopy> freeOrphans(Command.FreeOrphans free) {
        entry.fence(free.term());
        cluster.node(free.node());
        List<Command.FreedCopy> made = new ArrayList<>();
        for (ChunkId chunk : free.chunks()) {
            if (Standing.of(batch, batch.session(chunk.blob().session()), free.node(), chunk)
                            == Query.CopyStanding.ORPHAN
                    && free(free.node(), chunk)) {
                made.add(new Command.FreedCopy(free.node(), chunk, entry.index()));
            }
        }
        if (!made.isEmpty()) {
            UsageRow.Builder usage = batch.usage(free.node());
            usage.setLeftBehind(Math.max(0, usage.getLeftBehind() - made.size()));
        }
        return made;
    }

    long adopt(Command.AdoptCopies adopt) {
        entry.fence(adopt.term());
        NodeState state = NodeState.valueOf(cluster.node(adopt.node()).getState());
        if (state != NodeState.ACTIVE && state != NodeState.DRAINING) {
            return 0;
        }
        long adopted = 0;
        for (ChunkId id : adopt.chunks()) {
            BlobRow blob = blob(id.blob());
            if (blob != null
                    && blob.getReferences() > 0
                    && id.ordinal() < blob.getChunks()
                    && Standing.of(batch, batch.session(id.blob().session()), adopt.node(), id)
                            == Query.CopyStanding.ORPHAN) {
                locate(id, adopt.node(), blob.getWantedCopies());
                trace(id.blob(), blob, 1);
                adopted++;
            }
        }
        if (adopted > 0) {
            UsageRow.Builder usage = batch.usage(adopt.node());
            usage.setLeftBehind(Math.max(0, usage.getLeftBehind() - adopted));
        }
        return adopted;
    }

    /** The node's copy counts from now on. */
    private void locate(ChunkId id, NodeId node, int wanted) {
        ChunkRow chunk = chunk(id);
        count(node, 1, chunk.getLength());
        requeue(id, chunk.getNodesCount(), chunk.getNodesCount() + 1, wanted);
        batch.put(
                Family.CHUNK,
                Keys.chunk(id),
                chunk.toBuilder().addNodes(node.value()).build());
    }

    /** FREED, unless something else is said of the copy already or its node left the cluster. */
    boolean free(NodeId node, ChunkId chunk) {
        if (!cluster.isMember(node) || Standing.recorded(batch, node, chunk) != null) {
            return false;
        }
        putFreed(node, chunk, entry.index(), length(chunk));
        BlobRow blob = blob(chunk.blob());
        if (blob != null) {
            trace(chunk.blob(), blob, 1);
        }
        return true;
    }

    Command.Done clearFreed(Command.ClearFreed clear) {
        for (Command.FreedCopy copy : clear.copies()) {
            byte[] key = Keys.copy(copy.node(), copy.chunk());
            CopyRow row = copyRow(Family.FREED, key);
            if (row != null && row.getIndex() == copy.index()) {
                batch.delete(Family.FREED, key);
                batch.counters().setFreed(batch.counters().getFreed() - 1);
                UsageRow.Builder usage = batch.usage(copy.node());
                usage.setFreed(usage.getFreed() - 1).setFreedBytes(usage.getFreedBytes() - row.getBytes());
                if (cluster.isLost(copy.node())) {
                    usage.setLeftBehind(usage.getLeftBehind() + 1);
                }
                untrace(copy.chunk().blob());
            }
        }
        return new Command.Done();
    }

    /** The rows of a blob nobody counts on go with the last trace of its copies (I13): no more than its creation put. */
    private void untrace(BlobId id) {
        BlobRow blob = blob(id);
        if (blob == null) {
            return;
        }
        if (blob.getReferences() > 0 || blob.getTraces() > 1) {
            trace(id, blob, -1);
            return;
        }
        for (int ordinal = 0; ordinal < blob.getChunks(); ordinal++) {
            batch.delete(Family.CHUNK, Keys.chunk(id, ordinal));
        }
        byte[] key = Keys.blob(id);
        batch.delete(Family.BLOB, key);
        batch.space().blob(key, blob, null);
        batch.counters()
                .setBlobs(batch.counters().getBlobs() - 1)
                .setChunks(batch.counters().getChunks() - blob.getChunks());
    }

    private void trace(BlobId id, BlobRow blob, int change) {
        batch.put(
                Family.BLOB,
                Keys.blob(id),
                blob.toBuilder().setTraces(blob.getTraces() + change).build());
    }

    long plan(Command.PlanCopy plan) {
        entry.fence(plan.term());
        String state = cluster.node(plan.target()).getState();
        BlobRow blob = liveBlob(plan.chunk());
        Applying.require(
                state.equals(NodeState.ACTIVE.name()),
                Fault.CONFLICT,
                () -> "node " + plan.target() + " is " + state + " and takes no copies");
        Query.CopyStanding standing = Standing.recorded(batch, plan.target(), plan.chunk());
        Applying.require(
                standing == null,
                Fault.CONFLICT,
                () -> "the copy of chunk " + plan.chunk() + " on node " + plan.target() + " is " + standing);
        batch.put(
                Family.PENDING,
                Keys.copy(plan.target(), plan.chunk()),
                CopyRow.newBuilder().setIndex(entry.index()).build());
        countPending(plan.target(), 1);
        trace(plan.chunk().blob(), blob, 1);
        return entry.index();
    }

    Command.Done commit(Command.CommitCopy commit) {
        byte[] key = pending(commit.target(), commit.chunk(), commit.pendingIndex());
        int wanted = liveBlob(commit.chunk()).getWantedCopies();
        batch.delete(Family.PENDING, key);
        countPending(commit.target(), -1);
        locate(commit.chunk(), commit.target(), wanted);
        return new Command.Done();
    }

    Command.Done abandon(Command.AbandonCopy abandon) {
        byte[] key = pending(abandon.target(), abandon.chunk(), abandon.pendingIndex());
        batch.delete(Family.PENDING, key);
        countPending(abandon.target(), -1);
        // The node deletes smaller generations only, and this copy's is its PENDING index.
        putFreed(
                abandon.target(),
                abandon.chunk(),
                Math.max(entry.index(), abandon.pendingIndex() + 1),
                length(abandon.chunk()));
        return new Command.Done();
    }

    Command.Done drop(Command.DropCopy drop) {
        int wanted = liveBlob(drop.chunk()).getWantedCopies();
        ChunkRow chunk = chunk(drop.chunk());
        List<Integer> left = new ArrayList<>(chunk.getNodesList());
        Applying.require(
                left.remove((Integer) drop.node().value()),
                Fault.CONFLICT,
                () -> "chunk " + drop.chunk() + " has no copy on node " + drop.node());
        Applying.require(
                !left.isEmpty(),
                Fault.CONFLICT,
                () -> "the copy of chunk " + drop.chunk() + " on node " + drop.node() + " is the last one");
        count(drop.node(), -1, -chunk.getLength());
        putFreed(drop.node(), drop.chunk(), entry.index(), chunk.getLength());
        requeue(drop.chunk(), chunk.getNodesCount(), left.size(), wanted);
        batch.put(
                Family.CHUNK,
                Keys.chunk(drop.chunk()),
                chunk.toBuilder().clearNodes().addAllNodes(left).build());
        return new Command.Done();
    }

    long align(Command.AlignChunks align) {
        entry.fence(align.term());
        ClusterState state = cluster.cluster();
        long changed = 0;
        for (ChunkId id : align.chunks()) {
            BlobRow blob = blob(id.blob());
            int wanted = state == null ? 0 : state.settings().wantedCopies();
            if (state != null && blob != null && blob.getReferences() > 0 && blob.getWantedCopies() != wanted) {
                align(id.blob(), blob, wanted);
                changed += blob.getChunks();
            }
        }
        return changed;
    }

    /** All of its chunks at once: the queue always agrees with what the blob wants. */
    private void align(BlobId id, BlobRow blob, int wanted) {
        for (int ordinal = 0; ordinal < blob.getChunks(); ordinal++) {
            ChunkId chunk = new ChunkId(id, ordinal);
            int copies = chunk(chunk).getNodesCount();
            requeue(chunk, copies, 0, blob.getWantedCopies());
            requeue(chunk, 0, copies, wanted);
        }
        batch.put(
                Family.BLOB,
                Keys.blob(id),
                blob.toBuilder().setWantedCopies(wanted).build());
    }

    // ---- rows -------------------------------------------------------------------------------------------------------

    @Nullable
    BlobRow blob(BlobId id) {
        byte[] row = batch.get(Family.BLOB, Keys.blob(id));
        return row == null ? null : EntryBatch.parse(Family.BLOB, row, BlobRow.parser());
    }

    private BlobRow liveBlob(ChunkId chunk) {
        BlobRow blob = blob(chunk.blob());
        if (blob == null || blob.getReferences() == 0 || chunk.ordinal() >= blob.getChunks()) {
            throw new FlareException(Fault.CONFLICT, "chunk " + chunk + " is gone");
        }
        return blob;
    }

    private ChunkRow chunk(ChunkId id) {
        byte[] row = batch.get(Family.CHUNK, Keys.chunk(id));
        if (row == null) {
            throw new IllegalStateException("chunk " + id + " has no row, though its blob has");
        }
        return EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser());
    }

    private byte[] pending(NodeId node, ChunkId chunk, long index) {
        byte[] key = Keys.copy(node, chunk);
        CopyRow row = copyRow(Family.PENDING, key);
        Applying.require(
                row != null && row.getIndex() == index,
                Fault.CONFLICT,
                () -> "no copy of chunk " + chunk + " on node " + node + " is pending with index " + index);
        return key;
    }

    private @Nullable CopyRow copyRow(Family family, byte[] key) {
        byte[] row = batch.get(family, key);
        return row == null ? null : EntryBatch.parse(family, row, CopyRow.parser());
    }

    /** 0 where the chunk has no row: nothing else tells how long its copies are. */
    private long length(ChunkId id) {
        byte[] row = batch.get(Family.CHUNK, Keys.chunk(id));
        return row == null
                ? 0
                : EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser()).getLength();
    }

    private void putFreed(NodeId node, ChunkId chunk, long index, long length) {
        long bytes = batch.space().isBegun() ? length : 0;
        batch.put(
                Family.FREED,
                Keys.copy(node, chunk),
                CopyRow.newBuilder().setIndex(index).setBytes(bytes).build());
        batch.counters().setFreed(batch.counters().getFreed() + 1);
        UsageRow.Builder usage = batch.usage(node);
        usage.setFreed(usage.getFreed() + 1).setFreedBytes(usage.getFreedBytes() + bytes);
    }

    private void countPending(NodeId node, int change) {
        batch.counters().setPending(batch.counters().getPending() + change);
        UsageRow.Builder usage = batch.usage(node);
        usage.setPending(usage.getPending() + change);
    }

    void count(NodeId node, int copies, long bytes) {
        UsageRow.Builder usage = batch.usage(node);
        usage.setCopies(usage.getCopies() + copies).setBytes(usage.getBytes() + bytes);
    }

    /** A chunk stands in the repair queue, under its number of copies, while it has some but not as many as wanted. */
    void requeue(ChunkId chunk, int before, int after, int wanted) {
        if (before > 0 && before != wanted) {
            batch.delete(Family.REPAIR, Keys.repair(before, chunk));
            batch.counters().setRepairs(batch.counters().getRepairs() - 1);
        }
        if (after > 0 && after != wanted) {
            batch.put(
                    Family.REPAIR,
                    Keys.repair(after, chunk),
                    RepairRow.newBuilder().setWantedCopies(wanted).build());
            batch.counters().setRepairs(batch.counters().getRepairs() + 1);
        }
    }
}
