package flare.access;

import java.util.Locale;
import java.util.Optional;

/** Policies that can be given by a name. */
public enum BuiltinPolicy {
    /** May make buckets and do everything with those that it owns. */
    OWNER("""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*",
             "Condition": {"StringEquals": {"s3:ResourceAccount": "${aws:PrincipalAccount}"}}}]}
            """),
    /** May do everything with every bucket. */
    READWRITE("""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
            """),
    /** May list and read every bucket. */
    READONLY("""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
             "s3:ListAllMyBuckets", "s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation",
             "s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAttributes", "s3:GetObjectVersionAttributes",
             "s3:GetObjectTagging", "s3:GetObjectVersionTagging"]}]}
            """),
    /** May put objects into every bucket, and see none. */
    WRITEONLY("""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
             "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]}]}
            """);

    private final String json;

    BuiltinPolicy(String json) {
        this.json = json;
    }

    public String json() {
        return json;
    }

    /** As commands call it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<BuiltinPolicy> of(String label) {
        for (BuiltinPolicy policy : values()) {
            if (policy.label().equals(label)) {
                return Optional.of(policy);
            }
        }
        return Optional.empty();
    }
}
