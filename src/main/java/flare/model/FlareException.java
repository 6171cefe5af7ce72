package flare.model;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A refusal or failure that a caller can handle: its {@link Fault}, and a sentence naming the thing and the values. */
public final class FlareException extends RuntimeException {

    private final Fault fault;

    public FlareException(Fault fault, String message) {
        this(fault, message, null);
    }

    public FlareException(Fault fault, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.fault = Objects.requireNonNull(fault);
    }

    public Fault fault() {
        return fault;
    }
}
