package flare.model;

import java.time.Instant;
import java.util.Objects;

/**
 * One version of an object without its bytes.
 *
 * @param version internal version, unique and rising: log index and place in the entry of the command that made it
 * @param size bytes
 * @param etag without quotes
 * @param lastModified millisecond precision
 */
public record ObjectInfo(
        ObjectKey key, long version, long size, String etag, Instant lastModified, ObjectAttributes attributes) {

    public ObjectInfo {
        Objects.requireNonNull(key);
        Objects.requireNonNull(lastModified);
        if (size < 0) {
            throw new IllegalArgumentException("object " + key + " has size " + size);
        }
    }

    /** The same version said otherwise. */
    public ObjectInfo with(ObjectAttributes other) {
        return new ObjectInfo(key, version, size, etag, lastModified, other);
    }
}
