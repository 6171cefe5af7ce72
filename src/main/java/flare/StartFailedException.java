package flare;

/** A process could not start; the message is one sentence saying what is in the way and what to do about it. */
public final class StartFailedException extends RuntimeException {

    public StartFailedException(String message) {
        super(message);
    }

    public StartFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
