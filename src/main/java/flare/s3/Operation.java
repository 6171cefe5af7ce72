package flare.s3;

import flare.model.BucketName;
import flare.model.ObjectKey;

/** What a request asks for, typed: its row in the route table and what it is about. */
sealed interface Operation {

    Route route();

    /** How metrics and the access log call it. */
    default String name() {
        return route().operation();
    }

    record OfService(ServiceRoute route) implements Operation {}

    record OfBucket(BucketRoute route, BucketName bucket) implements Operation {}

    record OfObject(ObjectRoute route, BucketName bucket, ObjectKey key) implements Operation {}
}
