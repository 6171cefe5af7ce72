package flare.model;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A refusal or failure that a caller can handle: its {@link Fault}, and a sentence naming the thing and the values. */
public final class FlareException extends RuntimeException {

    private final Fault fault;
    private final @Nullable VersionId deleteMarker;

    public FlareException(Fault fault, String message) {
        this(fault, message, null);
    }

    public FlareException(Fault fault, String message, @Nullable Throwable cause) {
        this(fault, message, cause, null);
    }

    private FlareException(Fault fault, String message, @Nullable Throwable cause, @Nullable VersionId deleteMarker) {
        super(message, cause);
        this.fault = Objects.requireNonNull(fault);
        this.deleteMarker = deleteMarker;
    }

    /** Refuses because what was asked for is a delete marker. */
    public static FlareException ofDeleteMarker(Fault fault, String message, VersionId marker) {
        return new FlareException(fault, message, null, marker);
    }

    /** The delete marker that stands where an object was asked for. */
    public Optional<VersionId> deleteMarker() {
        return Optional.ofNullable(deleteMarker);
    }

    public Fault fault() {
        return fault;
    }
}
