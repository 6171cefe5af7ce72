package flare.model;

import java.time.Instant;
import java.util.Objects;

/** A key pair of a user. */
public record UserKey(KeyPair pair, Instant created, boolean enabled) {

    public UserKey {
        Objects.requireNonNull(pair);
        Objects.requireNonNull(created);
    }

    public String accessKey() {
        return pair.accessKey();
    }
}
