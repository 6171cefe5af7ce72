package flare.s3;

import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.VersionId;
import flare.object.ObjectService.VersionsRequest;
import java.util.Optional;

/** The parameters of ListObjectVersions. */
record VersionsQuery(
        BucketName bucket,
        String prefix,
        String delimiter,
        String keyMarker,
        String versionMarker,
        int maxKeys,
        boolean urlEncoded) {

    /** Throws {@link FlareException} with INVALID_ARGUMENT. */
    static VersionsQuery parse(BucketName bucket, RawTarget target, int maxListPage) {
        VersionsQuery query = new VersionsQuery(
                bucket,
                ListQuery.bounded("prefix", target),
                ListQuery.bounded("delimiter", target),
                ListQuery.bounded("key-marker", target),
                target.parameter("version-id-marker").orElse(""),
                Counts.parse("max-keys", target.parameter("max-keys"), maxListPage),
                ListQuery.urlEncoded(target));
        if (!query.versionMarker.isEmpty() && query.keyMarker.isEmpty()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "a version-id-marker goes with a key-marker");
        }
        query.request();
        return query;
    }

    VersionsRequest request() {
        return new VersionsRequest(
                bucket,
                ListQuery.utf8(prefix),
                ListQuery.utf8(delimiter),
                ListQuery.utf8(keyMarker),
                versionMarker.isEmpty() ? Optional.empty() : Optional.of(VersionId.parse(versionMarker)),
                maxKeys);
    }
}
