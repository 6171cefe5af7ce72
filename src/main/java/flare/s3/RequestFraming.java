package flare.s3;

import flare.http.Headers;
import flare.http.RequestGuard;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import java.util.Set;

/** Refuses what {@link RequestGuard} found wrong with a request before the parser smoothed it over. */
final class RequestFraming {

    private RequestFraming() {}

    /** Whose body is what is stored: without a length it would be an empty object that nobody meant. */
    private static final Set<Route> STORING =
            Set.of(ObjectRoute.PUT_OBJECT, ObjectRoute.UPLOAD_PART, BucketRoute.POST_OBJECT);

    /** Throws {@link FlareException} with INVALID_REQUEST or SLOW_DOWN. */
    static void check(Headers headers) {
        Optional<String> violation = headers.first(RequestGuard.VIOLATION);
        if (violation.isPresent()) {
            throw new FlareException(Fault.INVALID_REQUEST, violation.get());
        }
        Optional<String> overload = headers.first(RequestGuard.OVERLOAD);
        if (overload.isPresent()) {
            throw new FlareException(Fault.SLOW_DOWN, overload.get());
        }
    }

    /** Throws {@link FlareException} with MISSING_CONTENT_LENGTH. Elsewhere no length is an empty body (RFC 9112 6.3). */
    static void requireLength(Operation operation, Headers headers) {
        if (STORING.contains(operation.route()) && headers.has(RequestGuard.NO_LENGTH)) {
            throw new FlareException(
                    Fault.MISSING_CONTENT_LENGTH, operation.name() + " needs a Content-Length or chunked transfer");
        }
    }
}
