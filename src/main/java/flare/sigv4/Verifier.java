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
     * @param version2Urls whether presigned URLs of signature version 2 are taken, which no other request is
     */
    public record Rules(String region, Duration maxSkew, boolean version2Urls) {

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
        boolean version2 = Version2Url.isIn(query);
        if (inHeader ? inQuery || version2 : inQuery && version2) {
            throw new SignatureRefusedException(
                    SignatureFault.SEVERAL_CARRIERS,
                    "the request is signed " + (inHeader ? "in the Authorization header and " : "twice ")
                            + "in the query");
        }
        if (inHeader) {
            return Optional.of(inRegion(AuthorizationHeader.parse(request), SignatureFault.HEADER_MALFORMED));
        }
        if (inQuery) {
            return Optional.of(inRegion(PresignedQuery.parse(request, query), SignatureFault.QUERY_MALFORMED));
        }
        if (version2 && !rules.version2Urls()) {
            throw new SignatureRefusedException(
                    SignatureFault.UNSUPPORTED_SCHEME,
                    "URLs presigned with signature version 2 are not taken here: presign with version 4");
        }
        return version2 ? Optional.of(Version2Url.parse(request, query)) : Optional.empty();
    }

    /**
     * @param secret of the claim's access key; null if there is no such key
     * @throws SignatureRefusedException unless the claim is true at {@code now}
     */
    public VerifiedRequest verify(SignatureClaim claim, @Nullable SecretKey secret, Instant now) {
        if (claim instanceof Version4Claim four) {
            return verifyVersion4(four, secret, now);
        }
        return verifyUrl((Version2Url) claim, secret, now);
    }

    private VerifiedRequest verifyVersion4(Version4Claim claim, @Nullable SecretKey secret, Instant now) {
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
        boolean ofItsDay =
                AmzDate.dayOf(claim.time()).equals(claim.credential().scope().date());
        requireRight(right && ofItsDay, claim.accessKey(), secret);
        return new VerifiedRequest(claim, key);
    }

    private static VerifiedRequest verifyUrl(Version2Url claim, @Nullable SecretKey secret, Instant now) {
        requireUnexpired(claim.expires(), now);
        boolean right = false;
        for (String candidate : claim.stringsToSign()) {
            right |= orDecoy(secret).signVersion2(candidate).matches(claim.signature());
        }
        requireRight(right, claim.accessKey(), secret);
        return new VerifiedRequest(claim);
    }

    private static void requireRight(boolean right, AccessKeyId accessKey, @Nullable SecretKey secret) {
        requireKnown(accessKey, secret);
        if (!right) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH,
                    "the signature is not the one that this request has with the secret of access key " + accessKey);
        }
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
                : orDecoy(secret).signVersion2(claim.policy());
        requireKnown(claim.accessKey(), secret);
        if (!right.matches(claim.signature()) || !claim.isOfItsDay()) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH,
                    "the signature is not the one that this policy has with the secret of access key "
                            + claim.accessKey());
        }
        return claim.policyText();
    }

    private static SecretKey orDecoy(@Nullable SecretKey secret) {
        return secret == null ? DECOY : secret;
    }

    private SigningKey key(Credential credential, @Nullable SecretKey secret) {
        // From the same cache: a key derived anew for each stranger would tell by its time that there is no such key.
        return secret == null
                ? keys.of(new Credential(NOBODY, credential.scope()), DECOY)
                : keys.of(credential, secret);
    }

    private void requireTime(Version4Claim claim, Instant now) {
        boolean presigned = claim.carrier() == SignatureClaim.Carrier.QUERY;
        if (claim.time().isAfter(now.plus(rules.maxSkew()))) {
            throw new SignatureRefusedException(
                    presigned ? SignatureFault.NOT_YET_VALID : SignatureFault.TIME_SKEWED,
                    "the request was signed for " + claim.time() + ", here it is " + now);
        }
        if (presigned) {
            requireUnexpired(claim.time().plus(claim.validFor()), now);
        }
        if (!presigned && claim.time().isBefore(now.minus(rules.maxSkew()))) {
            throw new SignatureRefusedException(
                    SignatureFault.TIME_SKEWED, "the request was signed at " + claim.time() + ", here it is " + now);
        }
    }

    private static void requireUnexpired(Instant end, Instant now) {
        if (now.isAfter(end)) {
            throw new SignatureRefusedException(SignatureFault.EXPIRED, "the URL expired at " + end + ", it is " + now);
        }
    }

    private static void requireKnown(AccessKeyId accessKey, @Nullable SecretKey secret) {
        if (secret == null) {
            throw new SignatureRefusedException(
                    SignatureFault.UNKNOWN_ACCESS_KEY, "there is no access key " + accessKey);
        }
    }

    private SignatureClaim inRegion(Version4Claim claim, SignatureFault malformed) {
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
