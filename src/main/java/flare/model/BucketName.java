package flare.model;

import java.util.regex.Pattern;

/**
 * A bucket name by S3's rules for general purpose buckets: 3 to 63 characters of {@code a-z0-9.-}, labels that neither
 * start nor end with a hyphen, not shaped like an IPv4 address.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html">Bucket naming rules</a>
 */
public record BucketName(String value) {

    private static final Pattern VALID =
            Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
    private static final Pattern IPV4 = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
    private static final int MIN_LENGTH = 3;
    private static final int MAX_LENGTH = 63;

    public BucketName {
        if (value.length() < MIN_LENGTH
                || value.length() > MAX_LENGTH
                || !VALID.matcher(value).matches()
                || IPV4.matcher(value).matches()) {
            throw new FlareException(
                    Fault.INVALID_BUCKET_NAME,
                    "'" + value + "' is not a bucket name: 3 to 63 characters of a-z, 0-9, '.' and '-' are");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
