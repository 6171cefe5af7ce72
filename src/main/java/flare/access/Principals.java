package flare.access;

import java.util.Set;
import java.util.stream.Collectors;

/** Whom a bucket's policy speaks of. Root stands above policies and is never asked. */
record Principals(boolean everybody, Set<Named> named, boolean negated) {

    /** Somebody in particular. */
    sealed interface Named {
        /** By canonical id: a user is an account of its own. */
        record Account(String id) implements Named {}

        /** {@code arn:aws:iam:::user/name}: whoever has the name. */
        record User(String name) implements Named {}
    }

    Principals {
        named = Set.copyOf(named);
    }

    boolean match(Caller caller) {
        return isOneOf(caller) != negated;
    }

    private boolean isOneOf(Caller caller) {
        return everybody
                || (caller instanceof Caller.User user
                        && (named.contains(new Named.Account(user.id()))
                                || named.contains(new Named.User(user.name()))));
    }

    Set<String> userNames() {
        return named.stream()
                .filter(Named.User.class::isInstance)
                .map(user -> ((Named.User) user).name())
                .collect(Collectors.toSet());
    }

    Set<String> userIds() {
        return named.stream()
                .filter(Named.Account.class::isInstance)
                .map(account -> ((Named.Account) account).id())
                .collect(Collectors.toSet());
    }
}
