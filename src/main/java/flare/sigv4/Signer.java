package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The client's side: signs requests in the header or in the query, and policies of forms. */
public final class Signer {

    private final AccessKeyId accessKey;
    private final SecretKey secret;
    private final String region;

    public Signer(AccessKeyId accessKey, SecretKey secret, String region) {
        this.accessKey = accessKey;
        this.secret = secret;
        this.region = region;
    }

    /** The request with the headers that sign it: all that it has, host included, are signed. */
    public WireRequest sign(WireRequest request, Payload payload, Instant time) {
        Map<String, List<String>> headers = new TreeMap<>(request.headers());
        headers.put(AuthorizationHeader.DATE_HEADER, List.of(AmzDate.format(time)));
        headers.put(AuthorizationHeader.PAYLOAD_HEADER, List.of(payload.text()));
        WireRequest dated = new WireRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
        Credential credential = credential(time);
        List<String> names = List.copyOf(headers.keySet());
        Signature signature = signature(dated, names, payload, credential, time);
        headers.put(
                AuthorizationHeader.NAME,
                List.of(SigningKey.ALGORITHM + " Credential=" + credential.text() + ", SignedHeaders="
                        + String.join(";", names) + ", Signature=" + signature.text()));
        return new WireRequest(request.method(), request.rawPath(), request.rawQuery(), headers);
    }

    /**
     * The request with a query that signs it; the headers that it has must be sent with it, unchanged. One of them may say
     * what the body is bound by.
     */
    public WireRequest presign(WireRequest request, Instant time, Duration validFor) {
        Credential credential = credential(time);
        List<String> names = List.copyOf(new TreeSet<>(request.headers().keySet()));
        List<String> query = new ArrayList<>();
        if (!request.rawQuery().isEmpty()) {
            query.add(request.rawQuery());
        }
        query.add(parameter(PresignedQuery.ALGORITHM, SigningKey.ALGORITHM));
        query.add(parameter(PresignedQuery.CREDENTIAL, credential.text()));
        query.add(parameter(PresignedQuery.DATE, AmzDate.format(time)));
        query.add(parameter(PresignedQuery.EXPIRES, Long.toString(validFor.toSeconds())));
        query.add(parameter(PresignedQuery.SIGNED_HEADERS, String.join(";", names)));
        WireRequest unsigned = withQuery(request, String.join("&", query));
        Payload payload = request.values(AuthorizationHeader.PAYLOAD_HEADER).stream()
                .findFirst()
                .map(Payload::new)
                .orElse(Payload.UNSIGNED);
        Signature signature = signature(unsigned, names, payload, credential, time);
        query.add(parameter(PresignedQuery.SIGNATURE, signature.text()));
        return withQuery(request, String.join("&", query));
    }

    /** The form fields that sign a policy, the policy itself included. The policy must allow each. */
    public Map<String, String> signPolicy(String base64Policy, Instant time) {
        Credential credential = credential(time);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("x-amz-algorithm", SigningKey.ALGORITHM);
        fields.put("x-amz-credential", credential.text());
        fields.put("x-amz-date", AmzDate.format(time));
        fields.put("policy", base64Policy);
        fields.put("x-amz-signature", key(credential).sign(base64Policy).text());
        return fields;
    }

    private Signature signature(
            WireRequest request, List<String> names, Payload payload, Credential credential, Instant time) {
        // As sent: the first candidate.
        String canonical = CanonicalRequest.candidates(
                        request, QueryText.parse(request.rawQuery()), names, payload.text())
                .get(0);
        return key(credential).signRequest(time, canonical);
    }

    private SigningKey key(Credential credential) {
        return new SigningKey(secret, credential.scope());
    }

    private Credential credential(Instant time) {
        return new Credential(accessKey, new CredentialScope(AmzDate.dayOf(time), region));
    }

    private static WireRequest withQuery(WireRequest request, String query) {
        return new WireRequest(request.method(), request.rawPath(), query, request.headers());
    }

    private static String parameter(String name, String value) {
        return name + "=" + UriText.encodeQuery(value);
    }
}
