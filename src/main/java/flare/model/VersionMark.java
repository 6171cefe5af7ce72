package flare.model;

import java.util.Objects;

/**
 * A version's place among those of its key.
 *
 * @param id as clients name it
 * @param latest whether it is the key's newest
 * @param deleteMarker whether it says that the key is deleted; it has no bytes then
 */
public record VersionMark(VersionId id, boolean latest, boolean deleteMarker) {

    /** What a bucket that never had versioning has of each key. */
    public static final VersionMark ONLY = new VersionMark(VersionId.NULL, true, false);

    public VersionMark {
        Objects.requireNonNull(id);
    }
}
