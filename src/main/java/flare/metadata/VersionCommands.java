package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ObjectRow;
import flare.model.BucketId;
import flare.model.BucketInfo.Versioning;
import flare.model.ObjectKey;

/** How the versions of one key follow each other; the places of their rows are those of {@link VersionRows}. */
final class VersionCommands {

    private final EntryBatch batch;
    private final References references;
    private final VersionRows rows;

    VersionCommands(EntryBatch batch, References references) {
        this.batch = batch;
        this.references = references;
        this.rows = new VersionRows(batch);
    }

    VersionRows rows() {
        return rows;
    }

    /** Whether a version that is written now gets an id of its own. */
    static boolean named(BucketRow.Builder bucket) {
        return BucketCommands.versioning(bucket) == Versioning.ENABLED;
    }

    /**
     * Makes the row its key's newest. One with an id of its own keeps what was there; a null version takes the place of the
     * null version before it, wherever that is.
     */
    void add(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        BucketId id = new BucketId(bucket.getId());
        ObjectRow current = rows.current(id, key);
        if (current != null && !current.getNamed() && !row.getNamed() && !row.getDeleteMarker()) {
            references.drop(current.getVersion());
            byte[] place = Keys.object(id, key);
            batch.put(Family.OBJECT, place, row);
            batch.space().object(bucket, place, row.getSize() - current.getSize());
            return;
        }
        if (!row.getNamed()) {
            if (current != null && !current.getNamed()) {
                takeOut(bucket, key, current);
                references.drop(current.getVersion());
                current = null;
            } else if (bucket.getVersions() > 0) {
                ObjectRow old = rows.olderNull(id, key);
                if (old != null) {
                    takeOutOlder(bucket, key, old);
                    dropContent(old);
                }
            }
        }
        if (current != null) {
            takeOut(bucket, key, current);
            putOlder(bucket, key, current);
        }
        if (row.getDeleteMarker()) {
            putOlder(bucket, key, row);
        } else {
            put(bucket, key, row);
        }
    }

    /** Removes exactly this version; the next newest takes its place. */
    void remove(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        BucketId id = new BucketId(bucket.getId());
        ObjectRow current = rows.current(id, key);
        boolean isCurrent = current != null && current.getVersion() == row.getVersion();
        if (isCurrent) {
            takeOut(bucket, key, row);
        } else {
            takeOutOlder(bucket, key, row);
        }
        dropContent(row);
        if ((isCurrent || current == null) && bucket.getVersions() > 0) {
            ObjectRow next = rows.newestOlder(id, key);
            if (next != null && !next.getDeleteMarker()) {
                takeOutOlder(bucket, key, next);
                put(bucket, key, next);
            }
        }
    }

    /** The row with another content in the same place. */
    void replace(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        BucketId id = new BucketId(bucket.getId());
        ObjectRow current = rows.current(id, key);
        if (current != null && current.getVersion() == row.getVersion()) {
            batch.put(Family.OBJECT, Keys.object(id, key), row);
        } else {
            batch.put(Family.VERSION, Keys.version(id, key.bytes(), row.getVersion()), row);
        }
    }

    private void dropContent(ObjectRow row) {
        if (!row.getDeleteMarker()) {
            references.drop(row.getVersion());
        }
    }

    private void put(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        byte[] place = Keys.object(new BucketId(bucket.getId()), key);
        batch.put(Family.OBJECT, place, row);
        countObjects(bucket, 1);
        batch.space().object(bucket, place, row.getSize());
    }

    private void takeOut(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        byte[] place = Keys.object(new BucketId(bucket.getId()), key);
        batch.delete(Family.OBJECT, place);
        countObjects(bucket, -1);
        batch.space().object(bucket, place, -row.getSize());
    }

    private void countObjects(BucketRow.Builder bucket, int change) {
        bucket.setObjects(bucket.getObjects() + change);
        batch.counters().setObjects(batch.counters().getObjects() + change);
    }

    private void putOlder(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        BucketId id = new BucketId(bucket.getId());
        byte[] place = Keys.version(id, key.bytes(), row.getVersion());
        batch.put(Family.VERSION, place, row);
        bucket.setVersions(bucket.getVersions() + 1);
        batch.space().older(bucket, place, row.getSize());
        if (!row.getNamed()) {
            batch.put(Family.NULL_VERSION, Keys.object(id, key), Keys.number(row.getVersion()));
        }
    }

    private void takeOutOlder(BucketRow.Builder bucket, ObjectKey key, ObjectRow row) {
        BucketId id = new BucketId(bucket.getId());
        byte[] place = Keys.version(id, key.bytes(), row.getVersion());
        batch.delete(Family.VERSION, place);
        bucket.setVersions(bucket.getVersions() - 1);
        batch.space().older(bucket, place, -row.getSize());
        if (!row.getNamed()) {
            batch.delete(Family.NULL_VERSION, Keys.object(id, key));
        }
    }
}
