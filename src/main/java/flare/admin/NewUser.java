package flare.admin;

import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code PUT /admin/users/{name}}: all of it may be missing.
 *
 * @param id canonical id, for one that is known from another store; else a random one is made
 * @param accessKey of the first key; else one is made
 * @param secretKey that goes with it: both or neither
 */
public record NewUser(
        @Nullable String id,
        @Nullable String displayName,
        @Nullable String email,
        @Nullable String accessKey,
        @Nullable String secretKey) {

    @Override
    public String toString() {
        return "NewUser[id=" + id + ", accessKey=" + accessKey + "]";
    }
}
