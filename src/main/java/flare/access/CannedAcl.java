package flare.access;

import flare.access.Grantee.Group;
import java.util.List;
import java.util.Optional;

/** ACLs that go by a name. */
public enum CannedAcl {
    PRIVATE("private"),
    PUBLIC_READ("public-read"),
    PUBLIC_READ_WRITE("public-read-write"),
    AUTHENTICATED_READ("authenticated-read"),
    BUCKET_OWNER_READ("bucket-owner-read"),
    BUCKET_OWNER_FULL_CONTROL("bucket-owner-full-control");

    private final String label;

    CannedAcl(String label) {
        this.label = label;
    }

    /** As clients call it. */
    public String label() {
        return label;
    }

    public static Optional<CannedAcl> of(String label) {
        for (CannedAcl canned : values()) {
            if (canned.label.equals(label)) {
                return Optional.of(canned);
            }
        }
        return Optional.empty();
    }

    boolean isPublic() {
        return this == PUBLIC_READ || this == PUBLIC_READ_WRITE || this == AUTHENTICATED_READ;
    }

    List<Grant> grants(Grantee.User owner, Grantee.User bucketOwner) {
        Grant own = new Grant(owner, Permission.FULL_CONTROL);
        return switch (this) {
            case PRIVATE -> List.of(own);
            case PUBLIC_READ -> List.of(new Grant(Group.ALL_USERS, Permission.READ), own);
            case PUBLIC_READ_WRITE ->
                List.of(new Grant(Group.ALL_USERS, Permission.READ), new Grant(Group.ALL_USERS, Permission.WRITE), own);
            case AUTHENTICATED_READ -> List.of(new Grant(Group.AUTHENTICATED_USERS, Permission.READ), own);
            case BUCKET_OWNER_READ -> withBucketOwner(own, bucketOwner, Permission.READ);
            case BUCKET_OWNER_FULL_CONTROL -> withBucketOwner(own, bucketOwner, Permission.FULL_CONTROL);
        };
    }

    private static List<Grant> withBucketOwner(Grant own, Grantee.User bucketOwner, Permission permission) {
        return own.grantee().equals(bucketOwner) ? List.of(own) : List.of(own, new Grant(bucketOwner, permission));
    }
}
