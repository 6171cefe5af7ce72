package flare.access;

import java.util.List;
import java.util.Objects;

/** Who asks, as policies and ACLs tell people apart. */
public sealed interface Caller {

    Caller ROOT = new Root();
    Caller ANONYMOUS = new Anonymous();

    /** Stands above every policy. */
    record Root() implements Caller {}

    record Anonymous() implements Caller {}

    /**
     * @param id canonical
     * @param policies what the user was given
     */
    record User(String id, String name, List<Policy> policies) implements Caller {
        public User {
            if (id.isEmpty()) {
                throw new IllegalArgumentException("user " + name + " has no id");
            }
            Objects.requireNonNull(name);
            policies = List.copyOf(policies);
        }
    }
}
