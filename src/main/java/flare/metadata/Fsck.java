package flare.metadata;

import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.PositionRow;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows of the metadata with each other, for everything that is recorded twice: counts of references, traces,
 * usages, objects and versions, the queues, and rows that need one another. Changes nothing. Each scan reads in order and
 * keeps a few rows; only references need a table, which holds a set number of blobs, and as many passes as that takes.
 */
final class Fsck {

    /** Of a table of references: some tens of mebibytes. */
    static final int BLOBS_A_PASS = 250_000;

    private final RowReader rows;
    private final int blobsAPass;
    private final FsckFindings findings = new FsckFindings();

    Fsck(RowReader rows, int blobsAPass) {
        this.rows = rows;
        this.blobsAPass = blobsAPass;
    }

    FsckReport run() {
        PositionRow position = meta(Keys.POSITION, PositionRow.parser(), PositionRow.getDefaultInstance());
        CountersRow counters = meta(Keys.COUNTERS, CountersRow.parser(), CountersRow.getDefaultInstance());
        new FsckVersions(rows, findings).check(counters);
        new FsckCopies(rows, findings).check(counters);
        new FsckReferences(rows, findings, blobsAPass).check(counters);
        return findings.report(new ReplicatedState.Position(position.getTerm(), position.getIndex()));
    }

    private <M extends Message> M meta(byte[] key, Parser<M> parser, M none) {
        byte @Nullable [] row = rows.get(Family.META, key);
        return row == null ? none : EntryBatch.parse(Family.META, row, parser);
    }
}
