package flare.access;

import org.jspecify.annotations.Nullable;

/** What a policy can't be, in words for who wrote it. */
final class MalformedPolicyException extends RuntimeException {

    MalformedPolicyException(String message) {
        this(message, null);
    }

    MalformedPolicyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
