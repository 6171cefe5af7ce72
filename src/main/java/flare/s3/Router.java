package flare.s3;

import flare.http.PercentCode;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import java.util.Set;

/**
 * From method and target to an {@link Operation}. Every query parameter must be one the operation knows: an unknown
 * sub-resource is NOT_IMPLEMENTED, never the operation without it.
 */
final class Router {

    /** SDKs name the operation they mean in {@code x-id}; it changes nothing. */
    private static final String OPERATION_HINT = "x-id";

    private static final Set<String> NONE = Set.of();
    private static final Set<String> LOCATION = Set.of("location");
    private static final Set<String> LIST = Set.of("prefix", "delimiter", "max-keys", "marker", "encoding-type");
    private static final Set<String> LIST_V2 = Set.of(
            "list-type",
            "prefix",
            "delimiter",
            "max-keys",
            "continuation-token",
            "start-after",
            "encoding-type",
            "fetch-owner");

    private Router() {}

    static Operation route(String method, RawTarget target) {
        String path = target.rawPath();
        int slash = path.indexOf('/', 1);
        String bucket = PercentCode.decodePath(slash < 0 ? path.substring(1) : path.substring(1, slash));
        String key = slash < 0 ? "" : PercentCode.decodePath(path.substring(slash + 1));
        if (bucket.isEmpty()) {
            throw new FlareException(
                    method.equals("GET") ? Fault.NOT_IMPLEMENTED : Fault.METHOD_NOT_ALLOWED,
                    method + " of the service is not implemented; objects are at /object/{key}");
        }
        BucketName name = new BucketName(bucket);
        return key.isEmpty() ? ofBucket(method, name, target) : ofObject(method, name, ObjectKey.of(key), target);
    }

    private static Operation ofObject(String method, BucketName bucket, ObjectKey key, RawTarget target) {
        Operation operation = switch (method) {
            case "PUT" -> new Operation.PutObject(bucket, key);
            case "GET" -> new Operation.GetObject(bucket, key);
            case "HEAD" -> new Operation.HeadObject(bucket, key);
            case "DELETE" -> new Operation.DeleteObject(bucket, key);
            case "POST" -> throw postToObject(target);
            default -> throw methodNotAllowed(method);
        };
        return knowing(NONE, operation, target);
    }

    private static Operation ofBucket(String method, BucketName bucket, RawTarget target) {
        return switch (method) {
            case "GET" -> readOfBucket(bucket, target);
            case "HEAD" -> knowing(NONE, new Operation.HeadBucket(bucket), target);
            case "PUT" -> knowing(NONE, new Operation.CreateBucket(bucket), target);
            case "POST" -> knowing(NONE, new Operation.PostObject(bucket), target);
            case "DELETE" -> throw new FlareException(Fault.NOT_IMPLEMENTED, "DeleteBucket is not implemented");
            default -> throw methodNotAllowed(method);
        };
    }

    private static Operation readOfBucket(BucketName bucket, RawTarget target) {
        if (target.parameter("location").isPresent()) {
            return knowing(LOCATION, new Operation.GetBucketLocation(bucket), target);
        }
        if (target.parameter("list-type").isEmpty()) {
            return knowing(LIST, new Operation.ListObjects(bucket), target);
        }
        if (!target.parameter("list-type").get().equals("2")) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "list-type must be 2");
        }
        return knowing(LIST_V2, new Operation.ListObjectsV2(bucket), target);
    }

    private static Operation knowing(Set<String> parameters, Operation operation, RawTarget target) {
        for (RawTarget.Parameter parameter : target.query()) {
            if (!parameters.contains(parameter.name()) && !parameter.name().equals(OPERATION_HINT)) {
                throw new FlareException(
                        Fault.NOT_IMPLEMENTED,
                        "parameter '" + parameter.name() + "' of " + operation.name() + " is not implemented");
            }
        }
        return operation;
    }

    private static FlareException postToObject(RawTarget target) {
        return target.query().isEmpty()
                ? new FlareException(Fault.METHOD_NOT_ALLOWED, "POST goes to the bucket, as a form")
                : new FlareException(
                        Fault.NOT_IMPLEMENTED,
                        "POST with '" + target.query().get(0).name() + "' is not implemented");
    }

    private static FlareException methodNotAllowed(String method) {
        return new FlareException(Fault.METHOD_NOT_ALLOWED, "method " + method + " is not allowed here");
    }
}
