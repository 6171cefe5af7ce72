package flare.sigv4;

import java.time.LocalDate;
import java.util.List;

/** Day and region that a signing key is good for; the service is always S3. */
public record CredentialScope(LocalDate date, String region) {

    static final String SERVICE = "s3";
    static final String TERMINATOR = "aws4_request";

    private static final int MAX_REGION_LENGTH = 64;

    public CredentialScope {
        if (!isRegion(region)) {
            throw new IllegalArgumentException("'" + region + "' can't be the name of a region");
        }
    }

    static boolean isRegion(String text) {
        return !text.isEmpty()
                && text.length() <= MAX_REGION_LENGTH
                && text.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '-'
                                || c == '_');
    }

    List<String> parts() {
        return List.of(AmzDate.formatDay(date), region, SERVICE, TERMINATOR);
    }

    /** As it stands in a string to sign. */
    String text() {
        return String.join("/", parts());
    }
}
