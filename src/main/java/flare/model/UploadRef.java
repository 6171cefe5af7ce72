package flare.model;

import java.util.Objects;

/** An upload as it is asked for: of this key, in this bucket, or it is not there. */
public record UploadRef(BucketId bucket, ObjectKey key, UploadId id) {

    public UploadRef {
        Objects.requireNonNull(bucket);
        Objects.requireNonNull(key);
        Objects.requireNonNull(id);
    }
}
