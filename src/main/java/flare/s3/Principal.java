package flare.s3;

import flare.model.UserInfo;
import java.util.Optional;

/** Who asks. */
sealed interface Principal {

    /** Somebody whose name nobody knows. */
    Principal ANONYMOUS = new Anonymous();

    /** Who may do everything. */
    Principal ROOT = new Root();

    /** Whose is what this one makes, as buckets and objects keep it: a canonical id, or empty for root. */
    Optional<String> owner();

    record Anonymous() implements Principal {
        @Override
        public Optional<String> owner() {
            return Optional.empty();
        }
    }

    /** The key pair of the settings. What is nobody's in particular is root's. */
    record Root() implements Principal {
        @Override
        public Optional<String> owner() {
            return Optional.empty();
        }
    }

    /** @param info as it was when the request was authenticated */
    record User(UserInfo info) implements Principal {
        @Override
        public Optional<String> owner() {
            return Optional.of(info.id().value());
        }
    }
}
