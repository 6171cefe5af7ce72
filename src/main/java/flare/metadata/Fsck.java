package flare.metadata;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.PositionRow;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows of the metadata with each other, for everything that is recorded twice: counts of references, traces,
 * usages, objects and versions, the queues, and rows that need one another. Each scan reads in order and
 * keeps a few rows; only references need a table, which holds a set number of blobs, and as many passes as that takes.
 *
 * <p>Changes nothing, or has what is recorded twice be what the rows it stands for say: versions and parts say which blobs are
 * counted on, chunks and FREED and PENDING rows what each node holds. A row that nothing else tells is not made up.
 */
final class Fsck {

    /** Of a table of references: some tens of mebibytes. */
    static final int BLOBS_A_PASS = 250_000;

    private final RowReader rows;
    private final int blobsAPass;
    private final FsckFindings findings;

    Fsck(RowReader rows, int blobsAPass) {
        this(rows, blobsAPass, new FsckFindings());
    }

    private Fsck(RowReader rows, int blobsAPass, FsckFindings findings) {
        this.rows = rows;
        this.blobsAPass = blobsAPass;
        this.findings = findings;
    }

    /** One that puts right what it can, in the batch: the findings of its run are those before that. */
    static Fsck repairing(FsckRepair repair, EntryBatch batch, int blobsAPass) {
        return new Fsck(batch, blobsAPass, new FsckFindings(repair, batch));
    }

    FsckReport run() {
        PositionRow position = meta(Keys.POSITION, PositionRow.parser(), PositionRow.getDefaultInstance());
        CountersRow counters = meta(Keys.COUNTERS, CountersRow.parser(), CountersRow.getDefaultInstance());
        // Contents say what is referred to, and that which blobs are dead.
        new FsckVersions(rows, findings).check(counters);
        findings.repair();
        new FsckReferences(rows, findings, blobsAPass).check(counters);
        findings.repair();
        new FsckCopies(rows, findings).check(counters);
        findings.repair();
        return findings.report(new ReplicatedState.Position(position.getTerm(), position.getIndex()));
    }

    private <M extends Message> M meta(byte[] key, Parser<M> parser, M none) {
        byte @Nullable [] row = rows.get(Family.META, key);
        return row == null ? none : EntryBatch.parse(Family.META, row, parser);
    }
}
