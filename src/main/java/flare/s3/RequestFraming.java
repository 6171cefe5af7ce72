package flare.s3;

import flare.http.Headers;
import flare.http.RequestGuard;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;

/** Refuses what {@link RequestGuard} found wrong with a request before the parser smoothed it over. */
final class RequestFraming {

    private RequestFraming() {}

    /** Throws {@link FlareException} with MISSING_CONTENT_LENGTH, INVALID_REQUEST or SLOW_DOWN. */
    static void check(String method, Headers headers) {
        Optional<String> violation = headers.first(RequestGuard.VIOLATION);
        if (violation.isPresent()) {
            throw new FlareException(Fault.INVALID_REQUEST, violation.get());
        }
        Optional<String> overload = headers.first(RequestGuard.OVERLOAD);
        if (overload.isPresent()) {
            throw new FlareException(Fault.SLOW_DOWN, overload.get());
        }
        boolean needsLength = method.equals("PUT") || method.equals("POST");
        if (needsLength && headers.has(RequestGuard.NO_LENGTH)) {
            throw new FlareException(
                    Fault.MISSING_CONTENT_LENGTH, "a " + method + " needs a Content-Length or chunked transfer");
        }
    }
}
