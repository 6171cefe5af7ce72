package flare.sigv4;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A presigned URL of signature version 2, which boto3 still makes unless it is told otherwise. It covers the method, the
 * path, {@link #SIGNED_PARAMETERS}, every {@code x-amz-*} header or parameter, and the expiry: a parameter beyond those could
 * be added by whoever has the URL, so none is taken. The host is not covered.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/RESTAuthentication.html">Signing and authenticating
 *     REST requests (version 2)</a>
 */
record Version2Url(WireRequest request, AccessKeyId accessKey, Signature signature, Instant expires, Payload payload)
        implements SignatureClaim {

    private static final String ACCESS_KEY = "AWSAccessKeyId";
    private static final String SIGNATURE = "Signature";
    private static final String EXPIRES = "Expires";
    private static final String AMZ_PREFIX = "x-amz-";

    /** Headers that have their own line in the signature; botocore repeats them in the query. */
    private static final List<String> STANDARD_HEADERS = List.of("content-md5", "content-type");

    /** Those of the reference that Flare's routes have. */
    private static final Set<String> SIGNED_PARAMETERS = Set.of(
            "acl",
            "cors",
            "delete",
            "location",
            "partNumber",
            "policy",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "tagging",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions");

    private static final int MAX_EXPIRES_DIGITS = 12;

    static boolean isIn(QueryText query) {
        return query.has(ACCESS_KEY) || query.has(SIGNATURE);
    }

    static Version2Url parse(WireRequest request, QueryText query) {
        String accessKey = parameter(query, ACCESS_KEY);
        if (!AccessKeyId.isValid(accessKey)) {
            throw malformed(ACCESS_KEY + " is malformed");
        }
        Signature signature = Signature.of(parameter(query, SIGNATURE));
        Instant expires = time(parameter(query, EXPIRES));
        for (String name : query.names()) {
            if (!isCovered(name)) {
                throw malformed("signature version 2 does not cover the parameter '" + name
                        + "': presign with version 4 (in boto3 Config(signature_version='s3v4'))");
            }
            String value = query.only(name).orElse("");
            if (value.chars().anyMatch(Character::isISOControl)) {
                throw malformed("the parameter '" + name + "' has control characters");
            }
            if (STANDARD_HEADERS.contains(name) && !request.values(name).equals(List.of(value))) {
                throw malformed("the header " + name + " must be there and be '" + value + "', as the URL says");
            }
        }
        return new Version2Url(request, new AccessKeyId(accessKey), signature, expires, payload(request));
    }

    @Override
    public Carrier carrier() {
        return Carrier.QUERY;
    }

    /** The texts that may have been signed: a bucket's path ends with a slash in that of botocore. */
    List<String> stringsToSign() {
        QueryText query = QueryText.parse(request.rawQuery());
        StringBuilder text = new StringBuilder(request.method()).append('\n');
        for (String name : STANDARD_HEADERS) {
            text.append(value(name)).append('\n');
        }
        text.append(parameter(query, EXPIRES)).append('\n');
        amzValues(query)
                .forEach((name, value) ->
                        text.append(name).append(':').append(value).append('\n'));
        String path = request.rawPath();
        String parameters = signedQuery(query);
        return path.indexOf('/', 1) < 0
                ? List.of(text + path + parameters, text + path + "/" + parameters)
                : List.of(text + path + parameters);
    }

    /** In headers or in the query; where both say it, S3 and the object port go by the header. */
    private TreeMap<String, String> amzValues(QueryText query) {
        TreeMap<String, String> values = new TreeMap<>();
        for (String name : query.names()) {
            if (isAmz(name)) {
                values.put(name, query.only(name).orElse(""));
            }
        }
        for (String name : request.headers().keySet()) {
            if (name.startsWith(AMZ_PREFIX)) {
                values.put(name, value(name));
            }
        }
        return values;
    }

    private String value(String header) {
        return request.values(header).stream().map(String::strip).collect(Collectors.joining(","));
    }

    private static String signedQuery(QueryText query) {
        String text = query.names().stream()
                .filter(SIGNED_PARAMETERS::contains)
                .sorted()
                .map(name ->
                        query.hasValue(name) ? name + "=" + query.only(name).orElse("") : name)
                .collect(Collectors.joining("&"));
        return text.isEmpty() ? "" : "?" + text;
    }

    private static boolean isCovered(String name) {
        return SIGNED_PARAMETERS.contains(name)
                || STANDARD_HEADERS.contains(name)
                || isAmz(name)
                || List.of(ACCESS_KEY, SIGNATURE, EXPIRES).contains(name);
    }

    /** In lower case, as all clients write them: two spellings would be two values of one. */
    private static boolean isAmz(String name) {
        return name.startsWith(AMZ_PREFIX) && name.equals(name.toLowerCase(Locale.ROOT));
    }

    /** There is no signature for chunks to continue. */
    private static Payload payload(WireRequest request) {
        List<String> header = request.values(AuthorizationHeader.PAYLOAD_HEADER);
        Payload payload = header.isEmpty() ? Payload.UNSIGNED : new Payload(String.join(",", header));
        if (payload.mode().hasSignedChunks()) {
            throw malformed("a URL of signature version 2 can't have a body of signed chunks");
        }
        return payload;
    }

    private static Instant time(String text) {
        boolean number = text.length() <= MAX_EXPIRES_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number) {
            throw malformed(EXPIRES + " must be seconds since 1970");
        }
        return Instant.ofEpochSecond(Long.parseLong(text));
    }

    private static String parameter(QueryText query, String name) {
        Optional<String> value = query.only(name).filter(text -> !text.isEmpty());
        return value.orElseThrow(() -> malformed("a URL presigned with version 2 needs the parameter " + name));
    }

    private static SignatureRefusedException malformed(String message) {
        return new SignatureRefusedException(SignatureFault.QUERY_MALFORMED, message);
    }
}
