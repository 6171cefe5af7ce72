package flare.config;

import flare.model.CanonicalId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** What S3 clients must know, and who they may be. */
public record S3Settings(
        String region,
        Duration clockSkew,
        boolean presignedV2,
        List<String> domain,
        List<String> ignoredHeaders,
        Optional<String> rootAccessKey,
        @Secret Optional<String> rootSecretKey,
        Optional<Path> rootSecretKeyFile,
        String rootId,
        String rootDisplayName,
        String defaultObjectOwnership) {

    private static final Pattern HOST_NAME =
            Pattern.compile("(?!(.*\\.)?[0-9]+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

    private static final Pattern AMZ_HEADER = Pattern.compile("x-amz-[a-z0-9-]+");

    private static final List<String> OWNERSHIPS =
            List.of("BucketOwnerEnforced", "BucketOwnerPreferred", "ObjectWriter");

    public S3Settings {
        domain = List.copyOf(domain);
        for (String name : domain) {
            if (!HOST_NAME.matcher(name).matches()) {
                throw new NotAllowedException(
                        "domain",
                        name,
                        "host names in lower case without scheme and port, such as s3.example.com, are");
            }
        }
        ignoredHeaders = List.copyOf(ignoredHeaders);
        for (String name : ignoredHeaders) {
            if (!AMZ_HEADER.matcher(name).matches()) {
                throw new NotAllowedException(
                        "ignored-headers", name, "header names in lower case that begin with x-amz- are");
            }
        }
        Allowed.notBlank("region", region, "a name such as us-east-1 is");
        Allowed.positive("clock-skew", clockSkew);
        if (!CanonicalId.isValid(rootId)) {
            throw new NotAllowedException("root-id", rootId, CanonicalId.LENGTH + " lower-case hexadecimal digits are");
        }
        Allowed.notBlank("root-display-name", rootDisplayName, "a name such as root is");
        if (!OWNERSHIPS.contains(defaultObjectOwnership)) {
            throw new NotAllowedException(
                    "default-object-ownership",
                    defaultObjectOwnership,
                    "one of " + String.join(", ", OWNERSHIPS) + " is");
        }
        if (rootSecretKey.isPresent() && rootSecretKeyFile.isPresent()) {
            throw new NotAllowedException(
                    "root-secret-key-file", rootSecretKeyFile.get(), "it or root-secret-key, not both, is");
        }
        boolean hasSecret = rootSecretKey.isPresent() || rootSecretKeyFile.isPresent();
        if (hasSecret && rootAccessKey.isEmpty()) {
            throw new NotAllowedException(
                    "root-access-key", "null", "with a root-secret-key its name is needed (FLARE_ROOT_ACCESS_KEY)");
        }
        if (!hasSecret && rootAccessKey.isPresent()) {
            throw new NotAllowedException(
                    "root-secret-key",
                    "null",
                    "with a root-access-key it or root-secret-key-file is needed (FLARE_ROOT_SECRET_KEY,"
                            + " FLARE_ROOT_SECRET_KEY_FILE)");
        }
    }

    /** Whether requests must be signed. */
    public boolean hasCredentials() {
        return rootAccessKey.isPresent();
    }

    /** The secret is kept out of logs. */
    @Override
    public String toString() {
        return "S3Settings[region=" + region + ", clockSkew=" + clockSkew + ", presignedV2=" + presignedV2 + ", domain="
                + domain + ", rootAccessKey=" + rootAccessKey + "]";
    }
}
