package flare.sigv4;

import java.time.LocalDate;
import java.util.Optional;

/** Who signed, and in which scope: {@code key/20130524/us-east-1/s3/aws4_request}. */
public record Credential(AccessKeyId accessKey, CredentialScope scope) {

    private static final int PARTS = 5;

    /** @param malformed the refusal, of the carrier that the text came in */
    static Credential parse(String text, SignatureFault malformed) {
        String[] parts = text.split("/", -1);
        if (parts.length != PARTS) {
            throw new SignatureRefusedException(
                    malformed,
                    "the credential has " + parts.length + " parts instead of " + PARTS
                            + ": key/yyyymmdd/region/s3/aws4_request");
        }
        Optional<LocalDate> date = AmzDate.parseDay(parts[1]);
        if (!AccessKeyId.isValid(parts[0]) || date.isEmpty() || !CredentialScope.isRegion(parts[2])) {
            throw new SignatureRefusedException(
                    malformed, "the credential's access key, date or region is malformed: '" + text + "'");
        }
        if (!parts[3].equals(CredentialScope.SERVICE) || !parts[4].equals(CredentialScope.TERMINATOR)) {
            throw new SignatureRefusedException(
                    malformed,
                    "the credential is for '" + parts[3] + "/" + parts[4] + "' instead of 's3/aws4_request'");
        }
        return new Credential(new AccessKeyId(parts[0]), new CredentialScope(date.get(), parts[2]));
    }

    String text() {
        return accessKey + "/" + scope.text();
    }
}
