package flare.data;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A data node refused or failed; the message names node, chunk and values. */
public final class DataNodeException extends RuntimeException {

    /** What happened, as far as the caller's next step depends on it. */
    public enum Kind {
        /** The node has no such copy. */
        NOT_FOUND,
        /** The copy is not what it should be; the node has set it aside. */
        CORRUPT,
        /** Another copy with other bytes stands under that id. */
        CONFLICT,
        /** No space left but the reserve. */
        FULL,
        /** The disk failed, or the node is another than expected, or refuses the caller. */
        REFUSED,
        /** A bound is reached, on the node or towards it: later it may go. */
        BUSY,
        /** Bytes differ from the checksum or length that was declared. */
        CHECKSUM_MISMATCH,
        /** Not reached, or it stopped answering: the outcome is unknown. */
        UNREACHABLE
    }

    private final Kind kind;

    public DataNodeException(Kind kind, String message) {
        this(kind, message, null);
    }

    public DataNodeException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind);
    }

    public Kind kind() {
        return kind;
    }
}
