package flare.access;

import java.util.Optional;

/**
 * Whose objects are, and whether ACLs count.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html">Object ownership</a>
 */
public enum Ownership {
    /** All objects are the bucket owner's; there are no ACLs. */
    BUCKET_OWNER_ENFORCED("BucketOwnerEnforced"),
    /** The bucket owner's where they were put with {@code bucket-owner-full-control}. */
    BUCKET_OWNER_PREFERRED("BucketOwnerPreferred"),
    /** Whose put them. What a bucket without ownership controls has. */
    OBJECT_WRITER("ObjectWriter");

    private final String label;

    Ownership(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public static Optional<Ownership> of(String label) {
        for (Ownership ownership : values()) {
            if (ownership.label.equals(label)) {
                return Optional.of(ownership);
            }
        }
        return Optional.empty();
    }

    public boolean hasAcls() {
        return this != BUCKET_OWNER_ENFORCED;
    }

    /** Whose an object is that this one writes with this ACL. */
    public boolean isBucketOwners(Acl acl) {
        return this == BUCKET_OWNER_ENFORCED
                || (this == BUCKET_OWNER_PREFERRED && acl.equals(new Acl.Canned(CannedAcl.BUCKET_OWNER_FULL_CONTROL)));
    }
}
