package flare.model;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is kept with a version beside its bytes and headers.
 *
 * @param tags up to {@link #MAX_TAGS}, by key
 * @param owner who wrote it; empty: nobody in particular
 * @param acl name of the canned ACL it was written with
 */
public record ObjectExtras(
        Map<String, String> tags, Optional<Checksum> checksum, Optional<String> owner, Optional<String> acl) {

    public static final int MAX_TAGS = 10;
    public static final int MAX_TAG_KEY = 128;
    public static final int MAX_TAG_VALUE = 256;

    public static final ObjectExtras NONE =
            new ObjectExtras(Map.of(), Optional.empty(), Optional.empty(), Optional.empty());

    public ObjectExtras {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
        Objects.requireNonNull(checksum);
        Objects.requireNonNull(owner);
        Objects.requireNonNull(acl);
    }

    public ObjectExtras withTags(Map<String, String> other) {
        return new ObjectExtras(other, checksum, owner, acl);
    }

    public ObjectExtras withOwner(Optional<String> other) {
        return new ObjectExtras(tags, checksum, other, acl);
    }

    public ObjectExtras withAcl(String other) {
        return new ObjectExtras(tags, checksum, owner, Optional.of(other));
    }

    public ObjectExtras withChecksum(Optional<Checksum> other) {
        return new ObjectExtras(tags, other, owner, acl);
    }

    public boolean isNone() {
        return equals(NONE);
    }
}
