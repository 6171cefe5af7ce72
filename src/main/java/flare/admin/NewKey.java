package flare.admin;

import org.jspecify.annotations.Nullable;

/** The JSON of {@code POST /admin/users/{name}/keys}: both or neither; without them a key pair is made. */
public record NewKey(@Nullable String accessKey, @Nullable String secretKey) {

    @Override
    public String toString() {
        return "NewKey[accessKey=" + accessKey + "]";
    }
}
