package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.CopyRow;
import flare.metadata.wire.RepairRow;
import flare.metadata.wire.SessionRow;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Answers about chunks and their copies, from one snapshot. Each costs what it answers. */
final class CopyQueries {

    private final RowReader rows;

    CopyQueries(RowReader rows) {
        this.rows = rows;
    }

    Object ask(Query<?> query) {
        if (query instanceof Query.ListChunks list) {
            checkLimit(list.limit());
            return readable(list.blob(), list.fromOrdinal(), list.limit());
        } else if (query instanceof Query.ListDeadBlobs list) {
            return dead(list.limit());
        } else if (query instanceof Query.ListFreed list) {
            return freed(list);
        } else if (query instanceof Query.ListPending list) {
            return pending(list.limit());
        } else if (query instanceof Query.ListRepairs list) {
            return repairs(list.limit());
        } else if (query instanceof Query.ExplainCopies explain) {
            return explain(explain);
        } else if (query instanceof Query.ScanChunks scan) {
            checkLimit(scan.limit());
            byte[] from = scan.after().map(Keys::chunk).map(Keys::after).orElse(Keys.FIRST);
            return chunks(from, Keys.LAST, scan.limit());
        }
        throw new AssertionError("no answer to " + query.getClass());
    }

    static void checkLimit(int limit) {
        if (limit < 1) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "a limit of " + limit + " is not allowed: 1 or more is");
        }
    }

    List<ChunkRecord> chunks(BlobId blob, int fromOrdinal, int limit) {
        return chunks(Keys.chunk(blob, fromOrdinal), Keys.behind(Keys.blob(blob)), limit);
    }

    /**
     * With the copies of a dead blob that a pinned read may still use: a long object's chunk list is read as the read goes
     * on, and by then the blob may be dead and its copies FREED.
     */
    private List<ChunkRecord> readable(BlobId blob, int fromOrdinal, int limit) {
        List<ChunkRecord> chunks = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.CHUNK, Keys.chunk(blob, fromOrdinal), Keys.behind(Keys.blob(blob)))) {
            while (chunks.size() < limit && scan.next()) {
                ChunkRow row = chunk(scan.value());
                List<Integer> nodes = row.getNodesCount() == 0 ? row.getFreedNodesList() : row.getNodesList();
                chunks.add(new ChunkRecord(
                        Keys.chunkOf(scan.key()), row.getLength(), row.getCrc32C(), ValueCodec.nodes(nodes)));
            }
        }
        return chunks;
    }

    private List<ChunkRecord> chunks(byte[] from, byte[] to, int limit) {
        List<ChunkRecord> chunks = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.CHUNK, from, to)) {
            while (chunks.size() < limit && scan.next()) {
                chunks.add(record(Keys.chunkOf(scan.key()), chunk(scan.value())));
            }
        }
        return chunks;
    }

    private static ChunkRow chunk(byte[] row) {
        return EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser());
    }

    static ChunkRecord record(ChunkId id, ChunkRow row) {
        return new ChunkRecord(id, row.getLength(), row.getCrc32C(), ValueCodec.nodes(row.getNodesList()));
    }

    private List<BlobId> dead(int limit) {
        checkLimit(limit);
        List<BlobId> dead = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.DEAD, Keys.FIRST, Keys.LAST)) {
            while (dead.size() < limit && scan.next()) {
                dead.add(Keys.blobOf(scan.key()));
            }
        }
        return dead;
    }

    private List<Command.FreedCopy> freed(Query.ListFreed list) {
        checkLimit(list.limit());
        byte[] from = list.after()
                .map(chunk -> Keys.after(Keys.copy(list.node(), chunk)))
                .orElse(Keys.node(list.node()));
        List<Command.FreedCopy> freed = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.FREED, from, Keys.behind(Keys.node(list.node())))) {
            while (freed.size() < list.limit() && scan.next()) {
                freed.add(new Command.FreedCopy(list.node(), Keys.chunkOfCopy(scan.key()), index(scan, Family.FREED)));
            }
        }
        return freed;
    }

    private static long index(RowScan scan, Family family) {
        return EntryBatch.parse(family, scan.value(), CopyRow.parser()).getIndex();
    }

    private List<Query.PendingCopy> pending(int limit) {
        checkLimit(limit);
        List<Query.PendingCopy> pending = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.PENDING, Keys.FIRST, Keys.LAST)) {
            while (pending.size() < limit && scan.next()) {
                NodeId node = Keys.nodeOf(scan.key());
                pending.add(new Query.PendingCopy(node, Keys.chunkOfCopy(scan.key()), index(scan, Family.PENDING)));
            }
        }
        return pending;
    }

    private List<Query.RepairItem> repairs(int limit) {
        checkLimit(limit);
        List<Query.RepairItem> repairs = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.REPAIR, Keys.FIRST, Keys.LAST)) {
            while (repairs.size() < limit && scan.next()) {
                byte[] key = Arrays.copyOfRange(scan.key(), 4, scan.key().length);
                ChunkId id = Keys.chunkOf(key);
                byte[] row = rows.get(Family.CHUNK, key);
                // A dead blob's rows leave the queue as it is freed; until then nobody needs them repaired.
                if (row != null && isCountedOn(id.blob())) {
                    int wanted = EntryBatch.parse(Family.REPAIR, scan.value(), RepairRow.parser())
                            .getWantedCopies();
                    repairs.add(new Query.RepairItem(record(id, chunk(row)), wanted));
                }
            }
        }
        return repairs;
    }

    private boolean isCountedOn(ChunkId chunk) {
        return rows.get(Family.CHUNK, Keys.chunk(chunk)) != null && isCountedOn(chunk.blob());
    }

    private boolean isCountedOn(BlobId blob) {
        byte[] row = rows.get(Family.BLOB, Keys.blob(blob));
        return row != null
                && EntryBatch.parse(Family.BLOB, row, BlobRow.parser()).getReferences() > 0;
    }

    private List<Query.CopyStanding> explain(Query.ExplainCopies explain) {
        Map<Long, Optional<SessionRow>> sessions = new HashMap<>();
        List<Query.CopyStanding> standings = new ArrayList<>(explain.chunks().size());
        for (ChunkId chunk : explain.chunks()) {
            Optional<SessionRow> session = sessions.computeIfAbsent(chunk.blob().session(), this::session);
            Query.CopyStanding standing = Standing.of(rows, session.orElse(null), explain.node(), chunk);
            standings.add(
                    standing == Query.CopyStanding.ORPHAN && isCountedOn(chunk)
                            ? Query.CopyStanding.UNLOCATED
                            : standing);
        }
        return standings;
    }

    private Optional<SessionRow> session(long id) {
        byte @Nullable [] row = rows.get(Family.SESSION, Keys.number(id));
        return row == null ? Optional.empty() : Optional.of(EntryBatch.parse(Family.SESSION, row, SessionRow.parser()));
    }
}
