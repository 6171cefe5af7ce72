package flare.metadata;

import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.CountersRowOrBuilder;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps count of bytes. States that are older than this count have rows that are in no sum: {@link SpaceCommands} walks over
 * them family by family, in the order of their keys. What is before the walk is counted, and each change there changes the
 * sums; what is behind it is not, and may change as it likes. So the sums are right whenever the walk ends, and each replica
 * has the same.
 */
final class SpaceTally {

    /** Those that refer to blobs come before the blobs, whose held bytes are known only when all that refers to them is. */
    static final List<Family> WALKED = List.of(Family.EXTENTS, Family.PART, Family.BLOB, Family.OBJECT, Family.VERSION);

    private final CountersRow.Builder counters;

    SpaceTally(CountersRow.Builder counters) {
        this.counters = counters;
    }

    boolean isBegun() {
        return counters.getSpacePhase() > 0;
    }

    static boolean isComplete(CountersRowOrBuilder counters) {
        return counters.getSpacePhase() > WALKED.size();
    }

    /** Whether a row at that place is in the sums, or is to be when it is put there. */
    boolean counts(Family family, byte[] key) {
        int phase = counters.getSpacePhase();
        int place = WALKED.indexOf(family) + 1;
        if (place != phase) {
            return place < phase;
        }
        return !counters.getSpacePosition().isEmpty()
                && Arrays.compareUnsigned(key, counters.getSpacePosition().toByteArray()) <= 0;
    }

    /** Bytes came to a place of OBJECT, or went. */
    void object(BucketRow.Builder bucket, byte[] key, long change) {
        if (counts(Family.OBJECT, key)) {
            addObject(bucket, change);
        }
    }

    void addObject(BucketRow.Builder bucket, long change) {
        bucket.setBytes(bucket.getBytes() + change);
        counters.setBytes(counters.getBytes() + change);
    }

    /** Bytes came to a place of VERSION, or went. */
    void older(BucketRow.Builder bucket, byte[] key, long change) {
        if (counts(Family.VERSION, key)) {
            addOlder(bucket, change);
        }
    }

    void addOlder(BucketRow.Builder bucket, long change) {
        bucket.setOlderBytes(bucket.getOlderBytes() + change);
        counters.setOlderBytes(counters.getOlderBytes() + change);
    }

    /** Bytes came to a place of PART, or went; the bucket may be gone. */
    void part(BucketRow.@Nullable Builder bucket, byte[] key, long change) {
        if (counts(Family.PART, key)) {
            addPart(bucket, change);
        }
    }

    void addPart(BucketRow.@Nullable Builder bucket, long change) {
        if (bucket != null) {
            bucket.setUploadBytes(bucket.getUploadBytes() + change);
        }
        counters.setUploadBytes(counters.getUploadBytes() + change);
    }

    /** A blob's row becomes another, comes, or goes. */
    void blob(byte[] key, @Nullable BlobRow before, @Nullable BlobRow after) {
        if (counts(Family.BLOB, key)) {
            if (before != null) {
                add(before, -1);
            }
            if (after != null) {
                add(after, 1);
            }
        }
    }

    void add(BlobRow blob, int sign) {
        if (blob.getReferences() > 0) {
            counters.setBlobBytes(counters.getBlobBytes() + sign * blob.getSize());
            counters.setHeldBytes(counters.getHeldBytes() + sign * held(blob));
        } else {
            counters.setDeadBytes(counters.getDeadBytes() + sign * blob.getSize());
        }
    }

    /**
     * What no slice has of a blob that some have, at least: where slices overlap it is more, and only all of them together
     * would tell how much.
     */
    static long held(BlobRow blob) {
        return Math.max(0, blob.getSize() - blob.getReferredBytes());
    }
}
