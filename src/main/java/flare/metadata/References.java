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
        byte[] key = Keys.number(version);
        batch.delete(Family.EXTENTS, key);
        release(extents, batch.space().counts(Family.EXTENTS, key));
    }

    /**
     * For another holder of the same slices.
     *
     * @param counted whether bytes are kept count of where the holder is
     */
    void share(ExtentsRow extents, boolean counted) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                count(slice, 1, counted ? slice.getLength() : 0);
            }
        }
    }

    /** @param counted whether bytes were kept count of where the holder was */
    void release(ExtentsRow extents, boolean counted) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                count(slice, -1, counted ? -slice.getLength() : 0);
            }
        }
    }

    /** The holder stays, or moved to where bytes are kept count of, or moved away from such a place. */
    void recount(ExtentsRow extents, boolean counted) {
        for (SliceRow slice : extents.getSlicesList()) {
            if (!slice.hasInline()) {
                count(slice, 0, counted ? slice.getLength() : -slice.getLength());
            }
        }
    }

    private void count(SliceRow slice, int change, long bytes) {
        BlobId id = new BlobId(slice.getSession(), slice.getCounter());
        BlobRow blob = copies.blob(id);
        if (blob == null || blob.getReferences() < 1) {
            throw new IllegalStateException("an extent refers to blob " + id + ", which "
                    + (blob == null ? "does not exist" : "nobody counts on"));
        }
        long references = blob.getReferences() + change;
        byte[] key = Keys.blob(id);
        BlobRow changed = blob.toBuilder()
                .setReferences(references)
                .setReferredBytes(blob.getReferredBytes() + bytes)
                .build();
        batch.put(Family.BLOB, key, changed);
        batch.space().blob(key, blob, changed);
        if (references == 0) {
            batch.put(Family.DEAD, key, DeadRow.getDefaultInstance());
            batch.counters().setDeadBlobs(batch.counters().getDeadBlobs() + 1);
        }
    }
}
