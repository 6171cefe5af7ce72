package flare.http;

import org.jspecify.annotations.Nullable;

/** A call between nodes whose token is missing, malformed, not made for it, or too old. */
public final class NodeTokenException extends Exception {

    NodeTokenException(String message) {
        this(message, null);
    }

    NodeTokenException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
