package flare.sigv4;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * What a POST form says of its own signature, which covers its policy and nothing else: the policy says what the rest may
 * be. Version 2 is read here too: tools and test suites still sign forms with it, and S3 still takes it.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html">Authenticating POST</a>
 */
public final class FormClaim {

    private static final String POLICY = "policy";
    private static final String VERSION_2 = "AWS";

    private final AccessKeyId accessKey;
    private final Optional<Credential> credential;
    private final Optional<Instant> time;
    private final Signature signature;
    private final String policy;
    private final String policyText;

    private FormClaim(
            AccessKeyId accessKey,
            Optional<Credential> credential,
            Optional<Instant> time,
            Signature signature,
            String policy) {
        this.accessKey = accessKey;
        this.credential = credential;
        this.time = time;
        this.signature = signature;
        this.policy = policy;
        this.policyText = decoded(policy);
    }

    static Optional<FormClaim> parse(Map<String, String> fields) {
        boolean four = fields.containsKey("x-amz-signature");
        boolean two = fields.containsKey("signature");
        if (!fields.containsKey(POLICY)) {
            if (four || two) {
                throw malformed("the form has a signature but no policy");
            }
            return Optional.empty();
        }
        if (four && two) {
            throw malformed("the form has two signatures");
        }
        return Optional.of(two ? versionTwo(fields) : versionFour(fields));
    }

    private static FormClaim versionFour(Map<String, String> fields) {
        Signature signature = Signature.of(field(fields, "x-amz-signature"));
        if (!field(fields, "x-amz-algorithm").equals(SigningKey.ALGORITHM)) {
            throw new SignatureRefusedException(
                    SignatureFault.UNSUPPORTED_SCHEME, "x-amz-algorithm must be " + SigningKey.ALGORITHM);
        }
        Credential credential = Credential.parse(field(fields, "x-amz-credential"), SignatureFault.FORM_MALFORMED);
        Optional<Instant> time = AmzDate.parse(field(fields, "x-amz-date"));
        if (time.isEmpty()) {
            throw malformed("x-amz-date must be like 20130524T000000Z");
        }
        return new FormClaim(credential.accessKey(), Optional.of(credential), time, signature, field(fields, POLICY));
    }

    private static FormClaim versionTwo(Map<String, String> fields) {
        String accessKey = field(fields, "awsaccesskeyid");
        if (!AccessKeyId.isValid(accessKey)) {
            throw malformed("AWSAccessKeyId is malformed");
        }
        Signature signature = Signature.of(field(fields, "signature"));
        return new FormClaim(
                new AccessKeyId(accessKey), Optional.empty(), Optional.empty(), signature, field(fields, POLICY));
    }

    public AccessKeyId accessKey() {
        return accessKey;
    }

    /** As S3's condition keys name it. */
    public String algorithm() {
        return credential.isEmpty() ? VERSION_2 : SigningKey.ALGORITHM;
    }

    /** Empty for version 2. */
    Optional<Credential> credential() {
        return credential;
    }

    Signature signature() {
        return signature;
    }

    /** As it was signed: in base64. */
    String policy() {
        return policy;
    }

    String policyText() {
        return policyText;
    }

    boolean isOfItsDay() {
        return credential.isEmpty()
                || AmzDate.dayOf(time.orElseThrow())
                        .equals(credential.get().scope().date());
    }

    private static String decoded(String policy) {
        try {
            return new String(Base64.getDecoder().decode(policy), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SignatureRefusedException(SignatureFault.FORM_MALFORMED, "the policy is not base64", e);
        }
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null || value.isEmpty()) {
            throw malformed("a form with a policy needs the field " + name);
        }
        return value;
    }

    private static SignatureRefusedException malformed(String message) {
        return new SignatureRefusedException(SignatureFault.FORM_MALFORMED, message);
    }
}
