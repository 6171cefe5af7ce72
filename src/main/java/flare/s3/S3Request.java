package flare.s3;

import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.Origin;
import java.util.Locale;

/** A request's head: all that authentication and handlers need beside the body. */
record S3Request(String id, Origin origin, String method, RawTarget target, Headers headers) {

    private static final String PREFIX = "x-amz-";

    /**
     * Whether a query parameter is what could also be a header: those of the signature, and what SDKs sign into the query
     * so that whoever has a URL need not send it.
     */
    static boolean isHeader(String parameter) {
        return parameter.toLowerCase(Locale.ROOT).startsWith(PREFIX);
    }

    /** The head with such parameters as headers, where no header says otherwise. */
    S3Request withSignedParameters() {
        Headers all = headers;
        for (RawTarget.Parameter parameter : target.query()) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            if (isHeader(name) && !all.has(name)) {
                all = all.with(name, parameter.value());
            }
        }
        return all.equals(headers) ? this : new S3Request(id, origin, method, target, all);
    }
}
