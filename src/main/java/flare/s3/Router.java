package flare.s3;

import flare.http.Headers;
import flare.http.PercentCode;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From a request's line and headers to an {@link Operation}. Every query parameter must be one the route knows: an unknown
 * sub-resource is NOT_IMPLEMENTED, never the operation without it.
 */
final class Router {

    static final String COPY_SOURCE = "x-amz-copy-source";

    /** SDKs name the operation they mean in {@code x-id}; it changes nothing. */
    private static final String OPERATION_HINT = "x-id";

    static final String OLD_ACCESS_KEY = "AWSAccessKeyId";

    /** What signs a query in the manner of version 2; the two headers are repeated there, and count where they stand. */
    private static final Set<String> OLD_SIGNATURE =
            Set.of(OLD_ACCESS_KEY, "Signature", "Expires", "content-type", "content-md5");

    private Router() {}

    /** @param hostBucket the bucket whose whole path is a key; empty: the path begins with the bucket */
    static Operation route(String method, RawTarget target, Headers headers, Optional<BucketName> hostBucket) {
        String path = target.rawPath();
        int slash = hostBucket.isPresent() ? 0 : path.indexOf('/', 1);
        boolean copies = headers.has(COPY_SOURCE) || isInQuery(COPY_SOURCE, target);
        if (path.equals("/") && hostBucket.isEmpty()) {
            return new Operation.OfService(chosen(ServiceRoute.values(), method, target, copies));
        }
        BucketName name = hostBucket.orElseGet(
                () -> new BucketName(PercentCode.decodePath(slash < 0 ? path.substring(1) : path.substring(1, slash))));
        if (method.equals(PreflightRoute.METHOD)) {
            boolean ofBucket = slash < 0 || slash == path.length() - 1;
            return new Operation.OfPreflight(ofBucket ? PreflightRoute.OF_BUCKET : PreflightRoute.OF_OBJECT, name);
        }
        String key = slash < 0 ? "" : PercentCode.decodePath(path.substring(slash + 1));
        return key.isEmpty()
                ? new Operation.OfBucket(chosen(BucketRoute.values(), method, target, copies), name)
                : new Operation.OfObject(chosen(ObjectRoute.values(), method, target, copies), name, ObjectKey.of(key));
    }

    /** What SDKs sign into the query is a header, in whatever case they write it. */
    private static boolean isInQuery(String header, RawTarget target) {
        return target.query().stream().anyMatch(parameter -> parameter.name().equalsIgnoreCase(header));
    }

    /** The route with a selector goes before the plain one. */
    private static <R extends Route> R chosen(R[] routes, String method, RawTarget target, boolean copies) {
        @Nullable R plain = null;
        for (R route : routes) {
            Route.Rule rule = route.rule();
            if (!rule.method().equals(method) || rule.copies() != copies) {
                continue;
            }
            if (rule.selector().isEmpty()) {
                plain = route;
            } else if (target.parameter(rule.selector().get()).isPresent()) {
                return knowing(route, target);
            }
        }
        if (plain == null && copies) {
            throw new FlareException(
                    Fault.NOT_IMPLEMENTED, "header " + COPY_SOURCE + " of " + method + " here is not implemented");
        } else if (plain == null) {
            throw target.query().isEmpty() || isMethodUnknown(routes, method)
                    ? new FlareException(Fault.METHOD_NOT_ALLOWED, "method " + method + " is not allowed here")
                    : unknown(target.query().get(0).name(), method + " here");
        }
        return knowing(plain, target);
    }

    private static boolean isMethodUnknown(Route[] routes, String method) {
        for (Route route : routes) {
            if (route.rule().method().equals(method)) {
                return false;
            }
        }
        return true;
    }

    private static <R extends Route> R knowing(R route, RawTarget target) {
        boolean old = target.parameter(OLD_ACCESS_KEY).isPresent();
        for (RawTarget.Parameter parameter : target.query()) {
            String name = parameter.name();
            if (!route.rule().parameters().contains(name)
                    && !name.equals(OPERATION_HINT)
                    && !(old && OLD_SIGNATURE.contains(name))
                    && !S3Request.isHeader(name)) {
                throw unknown(name, route.operation());
            }
        }
        return route;
    }

    private static FlareException unknown(String parameter, String operation) {
        return new FlareException(
                Fault.NOT_IMPLEMENTED, "parameter '" + parameter + "' of " + operation + " is not implemented");
    }
}
