package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Whether each blob is counted on as often as contents and parts refer to it (I2), and holds the bytes they want of it. Blobs
 * are taken in passes by a hash of their ids, so that the table of a pass is bounded.
 */
final class FsckReferences {

    private final RowReader rows;
    private final FsckFindings findings;
    private final int blobsAPass;
    private long blobBytes;
    private long deadBytes;
    private long heldBytes;

    FsckReferences(RowReader rows, FsckFindings findings, int blobsAPass) {
        this.rows = rows;
        this.findings = findings;
        this.blobsAPass = blobsAPass;
    }

    /**
     * @param end of the bytes that are wanted
     * @param bytes of all slices
     */
    private record Wanted(long references, long end, long bytes) {

        static final Wanted NOTHING = new Wanted(0, 0, 0);

        Wanted and(Wanted other) {
            return new Wanted(references + other.references, Math.max(end, other.end), bytes + other.bytes);
        }
    }

    void check(CountersRow counters) {
        boolean counted = SpaceTally.isComplete(counters);
        int passes = (int) (counters.getBlobs() / blobsAPass) + 1;
        for (int pass = 0; pass < passes; pass++) {
            check(wanted(pass, passes), counted, pass, passes);
        }
        if (counted) {
            findings.same(
                    "bytes of blobs in use",
                    counters.getBlobBytes(),
                    blobBytes,
                    batch -> batch.counters().setBlobBytes(blobBytes));
            findings.same(
                    "bytes of blobs that nothing refers to",
                    counters.getDeadBytes(),
                    deadBytes,
                    batch -> batch.counters().setDeadBytes(deadBytes));
            findings.same(
                    "bytes held by slices",
                    counters.getHeldBytes(),
                    heldBytes,
                    batch -> batch.counters().setHeldBytes(heldBytes));
        }
    }

    private Map<BlobId, Wanted> wanted(int pass, int passes) {
        Map<BlobId, Wanted> wanted = new HashMap<>();
        try (RowScan scan = rows.scan(Family.EXTENTS, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                if (pass == 0) {
                    findings.row();
                }
                add(EntryBatch.parse(Family.EXTENTS, scan.value(), ExtentsRow.parser()), wanted, pass, passes);
            }
        }
        try (RowScan scan = rows.scan(Family.PART, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                add(
                        EntryBatch.parse(Family.PART, scan.value(), PartRow.parser())
                                .getExtents(),
                        wanted,
                        pass,
                        passes);
            }
        }
        return wanted;
    }

    private static void add(ExtentsRow extents, Map<BlobId, Wanted> wanted, int pass, int passes) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                BlobId blob = new BlobId(slice.getSession(), slice.getCounter());
                if (isOf(blob, pass, passes)) {
                    wanted.merge(
                            blob, new Wanted(1, slice.getOffset() + slice.getLength(), slice.getLength()), Wanted::and);
                }
            }
        }
    }

    private void check(Map<BlobId, Wanted> wanted, boolean counted, int pass, int passes) {
        try (RowScan scan = rows.scan(Family.BLOB, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                BlobId id = Keys.blobOf(scan.key());
                if (!isOf(id, pass, passes)) {
                    continue;
                }
                BlobRow blob = EntryBatch.parse(Family.BLOB, scan.value(), BlobRow.parser());
                Wanted any = wanted.remove(id);
                Wanted found = any == null ? Wanted.NOTHING : any;
                long references = findings.references(blob.getReferences(), found.references());
                findings.same(
                        "references to blob " + id,
                        blob.getReferences(),
                        found.references(),
                        change(id, row -> row.setReferences(references)));
                if (counted) {
                    findings.same(
                            "bytes referred to of blob " + id,
                            blob.getReferredBytes(),
                            found.bytes(),
                            change(id, row -> row.setReferredBytes(found.bytes())));
                    add(blob, references, found.bytes());
                }
                if (found.end() > blob.getSize()) {
                    findings.problem("blob " + id + " has " + blob.getSize() + " bytes, and one up to " + found.end()
                            + " is referred to");
                }
            }
        }
        wanted.forEach((id, found) -> findings.problem(
                "blob " + id + " does not exist, and " + found.references() + " contents or parts refer to it"));
    }

    /** Changes the blob's row as it is by then. */
    static Consumer<EntryBatch> change(BlobId id, Consumer<BlobRow.Builder> change) {
        return batch -> {
            byte[] key = Keys.blob(id);
            BlobRow.Builder row =
                    EntryBatch.parse(Family.BLOB, Objects.requireNonNull(batch.get(Family.BLOB, key)), BlobRow.parser())
                            .toBuilder();
            change.accept(row);
            batch.put(Family.BLOB, key, row.build());
        };
    }

    private void add(BlobRow blob, long references, long referred) {
        if (references > 0) {
            blobBytes += blob.getSize();
            heldBytes += Math.max(0, blob.getSize() - referred);
        } else {
            deadBytes += blob.getSize();
        }
    }

    private static boolean isOf(BlobId blob, int pass, int passes) {
        return Math.floorMod(blob.hashCode() * 0x9E3779B1, passes) == pass;
    }
}
