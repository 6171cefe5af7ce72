package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A signature of version 4 in the query: a presigned URL.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html">Using query parameters</a>
 */
final class PresignedQuery {

    static final Duration MIN_VALIDITY = Duration.ofSeconds(1);
    static final Duration MAX_VALIDITY = Duration.ofDays(7);

    static final String ALGORITHM = "X-Amz-Algorithm";
    static final String CREDENTIAL = "X-Amz-Credential";
    static final String DATE = "X-Amz-Date";
    static final String EXPIRES = "X-Amz-Expires";
    static final String SIGNED_HEADERS = "X-Amz-SignedHeaders";
    static final String SIGNATURE = "X-Amz-Signature";
    static final String PAYLOAD = "X-Amz-Content-Sha256";

    private static final int MAX_EXPIRES_DIGITS = 9;

    private PresignedQuery() {}

    /** Whether any parameter speaks of a signature: half a signature is a malformed one, never none. */
    static boolean isIn(QueryText query) {
        return query.has(ALGORITHM) || query.has(CREDENTIAL) || query.has(SIGNATURE);
    }

    static Version4Claim parse(WireRequest request, QueryText query) {
        if (!query.has(SIGNATURE)) {
            throw new SignatureRefusedException(SignatureFault.NOT_SIGNED, "the URL has no " + SIGNATURE);
        }
        String algorithm = parameter(query, ALGORITHM);
        if (!algorithm.equals(SigningKey.ALGORITHM)) {
            throw malformed(ALGORITHM + " must be " + SigningKey.ALGORITHM);
        }
        Credential credential = Credential.parse(parameter(query, CREDENTIAL), SignatureFault.QUERY_MALFORMED);
        Instant time = AmzDate.parse(parameter(query, DATE))
                .orElseThrow(() -> malformed(DATE + " must be like 20130524T000000Z"));
        Duration validFor = validity(parameter(query, EXPIRES));
        List<String> signedHeaders =
                SignedHeaders.parse(parameter(query, SIGNED_HEADERS), SignatureFault.QUERY_MALFORMED);
        Signature signature = Signature.of(parameter(query, SIGNATURE));
        Payload payload = payload(request, query);
        SignedHeaders.requireCovered(request, signedHeaders);
        return new Version4Claim(
                request, SignatureClaim.Carrier.QUERY, credential, signedHeaders, signature, time, validFor, payload);
    }

    private static String parameter(QueryText query, String name) {
        return query.only(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> malformed("a presigned URL needs the parameter " + name));
    }

    private static Duration validity(String text) {
        boolean number = text.length() <= MAX_EXPIRES_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        Duration validity = number ? Duration.ofSeconds(Integer.parseInt(text)) : Duration.ZERO;
        if (validity.compareTo(MIN_VALIDITY) < 0 || validity.compareTo(MAX_VALIDITY) > 0) {
            throw malformed(
                    EXPIRES + " must be " + MIN_VALIDITY.toSeconds() + " to " + MAX_VALIDITY.toSeconds() + " seconds");
        }
        return validity;
    }

    /** Whoever presigns rarely knows the body; who does says so in a parameter or in a header, which is signed then. */
    private static Payload payload(WireRequest request, QueryText query) {
        List<String> header = request.values(AuthorizationHeader.PAYLOAD_HEADER);
        Optional<String> parameter = query.only(PAYLOAD);
        if (header.size() > 1
                || (header.size() == 1
                        && parameter.isPresent()
                        && !header.get(0).equals(parameter.get()))) {
            throw malformed("the hash of the payload is given twice");
        }
        return header.isEmpty() ? parameter.map(Payload::new).orElse(Payload.UNSIGNED) : new Payload(header.get(0));
    }

    private static SignatureRefusedException malformed(String message) {
        return new SignatureRefusedException(SignatureFault.QUERY_MALFORMED, message);
    }
}
