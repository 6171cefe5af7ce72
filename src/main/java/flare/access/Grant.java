package flare.access;

import java.util.Objects;

/** One line of an ACL. */
public record Grant(Grantee grantee, Permission permission) {

    public Grant {
        Objects.requireNonNull(grantee);
        Objects.requireNonNull(permission);
    }
}
