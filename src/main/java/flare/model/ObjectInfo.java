package flare.model;

import java.time.Instant;
import java.util.Objects;

/**
 * One version of an object without its bytes, or a delete marker.
 *
 * @param version internal version, unique and rising: log index and place in the entry of the command that made it
 * @param size bytes
 * @param etag without quotes
 * @param lastModified millisecond precision
 * @param parts number of parts it was made of; 0 if it was put whole
 */
public record ObjectInfo(
        ObjectKey key,
        long version,
        long size,
        String etag,
        Instant lastModified,
        ObjectAttributes attributes,
        ObjectExtras extras,
        VersionMark mark,
        int parts) {

    public ObjectInfo {
        Objects.requireNonNull(key);
        Objects.requireNonNull(lastModified);
        Objects.requireNonNull(attributes);
        Objects.requireNonNull(extras);
        Objects.requireNonNull(mark);
        if (size < 0 || parts < 0) {
            throw new IllegalArgumentException("object " + key + " has size " + size + " and " + parts + " parts");
        }
    }

    /** The same version said otherwise. */
    public ObjectInfo with(ObjectAttributes other) {
        return new ObjectInfo(key, version, size, etag, lastModified, other, extras, mark, parts);
    }

    /** An object put whole into a bucket without versioning, with nothing more to say of it. */
    public ObjectInfo(
            ObjectKey key, long version, long size, String etag, Instant lastModified, ObjectAttributes attributes) {
        this(key, version, size, etag, lastModified, attributes, ObjectExtras.NONE, VersionMark.ONLY, 0);
    }

    public VersionId versionId() {
        return mark.id();
    }

    public ObjectInfo withExtras(ObjectExtras other) {
        return new ObjectInfo(key, version, size, etag, lastModified, attributes, other, mark, parts);
    }

    public ObjectInfo withMark(VersionMark other) {
        return new ObjectInfo(key, version, size, etag, lastModified, attributes, extras, other, parts);
    }
}
