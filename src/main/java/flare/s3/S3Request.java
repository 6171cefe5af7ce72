package flare.s3;

import flare.http.Headers;
import flare.http.PercentCode;
import flare.http.RawTarget;
import flare.http.RequestGuard;
import flare.model.BucketName;
import flare.model.ObjectKey;
import flare.model.Origin;
import java.util.Locale;
import java.util.Optional;

/**
 * A request's head: all that authentication and handlers need beside the body.
 *
 * @param hostBucket the bucket that the Host names, in virtual-host style
 * @param formSignature by what a form was signed in its fields; empty for all that is signed in its head, or not at all
 */
record S3Request(
        String id,
        Origin origin,
        String method,
        RawTarget target,
        Headers headers,
        Optional<BucketName> hostBucket,
        Optional<String> formSignature) {

    S3Request(
            String id,
            Origin origin,
            String method,
            RawTarget target,
            Headers headers,
            Optional<BucketName> hostBucket) {
        this(id, origin, method, target, headers, hostBucket, Optional.empty());
    }

    private static final String PREFIX = "x-amz-";

    /**
     * Whether a query parameter is what could also be a header: those of the signature, and what SDKs sign into the query
     * so that whoever has a URL need not send it.
     */
    static boolean isHeader(String parameter) {
        return parameter.toLowerCase(Locale.ROOT).startsWith(PREFIX);
    }

    /**
     * The head with such parameters as headers, where no header says otherwise. A checksum of no bytes says nothing:
     * aws-sdk-js signs it into each URL of a PUT, for it does not know yet what will be sent; S3 takes none from a query.
     */
    S3Request withSignedParameters() {
        boolean bodyUnknown = target.query().stream().anyMatch(p -> ChecksumHeaders.isOfNothing(p.name(), p.value()));
        Headers all = headers;
        for (RawTarget.Parameter parameter : target.query()) {
            String name = parameter.name().toLowerCase(Locale.ROOT);
            boolean tells = !bodyUnknown || !ChecksumHeaders.isOfBody(name);
            if (tells && isHeader(name) && !all.has(name)) {
                all = all.with(name, parameter.value());
            }
        }
        return all.equals(headers) ? this : new S3Request(id, origin, method, target, all, hostBucket, formSignature);
    }

    /** The head that a form says in its fields. */
    S3Request ofForm(Headers said, Optional<String> signature) {
        return new S3Request(id, origin, method, target, said, hostBucket, signature);
    }

    /** An object's address in the style and at the host that this client used. */
    String url(BucketName bucket, ObjectKey key) {
        String host = headers.first(RequestGuard.HOST).orElse("");
        String path = (hostBucket.isPresent() ? "/" : "/" + bucket + "/") + PercentCode.encodePath(key.text());
        return host.isEmpty() ? path : (origin.secure() ? "https://" : "http://") + host + path;
    }
}
