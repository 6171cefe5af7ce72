package flare.sigv4;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether requests and forms were signed by who they say. First {@link #claim}, which needs no secret and names the
 * access key; then, with that key's secret, {@link #verify}. Only the second makes a {@link VerifiedRequest}, and nothing
 * else does.
 */
public final class Verifier {

    /** Stands in where there is no such key, so that the refusal takes as long as that of a wrong signature. */
    private static final SecretKey DECOY = SecretKey.of("no key has this secret");

    private static final AccessKeyId NOBODY = new AccessKeyId("nobody");

    private final Rules rules;
    private final SigningKeys keys = new SigningKeys();

    /**
     * @param region the one region in whose name requests must be signed
     * @param maxSkew by how much a request's time may be off, either way
     */
    public record Rules(String region, Duration maxSkew) {

        public Rules {
            if (!CredentialScope.isRegion(region) || maxSkew.isNegative()) {
                throw new IllegalArgumentException("no rules: region '" + region + "', skew " + maxSkew);
            }
        }
    }

    public Verifier(Rules rules) {
        this.rules = rules;
    }

    /**
     * The signature that a request carries, or nothing if it carries none at all. Throws {@link SignatureRefusedException}
     * for a malformed or incomplete one, for two, and for another region.
     */
    public Optional<SignatureClaim> claim(WireRequest request) {
        QueryText query = QueryText.parse(request.rawQuery());
        boolean inHeader = request.has(AuthorizationHeader.NAME);
        boolean inQuery = PresignedQuery.isIn(query);
        if (inHeader && (inQuery || PresignedQuery.isOldIn(query))) {
            throw new SignatureRefusedException(
                    SignatureFault.SEVERAL_CARRIERS,
                    "the request is signed in the Authorization header and in the query");
        }
        if (inHeader) {
            return Optional.of(inRegion(AuthorizationHeader.parse(request), SignatureFault.HEADER_MALFORMED));
        }
        if (inQuery) {
            return Optional.of(inRegion(PresignedQuery.parse(request, query), SignatureFault.QUERY_MALFORMED));
        }
        if (PresignedQuery.isOldIn(query)) {
            throw new SignatureRefusedException(
                    SignatureFault.UNSUPPORTED_SCHEME, "URLs presigned with signature version 2 are not understood");
        }
        return Optional.empty();
    }

    /**
     * @param secret of the claim's access key; null if there is no such key
     * @throws SignatureRefusedException unless the claim is true at {@code now}
     */
    public VerifiedRequest verify(SignatureClaim claim, @Nullable SecretKey secret, Instant now) {
        requireTime(claim, now);
        SigningKey key = key(claim.credential(), secret);
        boolean right = false;
        QueryText query = QueryText.parse(claim.request().rawQuery());
        QueryText signed =
                claim.carrier() == SignatureClaim.Carrier.QUERY ? query.without(PresignedQuery.SIGNATURE) : query;
        List<String> candidates = CanonicalRequest.candidates(
                claim.request(), signed, claim.signedHeaders(), claim.payload().text());
        for (String candidate : candidates) {
            right |= key.signRequest(claim.time(), candidate).matches(claim.signature());
        }
        requireKnown(claim.credential().accessKey(), secret);
        if (!right
                || !AmzDate.dayOf(claim.time())
                        .equals(claim.credential().scope().date())) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH,
                    "the signature is not the one that this request has with the secret of access key "
                            + claim.credential().accessKey());
        }
        return new VerifiedRequest(claim, key);
    }

    /**
     * The signature of a POST form, or nothing for a form without a policy. Throws {@link SignatureRefusedException} with
     * FORM_MALFORMED or UNSUPPORTED_SCHEME.
     *
     * @param fields by lower-case name
     */
    public Optional<FormClaim> formClaim(Map<String, String> fields) {
        Optional<FormClaim> claim = FormClaim.parse(fields);
        claim.flatMap(FormClaim::credential)
                .ifPresent(credential -> requireRegion(credential, SignatureFault.FORM_MALFORMED));
        return claim;
    }

    /**
     * The policy as JSON text, once its signature is found right. Its time is the policy's own business: a form is signed
     * once and sent for as long as its policy says.
     *
     * @param secret of the claim's access key; null if there is no such key
     */
    public String verifyForm(FormClaim claim, @Nullable SecretKey secret) {
        Optional<Credential> credential = claim.credential();
        Signature right = credential.isPresent()
                ? key(credential.get(), secret).sign(claim.policy())
                : (secret == null ? DECOY : secret).signVersion2(claim.policy());
        requireKnown(claim.accessKey(), secret);
        if (!right.matches(claim.signature()) || !claim.isOfItsDay()) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH,
                    "the signature is not the one that this policy has with the secret of access key "
                            + claim.accessKey());
        }
        return claim.policyText();
    }

    private SigningKey key(Credential credential, @Nullable SecretKey secret) {
        // From the same cache: a key derived anew for each stranger would tell by its time that there is no such key.
        return secret == null
                ? keys.of(new Credential(NOBODY, credential.scope()), DECOY)
                : keys.of(credential, secret);
    }

    private void requireTime(SignatureClaim claim, Instant now) {
        boolean presigned = claim.carrier() == SignatureClaim.Carrier.QUERY;
        if (claim.time().isAfter(now.plus(rules.maxSkew()))) {
            throw new SignatureRefusedException(
                    presigned ? SignatureFault.NOT_YET_VALID : SignatureFault.TIME_SKEWED,
                    "the request was signed for " + claim.time() + ", here it is " + now);
        }
        if (presigned && now.isAfter(claim.time().plus(claim.validFor()))) {
            throw new SignatureRefusedException(
                    SignatureFault.EXPIRED,
                    "the URL expired at " + claim.time().plus(claim.validFor()) + ", it is " + now);
        }
        if (!presigned && claim.time().isBefore(now.minus(rules.maxSkew()))) {
            throw new SignatureRefusedException(
                    SignatureFault.TIME_SKEWED, "the request was signed at " + claim.time() + ", here it is " + now);
        }
    }

    private static void requireKnown(AccessKeyId accessKey, @Nullable SecretKey secret) {
        if (secret == null) {
            throw new SignatureRefusedException(
                    SignatureFault.UNKNOWN_ACCESS_KEY, "there is no access key " + accessKey);
        }
    }

    private SignatureClaim inRegion(SignatureClaim claim, SignatureFault malformed) {
        requireRegion(claim.credential(), malformed);
        return claim;
    }

    private void requireRegion(Credential credential, SignatureFault malformed) {
        if (!credential.scope().region().equals(rules.region())) {
            throw new SignatureRefusedException(
                    malformed,
                    "the region '" + credential.scope().region() + "' is wrong; expecting '" + rules.region() + "'");
        }
    }
}
