package flare.model;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * A multipart upload that is open: what the object will be.
 *
 * @param algorithm of the object's checksum, if one was chosen at its beginning
 */
public record UploadInfo(
        UploadId id,
        ObjectKey key,
        Instant created,
        ObjectAttributes attributes,
        ObjectExtras extras,
        Optional<ChecksumAlgorithm> algorithm,
        Checksum.Type checksumType) {

    public UploadInfo {
        Objects.requireNonNull(id);
        Objects.requireNonNull(key);
        Objects.requireNonNull(created);
        Objects.requireNonNull(algorithm);
        Objects.requireNonNull(checksumType);
    }
}
