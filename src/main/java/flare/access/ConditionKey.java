package flare.access;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A key that conditions and variables may name. One that is not known is refused when a policy is put: a condition on it would
 * never hold, and a Deny with it deny nothing.
 *
 * @param text in lower case, but for the tag named behind a slash
 */
record ConditionKey(String text) {

    private static final String EXISTING_TAG = "s3:existingobjecttag/";
    private static final String REQUEST_TAG = "s3:requestobjecttag/";

    private static final Set<String> KNOWN = Set.of(
            "s3:prefix",
            "s3:delimiter",
            "s3:max-keys",
            "s3:versionid",
            "s3:authtype",
            "s3:signatureage",
            "s3:signatureversion",
            "s3:resourceaccount",
            "s3:requestobjecttagkeys",
            "s3:x-amz-acl",
            "s3:x-amz-grant-read",
            "s3:x-amz-grant-write",
            "s3:x-amz-grant-read-acp",
            "s3:x-amz-grant-write-acp",
            "s3:x-amz-grant-full-control",
            "s3:x-amz-object-ownership",
            "s3:x-amz-copy-source",
            "s3:x-amz-metadata-directive",
            "s3:x-amz-content-sha256",
            "s3:x-amz-storage-class",
            "s3:x-amz-website-redirect-location",
            "s3:x-amz-server-side-encryption",
            "s3:x-amz-server-side-encryption-aws-kms-key-id",
            "s3:x-amz-server-side-encryption-customer-algorithm",
            "aws:sourceip",
            "aws:referer",
            "aws:useragent",
            "aws:securetransport",
            "aws:currenttime",
            "aws:epochtime",
            "aws:username",
            "aws:userid",
            "aws:principaltype",
            "aws:principalaccount",
            "aws:resourceaccount");

    static Optional<ConditionKey> known(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (String tags : Set.of(EXISTING_TAG, REQUEST_TAG)) {
            if (lower.startsWith(tags) && lower.length() > tags.length()) {
                return Optional.of(new ConditionKey(tags + name.substring(tags.length())));
            }
        }
        return KNOWN.contains(lower) ? Optional.of(new ConditionKey(lower)) : Optional.empty();
    }

    /** Whether it speaks of an object that is there already. */
    boolean isOfExistingObject() {
        return text.startsWith(EXISTING_TAG);
    }

    @Override
    public String toString() {
        return text;
    }
}
