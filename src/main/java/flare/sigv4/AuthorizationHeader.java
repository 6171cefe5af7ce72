package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…} and the headers that go with it.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html">Using the
 *     Authorization header</a>
 */
final class AuthorizationHeader {

    static final String NAME = "authorization";
    static final int MAX_LENGTH = 4 * 1024;

    static final String PAYLOAD_HEADER = "x-amz-content-sha256";
    static final String DATE_HEADER = "x-amz-date";

    private static final String CREDENTIAL = "Credential";
    private static final String SIGNED_HEADERS = "SignedHeaders";
    private static final String SIGNATURE = "Signature";

    private AuthorizationHeader() {}

    static Version4Claim parse(WireRequest request) {
        Map<String, String> fields = fields(value(request));
        Credential credential = Credential.parse(field(fields, CREDENTIAL), SignatureFault.HEADER_MALFORMED);
        List<String> signedHeaders =
                SignedHeaders.parse(field(fields, SIGNED_HEADERS), SignatureFault.HEADER_MALFORMED);
        Signature signature = Signature.of(field(fields, SIGNATURE));
        Instant time = time(request);
        Payload payload = payload(request);
        SignedHeaders.requireCovered(request, signedHeaders);
        return new Version4Claim(
                request,
                SignatureClaim.Carrier.HEADER,
                credential,
                signedHeaders,
                signature,
                time,
                Duration.ZERO,
                payload);
    }

    private static String value(WireRequest request) {
        List<String> values = request.values(NAME);
        if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
            throw malformed("there is more than one Authorization header, or one longer than " + MAX_LENGTH);
        }
        String value = values.get(0).strip();
        if (value.isEmpty()) {
            throw new SignatureRefusedException(SignatureFault.NOT_SIGNED, "the Authorization header is empty");
        }
        if (!value.startsWith(SigningKey.ALGORITHM + " ")) {
            throw new SignatureRefusedException(
                    SignatureFault.UNSUPPORTED_SCHEME,
                    "the only way to sign that is understood is " + SigningKey.ALGORITHM);
        }
        return value.substring(SigningKey.ALGORITHM.length());
    }

    private static Map<String, String> fields(String text) {
        Map<String, String> fields = new HashMap<>();
        for (String part : text.split(",", -1)) {
            String field = part.strip();
            int equals = field.indexOf('=');
            String name = equals < 0 ? field : field.substring(0, equals);
            boolean known = name.equals(CREDENTIAL) || name.equals(SIGNED_HEADERS) || name.equals(SIGNATURE);
            if (equals < 0 || !known || fields.put(name, field.substring(equals + 1)) != null) {
                throw malformed("'" + name + "' in the Authorization header is unknown, has no value or comes twice");
            }
        }
        return fields;
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            throw malformed("the Authorization header has no " + name);
        }
        return value;
    }

    private static Instant time(WireRequest request) {
        List<String> own = request.values(DATE_HEADER);
        List<String> dates = own.isEmpty() ? request.values("date") : own;
        Optional<Instant> time = dates.size() != 1
                ? Optional.empty()
                : AmzDate.parse(dates.get(0).strip())
                        .or(() -> own.isEmpty() ? AmzDate.parseHttp(dates.get(0)) : Optional.empty());
        return time.orElseThrow(() -> new SignatureRefusedException(
                SignatureFault.NO_DATE, "the request has no x-amz-date like 20130524T000000Z, and no Date"));
    }

    private static Payload payload(WireRequest request) {
        List<String> values = request.values(PAYLOAD_HEADER);
        if (values.isEmpty()) {
            throw new SignatureRefusedException(
                    SignatureFault.NO_PAYLOAD_HASH, "a signed request needs the header " + PAYLOAD_HEADER);
        }
        if (values.size() > 1) {
            throw new SignatureRefusedException(
                    SignatureFault.UNKNOWN_PAYLOAD_HASH, PAYLOAD_HEADER + " is given " + values.size() + " times");
        }
        return new Payload(values.get(0));
    }

    private static SignatureRefusedException malformed(String message) {
        return new SignatureRefusedException(SignatureFault.HEADER_MALFORMED, message);
    }
}
