package flare.model;

/** A bucket's internal id: a bucket deleted and made anew under the same name is another bucket (I5). */
public record BucketId(long value) {

    public BucketId {
        if (value < 1) {
            throw new IllegalArgumentException("bucket id must be positive: " + value);
        }
    }
}
