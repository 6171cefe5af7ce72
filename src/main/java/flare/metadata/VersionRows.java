package flare.metadata;

import flare.metadata.wire.BucketRowOrBuilder;
import flare.metadata.wire.ObjectRow;
import flare.model.BucketId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.model.VersionId;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a key's versions are: the newest, unless it is a delete marker, in OBJECT; all others in VERSION, the newest
 * first; and which of those is the null version in NULL_VERSION. Numbers rise with every version written, so that what is
 * written last is the newest.
 */
final class VersionRows {

    private final RowReader rows;

    VersionRows(RowReader rows) {
        this.rows = rows;
    }

    /** What a plain reader of the key gets; null where the key does not exist or a delete marker hides it. */
    @Nullable
    ObjectRow current(BucketId bucket, ObjectKey key) {
        return parse(Family.OBJECT, rows.get(Family.OBJECT, Keys.object(bucket, key)));
    }

    /** The newest of those in VERSION. */
    @Nullable
    ObjectRow newestOlder(BucketId bucket, ObjectKey key) {
        byte[] from = Keys.versions(bucket, key.bytes());
        try (RowScan scan = rows.scan(Family.VERSION, from, Keys.behind(from))) {
            return scan.next() ? parse(Family.VERSION, scan.value()) : null;
        }
    }

    /** One of those in VERSION, by its number. */
    @Nullable
    ObjectRow older(BucketId bucket, ObjectKey key, long number) {
        return parse(Family.VERSION, rows.get(Family.VERSION, Keys.version(bucket, key.bytes(), number)));
    }

    /** The null version, if it is in VERSION. */
    @Nullable
    ObjectRow olderNull(BucketId bucket, ObjectKey key) {
        byte[] number = rows.get(Family.NULL_VERSION, Keys.object(bucket, key));
        return number == null
                ? null
                : older(bucket, key, ByteBuffer.wrap(number).getLong());
    }

    /** By the id that clients have; a marker as well. */
    @Nullable
    ObjectRow find(BucketId bucket, ObjectKey key, VersionId id) {
        ObjectRow current = current(bucket, key);
        if (current != null && id(current).equals(id)) {
            return current;
        }
        if (id.isNull()) {
            return olderNull(bucket, key);
        }
        ObjectRow row = older(bucket, key, id.number());
        return row != null && row.getNamed() ? row : null;
    }

    /**
     * The object that a reader means. NO_SUCH_KEY, NO_SUCH_VERSION; METHOD_NOT_ALLOWED for a delete marker named by its
     * id. A delete marker that stands in the way is named by the refusal.
     *
     * @param version empty: the newest
     */
    ObjectRow readable(BucketRowOrBuilder bucket, ObjectKey key, Optional<VersionId> version) {
        BucketId id = new BucketId(bucket.getId());
        if (version.isPresent()) {
            ObjectRow row = find(id, key, version.get());
            if (row == null) {
                throw new FlareException(
                        Fault.NO_SUCH_VERSION, "there is no version " + version.get() + " of key " + key);
            } else if (row.getDeleteMarker()) {
                throw FlareException.ofDeleteMarker(
                        Fault.METHOD_NOT_ALLOWED,
                        "version " + version.get() + " of key " + key + " is a delete marker",
                        version.get());
            }
            return row;
        }
        ObjectRow row = current(id, key);
        if (row == null) {
            ObjectRow marker = bucket.getVersions() == 0 ? null : newestOlder(id, key);
            String message = "there is no object with key " + key;
            throw marker == null
                    ? new FlareException(Fault.NO_SUCH_KEY, message)
                    : FlareException.ofDeleteMarker(Fault.NO_SUCH_KEY, message, id(marker));
        }
        return row;
    }

    /** Whether the row, which is there, is its key's newest. */
    boolean isLatest(BucketId bucket, ObjectKey key, ObjectRow row) {
        ObjectRow newest = current(bucket, key);
        if (newest == null) {
            newest = newestOlder(bucket, key);
        }
        return newest != null && newest.getVersion() == row.getVersion();
    }

    /** The internal number of a version that may be gone; of the null version 0 then. */
    long number(BucketId bucket, ObjectKey key, VersionId id) {
        if (!id.isNull()) {
            return id.number();
        }
        ObjectRow row = find(bucket, key, id);
        return row == null ? 0 : row.getVersion();
    }

    static VersionId id(ObjectRow row) {
        return row.getNamed() ? new VersionId(row.getVersion()) : VersionId.NULL;
    }

    private static @Nullable ObjectRow parse(Family family, byte @Nullable [] row) {
        return row == null ? null : EntryBatch.parse(family, row, ObjectRow.parser());
    }
}
