package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of a failure: what its client may know of it, and what the log does. */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
    private static final String INTERNAL_MESSAGE = "The server met an error of its own; its log tells more";

    private Refusals() {}

    /** The refusal within what stages put around it; INTERNAL for what nobody foresaw. */
    static FlareException of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof FlareException refusal
                ? refusal
                : new FlareException(Fault.INTERNAL, "unforeseen: " + cause, cause);
    }

    /** Of the server's own errors no more than that there was one: what they say may be of others. */
    static String message(FlareException refusal) {
        return ErrorMapping.of(refusal.fault()).status() == 500
                ? INTERNAL_MESSAGE
                : String.valueOf(refusal.getMessage());
    }

    static void log(String requestId, FlareException refusal) {
        switch (refusal.fault()) {
            case INTERNAL, DATA_DAMAGED, NO_SUCH_NODE -> LOG.error("Request {} failed", requestId, refusal);
            case UNAVAILABLE -> LOG.warn("Request {}: {}", requestId, refusal.getMessage());
            default -> LOG.debug("Request {} refused: {}", requestId, refusal.getMessage());
        }
    }
}
