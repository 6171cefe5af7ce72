package flare.admin;

import flare.model.PolicyName;
import flare.model.UserInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A user, without secrets.
 *
 * @param created ISO 8601
 * @param policies their names
 */
public record UserStatus(
        String name,
        String id,
        @Nullable String displayName,
        @Nullable String email,
        boolean enabled,
        String created,
        List<Key> keys,
        List<String> policies) {

    public UserStatus {
        keys = List.copyOf(keys);
        policies = List.copyOf(policies);
    }

    /** @param created ISO 8601 */
    public record Key(String accessKey, boolean enabled, String created) {}

    static UserStatus of(UserInfo user) {
        return new UserStatus(
                user.name().value(),
                user.id().value(),
                user.profile().displayName().orElse(null),
                user.profile().email().orElse(null),
                user.enabled(),
                user.created().toString(),
                user.keys().values().stream()
                        .map(key -> new Key(
                                key.accessKey(), key.enabled(), key.created().toString()))
                        .toList(),
                user.policies().keySet().stream().map(PolicyName::value).toList());
    }
}
