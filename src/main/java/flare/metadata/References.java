package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.DeadRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;

/**
 * What versions and parts count on: each slice of an extents row is one reference to its blob. A count never rises from 0
 * (I2), and a blob at 0 is dead.
 */
final class References {

    private final EntryBatch batch;
    private final CopyCommands copies;

    References(EntryBatch batch, CopyCommands copies) {
        this.batch = batch;
        this.copies = copies;
    }

    ExtentsRow extents(long version) {
        byte[] row = batch.get(Family.EXTENTS, Keys.number(version));
        if (row == null) {
            throw new IllegalStateException("version " + version + " has no extents");
        }
        return EntryBatch.parse(Family.EXTENTS, row, ExtentsRow.parser());
    }

    void put(long version, ExtentsRow extents) {
        batch.put(Family.EXTENTS, Keys.number(version), extents);
    }

    /** The version's extents go, and what they count on with them. */
    void drop(long version) {
        ExtentsRow extents = extents(version);
        batch.delete(Family.EXTENTS, Keys.number(version));
        release(extents);
    }

    /** For another holder of the same slices. */
    void share(ExtentsRow extents) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                count(slice, 1);
            }
        }
    }

    void release(ExtentsRow extents) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                count(slice, -1);
            }
        }
    }

    private void count(SliceRow slice, int change) {
        BlobId id = new BlobId(slice.getSession(), slice.getCounter());
        BlobRow blob = copies.blob(id);
        if (blob == null || blob.getReferences() < 1) {
            throw new IllegalStateException("an extent refers to blob " + id + ", which "
                    + (blob == null ? "does not exist" : "nobody counts on"));
        }
        long references = blob.getReferences() + change;
        batch.put(
                Family.BLOB,
                Keys.blob(id),
                blob.toBuilder().setReferences(references).build());
        if (references == 0) {
            batch.put(Family.DEAD, Keys.blob(id), DeadRow.getDefaultInstance());
            batch.counters().setDeadBlobs(batch.counters().getDeadBlobs() + 1);
        }
    }
}
