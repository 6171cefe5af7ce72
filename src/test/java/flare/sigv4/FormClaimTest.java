package flare.sigv4;

import static flare.sigv4.Examples.SECRET;
import static flare.sigv4.Examples.TIME;
import static flare.sigv4.Examples.faultOf;
import static flare.sigv4.Examples.verifier;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormClaimTest {

    private static final String TEXT = "{\"expiration\": \"2013-05-25T00:00:00Z\", \"conditions\": [\"\u00fc\"]}";
    private static final String POLICY = Base64.getEncoder().encodeToString(TEXT.getBytes(StandardCharsets.UTF_8));
    private static final Map<String, String> FORM = Examples.SIGNER.signPolicy(POLICY, TIME);
    private static final String CREDENTIAL = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request";
    /** Signature by openssl: {@code printf %s "$POLICY" | openssl dgst -sha1 -hmac "$SECRET" -binary | base64}. */
    private static final Map<String, String> OLD_FORM = Map.of(
            "awsaccesskeyid", "AKIAIOSFODNN7EXAMPLE", "policy", "e30=", "signature", "4QWH4O9CWtowYUW+X4P2gZ/6fNc=");

    @Test
    void answersThePolicyOfASignedForm() {
        assertThat(verified(FORM)).isEqualTo(TEXT);
        assertThat(verified(OLD_FORM)).isEqualTo("{}");
    }

    @Test
    void claimsNothingForAFormWithoutPolicy() {
        assertThat(verifier().formClaim(Map.of("key", "x"))).isEmpty();
    }

    @Test
    void refusesAnotherPolicySecretDayOrSignature() {
        String other = Base64.getEncoder().encodeToString("{}".getBytes(StandardCharsets.UTF_8));
        List<Map<String, String>> forged = List.of(
                with(FORM, "policy", other),
                with(FORM, "x-amz-date", "20130525T000000Z"),
                with(FORM, "x-amz-credential", CREDENTIAL.replace("20130524", "20130525")),
                with(FORM, "x-amz-signature", "A" + "0".repeat(63)),
                with(FORM, "x-amz-signature", "x"),
                with(OLD_FORM, "policy", other + "="),
                with(OLD_FORM, "signature", "x"));
        for (Map<String, String> form : forged) {
            assertThat(faultOf(() -> verified(form)))
                    .as("%s", form)
                    .isIn(SignatureFault.SIGNATURE_MISMATCH, SignatureFault.FORM_MALFORMED);
        }
        FormClaim claim = verifier().formClaim(FORM).orElseThrow();
        assertThat(faultOf(() -> verifier().verifyForm(claim, SecretKey.of("another secret"))))
                .isEqualTo(SignatureFault.SIGNATURE_MISMATCH);
    }

    @Test
    void refusesAnUnknownAccessKey() {
        for (Map<String, String> form : List.of(FORM, OLD_FORM)) {
            FormClaim claim = verifier().formClaim(form).orElseThrow();
            assertThat(faultOf(() -> verifier().verifyForm(claim, null))).isEqualTo(SignatureFault.UNKNOWN_ACCESS_KEY);
        }
    }

    @Test
    void refusesMissingAndMalformedFields() {
        for (String name : FORM.keySet()) {
            Map<String, String> less = new HashMap<>(FORM);
            less.remove(name);
            assertThat(faultOf(() -> verifier().formClaim(less))).as(name).isEqualTo(SignatureFault.FORM_MALFORMED);
        }
        for (Map<String, String> form : List.of(
                with(FORM, "signature", "x"),
                with(FORM, "policy", "{}"),
                with(FORM, "x-amz-date", "today"),
                with(FORM, "x-amz-credential", "x/y/z"),
                with(FORM, "x-amz-credential", CREDENTIAL.replace("us-east-1", "eu-west-1")),
                with(OLD_FORM, "awsaccesskeyid", "a/b"),
                with(OLD_FORM, "awsaccesskeyid", ""))) {
            assertThat(faultOf(() -> verifier().formClaim(form)))
                    .as("%s", form)
                    .isEqualTo(SignatureFault.FORM_MALFORMED);
        }
        assertThat(faultOf(() -> verifier().formClaim(with(FORM, "x-amz-algorithm", "AWS4-HMAC-SHA1"))))
                .isEqualTo(SignatureFault.UNSUPPORTED_SCHEME);
    }

    @Test
    void answersOrRefusesByNameWhateverComes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            Map<String, String> form = new HashMap<>(random.nextBoolean() ? FORM : OLD_FORM);
            form.replaceAll((name, value) -> VerifierTest.garbled(value, random));
            boolean changed = !meaning(form).equals(meaning(FORM)) && !form.equals(OLD_FORM);
            try {
                verified(form);
                assertThat(changed).as("seed %d: %s", seed, form).isFalse();
            } catch (SignatureRefusedException refused) {
                assertThat(changed).as("seed %d: %s", seed, form).isTrue();
            }
        }
    }

    private static String verified(Map<String, String> form) {
        FormClaim claim = verifier().formClaim(form).orElseThrow();
        return verifier().verifyForm(claim, claim.accessKey().equals(Examples.ACCESS_KEY) ? SECRET : null);
    }

    /** Of the date only the day is signed, unless the policy has a condition on it. */
    private static Map<String, String> meaning(Map<String, String> form) {
        String date = form.getOrDefault("x-amz-date", "");
        return AmzDate.parse(date).isPresent() ? with(form, "x-amz-date", date.substring(0, 8)) : form;
    }

    private static Map<String, String> with(Map<String, String> form, String name, String value) {
        Map<String, String> changed = new HashMap<>(form);
        changed.put(name, value);
        return changed;
    }
}
