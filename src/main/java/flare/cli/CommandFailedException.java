package flare.cli;

/** A command did not do what was asked; the message is one sentence for the person who typed it. */
final class CommandFailedException extends RuntimeException {

    private final int exitStatus;

    CommandFailedException(int exitStatus, String message) {
        super(message);
        this.exitStatus = exitStatus;
    }

    int exitStatus() {
        return exitStatus;
    }
}
