package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether each blob is counted on as often as contents and parts refer to it (I2), and holds the bytes they want of it. Blobs
 * are taken in passes by a hash of their ids, so that the table of a pass is bounded.
 */
final class FsckReferences {

    private final RowReader rows;
    private final FsckFindings findings;
    private final int blobsAPass;

    FsckReferences(RowReader rows, FsckFindings findings, int blobsAPass) {
        this.rows = rows;
        this.findings = findings;
        this.blobsAPass = blobsAPass;
    }

    /** @param end of the bytes that are wanted */
    private record Wanted(long references, long end) {

        Wanted and(Wanted other) {
            return new Wanted(references + other.references, Math.max(end, other.end));
        }
    }

    void check(long blobs) {
        int passes = (int) (blobs / blobsAPass) + 1;
        for (int pass = 0; pass < passes; pass++) {
            check(wanted(pass, passes), pass, passes);
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
                    wanted.merge(blob, new Wanted(1, slice.getOffset() + slice.getLength()), Wanted::and);
                }
            }
        }
    }

    private void check(Map<BlobId, Wanted> wanted, int pass, int passes) {
        try (RowScan scan = rows.scan(Family.BLOB, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                BlobId id = Keys.blobOf(scan.key());
                if (!isOf(id, pass, passes)) {
                    continue;
                }
                BlobRow blob = EntryBatch.parse(Family.BLOB, scan.value(), BlobRow.parser());
                Wanted found = wanted.remove(id);
                findings.same("references to blob " + id, blob.getReferences(), found == null ? 0 : found.references());
                if (found != null && found.end() > blob.getSize()) {
                    findings.problem("blob " + id + " has " + blob.getSize() + " bytes, and one up to " + found.end()
                            + " is referred to");
                }
            }
        }
        wanted.forEach((id, found) -> findings.problem(
                "blob " + id + " does not exist, and " + found.references() + " contents or parts refer to it"));
    }

    private static boolean isOf(BlobId blob, int pass, int passes) {
        return Math.floorMod(blob.hashCode() * 0x9E3779B1, passes) == pass;
    }
}
