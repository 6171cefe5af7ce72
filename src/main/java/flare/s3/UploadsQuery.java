package flare.s3;

import flare.http.RawTarget;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.UploadId;
import flare.object.MultipartService.UploadsRequest;
import java.util.Optional;

/** The parameters of ListMultipartUploads. */
record UploadsQuery(
        BucketName bucket,
        String prefix,
        String delimiter,
        String keyMarker,
        Optional<UploadId> uploadMarker,
        int maxUploads,
        boolean urlEncoded) {

    /** Throws {@link FlareException} with INVALID_ARGUMENT. */
    static UploadsQuery parse(BucketName bucket, RawTarget target, int maxListPage) {
        String keyMarker = ListQuery.bounded("key-marker", target);
        // Without a key-marker S3 ignores it.
        Optional<UploadId> uploadMarker = keyMarker.isEmpty()
                ? Optional.empty()
                : target.parameter("upload-id-marker")
                        .filter(text -> !text.isEmpty())
                        .map(UploadId::parse);
        int maxUploads = Counts.parse("max-uploads", target.parameter("max-uploads"), maxListPage);
        if (maxUploads == 0) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "max-uploads must be at least 1");
        }
        return new UploadsQuery(
                bucket,
                ListQuery.bounded("prefix", target),
                ListQuery.bounded("delimiter", target),
                keyMarker,
                uploadMarker,
                maxUploads,
                ListQuery.urlEncoded(target));
    }

    UploadsRequest request(BucketId id) {
        return new UploadsRequest(
                id,
                ListQuery.utf8(prefix),
                ListQuery.utf8(delimiter),
                ListQuery.utf8(keyMarker),
                uploadMarker,
                maxUploads);
    }
}
