package flare.access;

import java.util.Optional;

/** To whom an ACL grants. */
public sealed interface Grantee {

    boolean is(Caller caller);

    /** Whether it is anybody who comes by. */
    default boolean isPublic() {
        return this instanceof Group;
    }

    /** @param id canonical; empty for root */
    record User(String id) implements Grantee {
        @Override
        public boolean is(Caller caller) {
            return caller instanceof Caller.User user && user.id().equals(id);
        }
    }

    enum Group implements Grantee {
        ALL_USERS("http://acs.amazonaws.com/groups/global/AllUsers"),
        AUTHENTICATED_USERS("http://acs.amazonaws.com/groups/global/AuthenticatedUsers");

        private final String uri;

        Group(String uri) {
            this.uri = uri;
        }

        public String uri() {
            return uri;
        }

        public static Optional<Group> of(String uri) {
            for (Group group : values()) {
                if (group.uri.equals(uri)) {
                    return Optional.of(group);
                }
            }
            return Optional.empty();
        }

        @Override
        public boolean is(Caller caller) {
            return this == ALL_USERS || !(caller instanceof Caller.Anonymous);
        }
    }
}
