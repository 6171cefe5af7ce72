package flare.data;

import flare.data.DataNodeException.Kind;
import java.util.Arrays;
import java.util.Optional;

/**
 * Every way in which a data node's port says no: what stands in the answer's {@code Flare-Error} header, its HTTP status,
 * and what the caller makes of it. The one table that both ends use.
 */
enum NodeError {
    NOT_FOUND(404, Kind.NOT_FOUND),
    CORRUPT(500, Kind.CORRUPT),
    CONFLICT(409, Kind.CONFLICT),
    FULL(507, Kind.FULL),
    REFUSED(503, Kind.REFUSED),
    BUSY(503, Kind.BUSY),
    CHECKSUM_MISMATCH(422, Kind.CHECKSUM_MISMATCH),
    /** The node could not reach the one it was to pull from. */
    UNREACHABLE(502, Kind.UNREACHABLE),

    TOKEN_REFUSED(401, Kind.REFUSED),
    FOREIGN_CLUSTER(403, Kind.REFUSED),
    MALFORMED(400, Kind.REFUSED),
    /** Told to a sender that is still there, if at all. */
    BODY_ENDED_EARLY(400, Kind.UNREACHABLE),
    NO_SUCH_ROUTE(404, Kind.REFUSED),
    METHOD_NOT_ALLOWED(405, Kind.REFUSED),
    RANGE_NOT_SATISFIABLE(416, Kind.REFUSED),
    TOO_LARGE(413, Kind.REFUSED),
    /** The copy is of a later generation than the one to be deleted (I12). */
    STALE_GENERATION(409, Kind.CONFLICT),
    /** A bug of the node's: nobody knows how far it got. */
    INTERNAL(500, Kind.UNREACHABLE);

    private final int status;
    private final Kind kind;

    NodeError(int status, Kind kind) {
        this.status = status;
        this.kind = kind;
    }

    int status() {
        return status;
    }

    Kind kind() {
        return kind;
    }

    static NodeError of(Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> NOT_FOUND;
            case CORRUPT -> CORRUPT;
            case CONFLICT -> CONFLICT;
            case FULL -> FULL;
            case REFUSED -> REFUSED;
            case BUSY -> BUSY;
            case CHECKSUM_MISMATCH -> CHECKSUM_MISMATCH;
            case UNREACHABLE -> UNREACHABLE;
        };
    }

    static Optional<NodeError> named(String name) {
        return Arrays.stream(values())
                .filter(error -> error.name().equals(name))
                .findFirst();
    }
}
