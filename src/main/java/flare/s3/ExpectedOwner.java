package flare.s3;

import flare.http.Headers;
import flare.model.BucketInfo;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;

/**
 * Holds a bucket to the owner that a request expects it to have, so that nothing goes to one that somebody else made under the
 * same name (<a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html">bucket owner
 * condition</a>).
 */
final class ExpectedOwner {

    static final String OF_BUCKET = "x-amz-expected-bucket-owner";
    static final String OF_SOURCE = "x-amz-source-expected-bucket-owner";

    private ExpectedOwner() {}

    /**
     * Throws {@link FlareException} with ACCESS_DENIED.
     *
     * @param rootId whose what is nobody's in particular is
     */
    static void check(Headers headers, String header, BucketInfo bucket, String rootId) {
        Optional<String> expected = headers.first(header);
        String owner = bucket.owner().isEmpty() ? rootId : bucket.owner();
        if (expected.isPresent() && !expected.get().equals(owner)) {
            throw new FlareException(
                    Fault.ACCESS_DENIED, "bucket " + bucket.name() + " has not the owner that " + header + " names");
        }
    }
}
