package flare.metadata;

import flare.model.BucketName;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.VersionId;

/** What bytes in chunks are for: a version of an object, or a part of an upload that is open. */
public sealed interface Referent {

    BucketName bucket();

    ObjectKey key();

    /** @param newest whether it is what the key alone stands for */
    record Version(BucketName bucket, ObjectKey key, VersionId version, boolean newest) implements Referent {}

    record Part(BucketName bucket, ObjectKey key, UploadId upload, int number) implements Referent {}
}
