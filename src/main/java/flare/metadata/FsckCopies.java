package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.CopyRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.DeadRow;
import flare.metadata.wire.RepairRow;
import flare.metadata.wire.UsageRow;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Blobs with their chunks and every copy that is recorded: located, being made, or to be deleted. Blobs, chunks and the rows
 * of each node are in one order and are walked through together.
 */
final class FsckCopies {

    private final RowReader rows;
    private final FsckFindings findings;
    private final Map<NodeId, Usage> usages = new TreeMap<>();
    private final List<Copies> walks = new ArrayList<>();
    private long chunks;
    private long repairs;
    private long dead;

    FsckCopies(RowReader rows, FsckFindings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    private static final class Usage {
        private long copies;
        private long bytes;
        private long freed;
        private long freedBytes;
        private long pending;
    }

    /** The FREED or PENDING rows of one node, in the order of their chunks. */
    private static final class Copies implements AutoCloseable {

        private final Family family;
        private final NodeId node;
        private final RowScan scan;
        private @Nullable ChunkId at;

        Copies(RowReader rows, Family family, NodeId node) {
            this.family = family;
            this.node = node;
            this.scan = rows.scan(family, Keys.node(node), Keys.behind(Keys.node(node)));
            next();
        }

        void next() {
            at = scan.next() ? Keys.chunkOfCopy(scan.key()) : null;
        }

        @Override
        public void close() {
            scan.close();
        }

        @Override
        public String toString() {
            return family + " copy of chunk " + at + " on node " + node;
        }
    }

    void check(CountersRow counters) {
        long blobs = 0;
        try (RowScan chunkRows = rows.scan(Family.CHUNK, Keys.FIRST, Keys.LAST);
                RowScan blobRows = rows.scan(Family.BLOB, Keys.FIRST, Keys.LAST)) {
            begin(Family.FREED);
            begin(Family.PENDING);
            boolean more = chunkRows.next();
            while (blobRows.next()) {
                findings.row();
                blobs++;
                BlobId id = Keys.blobOf(blobRows.key());
                more = ownerless(chunkRows, more, id);
                Blob blob = new Blob(id, EntryBatch.parse(Family.BLOB, blobRows.value(), BlobRow.parser()));
                more = blob.chunks(chunkRows, more);
                blob.check(traces(id, true));
            }
            ownerless(chunkRows, more, null);
            traces(null, false);
        } finally {
            walks.forEach(Copies::close);
        }
        long found = blobs;
        findings.same(
                "blobs", counters.getBlobs(), found, batch -> batch.counters().setBlobs(found));
        findings.same(
                "chunks",
                counters.getChunks(),
                chunks,
                batch -> batch.counters().setChunks(chunks));
        queues(counters);
        usages(counters);
    }

    /** Nodes are met by seeking from one to the next, so that rows of one that is not in the node map are not missed. */
    private void begin(Family family) {
        List<NodeId> nodes = new ArrayList<>();
        try (RowScan scan = rows.scan(family, Keys.FIRST, Keys.LAST)) {
            boolean more = scan.next();
            while (more) {
                NodeId node = Keys.nodeOf(scan.key());
                nodes.add(node);
                more = scan.seek(Keys.behind(Keys.node(node)));
            }
        }
        nodes.forEach(node -> walks.add(new Copies(rows, family, node)));
    }

    /** Passes over chunks of blobs before {@code until}, which have no row. */
    private boolean ownerless(RowScan chunkRows, boolean more, @Nullable BlobId until) {
        boolean atRow = more;
        while (atRow && (until == null || Keys.chunkOf(chunkRows.key()).blob().compareTo(until) < 0)) {
            findings.problem("chunk " + Keys.chunkOf(chunkRows.key()) + " is of a blob that does not exist");
            atRow = chunkRows.next();
        }
        return atRow;
    }

    /** The FREED and PENDING rows of a blob, and on the way those of blobs before it that have no row. */
    private long traces(@Nullable BlobId blob, boolean exists) {
        long traces = 0;
        for (Copies copies : walks) {
            ChunkId at = copies.at;
            while (at != null && (blob == null || at.blob().compareTo(blob) <= 0)) {
                boolean own = exists && at.blob().equals(blob);
                traces += own ? 1 : 0;
                copy(copies, at, own);
                copies.next();
                at = copies.at;
            }
        }
        return traces;
    }

    private void copy(Copies copies, ChunkId chunk, boolean ofBlob) {
        findings.row();
        Usage usage = usage(copies.node);
        if (copies.family == Family.PENDING) {
            usage.pending++;
            if (!ofBlob) {
                findings.problem(copies + ": there is no such blob");
            }
            if (rows.get(Family.FREED, Keys.copy(copies.node, chunk)) != null) {
                findings.problem(copies + " is to be deleted as well");
            }
        } else {
            usage.freed++;
            usage.freedBytes += EntryBatch.parse(Family.FREED, copies.scan.value(), CopyRow.parser())
                    .getBytes();
        }
        byte[] row = rows.get(Family.CHUNK, Keys.chunk(chunk));
        if (row != null
                && EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser())
                        .getNodesList()
                        .contains(copies.node.value())) {
            findings.problem(copies + " is located there as well");
        }
    }

    private Usage usage(NodeId node) {
        return usages.computeIfAbsent(node, id -> new Usage());
    }

    private final class Blob {

        private final BlobId id;
        private final BlobRow row;
        private long located;
        private long firstLocated = Long.MAX_VALUE;
        private long bytes;

        Blob(BlobId id, BlobRow row) {
            this.id = id;
            this.row = row;
        }

        /** Whether the scan is at a row behind the blob's chunks. */
        boolean chunks(RowScan scan, boolean more) {
            boolean atRow = more;
            int expected = 0;
            while (atRow && Keys.chunkOf(scan.key()).blob().equals(id)) {
                ChunkId chunk = Keys.chunkOf(scan.key());
                if (chunk.ordinal() != expected) {
                    findings.problem("blob " + id + " lacks chunks " + expected + " to " + (chunk.ordinal() - 1));
                }
                expected = chunk.ordinal() + 1;
                chunk(chunk, EntryBatch.parse(Family.CHUNK, scan.value(), ChunkRow.parser()));
                atRow = scan.next();
            }
            if (expected != row.getChunks()) {
                findings.problem(
                        "blob " + id + " has chunks up to " + (expected - 1) + ", recorded are " + row.getChunks());
            }
            return atRow;
        }

        private void chunk(ChunkId chunk, ChunkRow found) {
            findings.row();
            chunks++;
            bytes += found.getLength();
            int copies = found.getNodesCount();
            located += copies;
            if (copies > 0) {
                firstLocated = Math.min(firstLocated, chunk.ordinal());
            }
            if (new HashSet<>(found.getNodesList()).size() != copies) {
                findings.problem("chunk " + chunk + " has a node twice: " + found.getNodesList());
            }
            for (int node : found.getNodesList()) {
                Usage usage = usage(new NodeId(node));
                usage.copies++;
                usage.bytes += found.getLength();
            }
            if (copies > 0 && copies != row.getWantedCopies()) {
                repair(chunk, copies);
            }
        }

        private void repair(ChunkId chunk, int copies) {
            repairs++;
            byte[] queued = rows.get(Family.REPAIR, Keys.repair(copies, chunk));
            int wanted = queued == null
                    ? -1
                    : EntryBatch.parse(Family.REPAIR, queued, RepairRow.parser())
                            .getWantedCopies();
            if (wanted != row.getWantedCopies()) {
                findings.problem(
                        "chunk " + chunk + " has " + copies + " copies of " + row.getWantedCopies() + " and is "
                                + (wanted < 0 ? "not in the repair queue" : "there with " + wanted + " wanted"),
                        batch -> batch.put(
                                Family.REPAIR,
                                Keys.repair(copies, chunk),
                                RepairRow.newBuilder()
                                        .setWantedCopies(row.getWantedCopies())
                                        .build()));
            }
        }

        void check(long transitional) {
            long traces = located + transitional;
            findings.same(
                    "traces of blob " + id,
                    row.getTraces(),
                    traces,
                    FsckReferences.change(id, changed -> changed.setTraces(traces)));
            findings.same("bytes of blob " + id, row.getSize(), bytes);
            byte[] deadRow = rows.get(Family.DEAD, Keys.blob(id));
            if (row.getReferences() > 0) {
                if (deadRow != null) {
                    findings.problem(
                            "blob " + id + " is counted on " + row.getReferences() + " times, and is dead",
                            batch -> batch.delete(Family.DEAD, Keys.blob(id)));
                }
                return;
            }
            long next = deadRow == null
                    ? Long.MAX_VALUE
                    : EntryBatch.parse(Family.DEAD, deadRow, DeadRow.parser()).getNextOrdinal();
            boolean forgotten = located > 0 && (deadRow == null || firstLocated < next);
            dead += deadRow != null || (forgotten && findings.repairs()) ? 1 : 0;
            if (forgotten) {
                findings.problem(
                        "blob " + id + " is counted on by nobody, and its chunk " + firstLocated
                                + " has copies that nobody frees",
                        batch -> batch.put(Family.DEAD, Keys.blob(id), DeadRow.getDefaultInstance()));
            }
        }
    }

    private void queues(CountersRow counters) {
        findings.same("chunks in the repair queue", count(Family.REPAIR), repairs, this::dropUnneeded);
        findings.same(
                "length of the repair queue",
                counters.getRepairs(),
                repairs,
                batch -> batch.counters().setRepairs(repairs));
        findings.same("dead blobs in their queue", count(Family.DEAD), dead);
        findings.same(
                "dead blobs",
                counters.getDeadBlobs(),
                dead,
                batch -> batch.counters().setDeadBlobs(dead));
    }

    /** Rows of the repair queue under another number of copies than the chunk has, or of one that needs none. */
    private void dropUnneeded(EntryBatch batch) {
        List<byte[]> unneeded = new ArrayList<>();
        try (RowScan scan = batch.scan(Family.REPAIR, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                byte[] chunkKey = Arrays.copyOfRange(scan.key(), Integer.BYTES, scan.key().length);
                ChunkId chunk = Keys.chunkOf(chunkKey);
                byte[] chunkRow = batch.get(Family.CHUNK, chunkKey);
                byte[] blobRow = batch.get(Family.BLOB, Keys.blob(chunk.blob()));
                int copies = chunkRow == null
                        ? 0
                        : EntryBatch.parse(Family.CHUNK, chunkRow, ChunkRow.parser())
                                .getNodesCount();
                if (blobRow == null
                        || copies == 0
                        || copies
                                == EntryBatch.parse(Family.BLOB, blobRow, BlobRow.parser())
                                        .getWantedCopies()
                        || !Arrays.equals(scan.key(), Keys.repair(copies, chunk))) {
                    unneeded.add(scan.key());
                }
            }
        }
        unneeded.forEach(key -> batch.delete(Family.REPAIR, key));
    }

    private void usages(CountersRow counters) {
        Usage all = new Usage();
        try (RowScan scan = rows.scan(Family.USAGE, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                findings.row();
                usage(Keys.nodeOf(scan.key()));
            }
        }
        usages.forEach((node, counted) -> {
            byte[] row = rows.get(Family.USAGE, Keys.node(node));
            UsageRow kept = row == null
                    ? UsageRow.getDefaultInstance()
                    : EntryBatch.parse(Family.USAGE, row, UsageRow.parser());
            findings.same(
                    "copies on node " + node,
                    kept.getCopies(),
                    counted.copies,
                    batch -> batch.usage(node).setCopies(counted.copies));
            findings.same(
                    "bytes on node " + node,
                    kept.getBytes(),
                    counted.bytes,
                    batch -> batch.usage(node).setBytes(counted.bytes));
            findings.same(
                    "copies to be deleted on node " + node,
                    kept.getFreed(),
                    counted.freed,
                    batch -> batch.usage(node).setFreed(counted.freed));
            findings.same(
                    "bytes to be deleted on node " + node,
                    kept.getFreedBytes(),
                    counted.freedBytes,
                    batch -> batch.usage(node).setFreedBytes(counted.freedBytes));
            findings.same(
                    "copies being made on node " + node,
                    kept.getPending(),
                    counted.pending,
                    batch -> batch.usage(node).setPending(counted.pending));
            if (rows.get(Family.NODE, Keys.node(node)) == null) {
                findings.problem("node " + node + " holds copies and is not in the node map");
            }
            all.freed += counted.freed;
            all.pending += counted.pending;
        });
        findings.same(
                "copies to be deleted",
                counters.getFreed(),
                all.freed,
                batch -> batch.counters().setFreed(all.freed));
        findings.same(
                "copies being made",
                counters.getPending(),
                all.pending,
                batch -> batch.counters().setPending(all.pending));
    }

    private long count(Family family) {
        long count = 0;
        try (RowScan scan = rows.scan(family, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                count++;
            }
        }
        return count;
    }
}
