package flare.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that this process's object port serves.
 *
 * @param names DNS names it is good for
 * @param notAfter ISO 8601
 * @param problem why what its files hold now is not served, or null
 */
public record CertificateStatus(
        List<String> names,
        String notAfter,
        boolean expired,
        @Nullable String problem) {

    public CertificateStatus {
        names = List.copyOf(names);
    }
}
