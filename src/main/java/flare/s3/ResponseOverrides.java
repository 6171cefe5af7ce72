package flare.s3;

import flare.http.RawTarget;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code response-*} parameters of a GET: what the answer says in place of the object's own headers. For signed requests
 * only, or anybody could have a public object served as a page of script
 * (<a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html">GetObject</a>).
 */
final class ResponseOverrides {

    private static final String PREFIX = "response-";
    private static final String CONTENT_TYPE = "content-type";
    private static final List<String> HEADERS = List.of(
            CONTENT_TYPE, "cache-control", "content-disposition", "content-encoding", "content-language", "expires");

    private final Map<String, String> values = new HashMap<>();

    private ResponseOverrides() {}

    /** Throws {@link FlareException} with INVALID_REQUEST if nobody signed, INVALID_ARGUMENT for what no header may hold. */
    static ResponseOverrides of(AuthorizedRequest request) {
        ResponseOverrides overrides = new ResponseOverrides();
        RawTarget target = request.head().target();
        for (String header : HEADERS) {
            target.parameter(PREFIX + header)
                    .ifPresent(value -> overrides.values.put(header, ObjectHeaders.checked(PREFIX + header, value)));
        }
        if (!overrides.values.isEmpty() && request.principal() instanceof Principal.Anonymous) {
            throw new FlareException(
                    Fault.INVALID_REQUEST, "response-* parameters cannot be used in requests that nobody signed");
        }
        return overrides;
    }

    ObjectInfo applyTo(ObjectInfo info) {
        if (values.isEmpty()) {
            return info;
        }
        ObjectAttributes own = info.attributes();
        Map<String, String> headers = new HashMap<>(own.headers());
        values.forEach((name, value) -> {
            if (!name.equals(CONTENT_TYPE)) {
                headers.put(name, value);
            }
        });
        Optional<String> type = Optional.ofNullable(values.get(CONTENT_TYPE)).or(own::contentType);
        return info.with(new ObjectAttributes(type, headers, own.userMetadata()));
    }
}
