package flare.local;

/** The cluster can't do what was asked; the message is for the person who asked. */
public final class LocalClusterException extends RuntimeException {

    LocalClusterException(String message) {
        super(message);
    }

    LocalClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
