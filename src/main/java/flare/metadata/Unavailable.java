package flare.metadata;

import flare.model.Fault;
import flare.model.FlareException;

/** The metadata can't say, now. */
final class Unavailable {

    private Unavailable() {}

    static FlareException because(String message) {
        return new FlareException(Fault.UNAVAILABLE, message);
    }

    static FlareException because(String message, Throwable cause) {
        return new FlareException(Fault.UNAVAILABLE, message, cause);
    }
}
