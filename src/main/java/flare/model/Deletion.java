package flare.model;

import java.util.Objects;
import java.util.Optional;

/**
 * What a delete did.
 *
 * @param removed whether a version or a marker went, or an object that was there is now hidden by a marker
 * @param versionId of the marker that was made, or of the version or marker that was asked for by its id
 * @param deleteMarker whether that is a delete marker
 */
public record Deletion(boolean removed, Optional<VersionId> versionId, boolean deleteMarker) {

    public Deletion {
        Objects.requireNonNull(versionId);
    }
}
