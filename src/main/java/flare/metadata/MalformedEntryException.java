package flare.metadata;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Bytes of the log or the store that are not what they should be; the message names the field. */
final class MalformedEntryException extends IOException {

    MalformedEntryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
