package flare.model;

import flare.model.BucketInfo.Document;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A user with keys and policies.
 *
 * @param enabled whether any of its keys counts
 * @param revision rises with each change, and no two users ever have the same: what is worked out of one can be kept under it
 * @param keys by access key
 * @param policies what the user may do: JSON, which only the edge understands
 */
public record UserInfo(
        UserProfile profile,
        boolean enabled,
        Instant created,
        long revision,
        Map<String, UserKey> keys,
        Map<PolicyName, Document> policies) {

    public static final int MAX_KEYS = 16;
    public static final int MAX_POLICIES = 16;
    public static final int MAX_POLICY_BYTES = 20 * 1024;
    /** Of all policies together: they are read with every request of the user. */
    public static final int MAX_ALL_POLICY_BYTES = 64 * 1024;

    public UserInfo {
        Objects.requireNonNull(profile);
        Objects.requireNonNull(created);
        keys = Collections.unmodifiableMap(new TreeMap<>(keys));
        policies = Collections.unmodifiableMap(new TreeMap<>(policies));
    }

    public Optional<UserKey> key(String accessKey) {
        return Optional.ofNullable(keys.get(accessKey));
    }

    public CanonicalId id() {
        return profile.id();
    }

    public UserName name() {
        return profile.name();
    }
}
