package flare.s3;

import flare.model.BucketName;
import flare.model.ObjectKey;
import java.util.Optional;

/** What a request asks for, typed: its row in the route table and what it is about. */
sealed interface Operation {

    Route route();

    /** How metrics and the access log call it. */
    default String name() {
        return route().operation();
    }

    /** The bucket it is in, or about. */
    default Optional<BucketName> inBucket() {
        if (this instanceof OfBucket of) {
            return Optional.of(of.bucket());
        }
        return this instanceof OfObject of ? Optional.of(of.bucket()) : Optional.empty();
    }

    record OfService(ServiceRoute route) implements Operation {}

    record OfBucket(BucketRoute route, BucketName bucket) implements Operation {}

    /** Asked by a browser, without a signature. */
    record OfPreflight(PreflightRoute route, BucketName bucket) implements Operation {}

    record OfObject(ObjectRoute route, BucketName bucket, ObjectKey key) implements Operation {}
}
