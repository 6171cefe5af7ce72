package flare.s3;

import flare.http.Headers;
import flare.http.RequestGuard;
import flare.model.BucketName;
import flare.model.FlareException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Virtual-host style: {@code bucket.domain} as Host names the bucket, and the path is the whole key. The domain itself, and
 * any host that is not below it, is path style.
 */
final class BucketHosts {

    private final List<String> suffixes;

    /** @param domains host names in lower case */
    BucketHosts(List<String> domains) {
        // Of a domain below another one the longer is meant.
        this.suffixes = domains.stream()
                .map(domain -> "." + domain)
                .sorted((a, b) -> b.length() - a.length())
                .toList();
    }

    /** Whether the request's Host is below a domain, with whatever name. */
    boolean isBelowDomain(Headers headers) {
        return label(headers).isPresent();
    }

    /** Empty: path style. Throws {@link FlareException} with INVALID_BUCKET_NAME for a name that no bucket can have. */
    Optional<BucketName> bucket(Headers headers) {
        return label(headers).map(BucketName::new);
    }

    private Optional<String> label(Headers headers) {
        if (suffixes.isEmpty()) {
            return Optional.empty();
        }
        String host = name(headers.first(RequestGuard.HOST).orElse(""));
        return suffixes.stream()
                .filter(host::endsWith)
                .findFirst()
                .map(suffix -> host.substring(0, host.length() - suffix.length()));
    }

    /** Without its port and the root's dot; host names have no case (RFC 9110 section 4.2.3). */
    private static String name(String host) {
        int colon = host.indexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).toLowerCase(Locale.ROOT);
    }
}
