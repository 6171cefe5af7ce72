package flare.access;

import flare.access.Grantee.Group;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Who was granted what on a bucket or an object. Kept as text: a canned one by its name, any other as {@code grants} and a
 * word per grant, a letter for what and then {@code *} for all, {@code +} for all who sign, or a canonical id, none for root.
 */
public sealed interface Acl {

    int MAX_GRANTS = 100;

    Acl DEFAULT = new Canned(CannedAcl.PRIVATE);

    String GRANTS = "grants";

    record Canned(CannedAcl name) implements Acl {
        @Override
        public List<Grant> grants(String owner, String bucketOwner) {
            return name.grants(new Grantee.User(owner), new Grantee.User(bucketOwner));
        }

        @Override
        public boolean isPublic() {
            return name.isPublic();
        }

        @Override
        public String text() {
            return name.label();
        }
    }

    /** Groups go before users, whom they came before. */
    record Granted(List<Grant> list) implements Acl {
        public Granted {
            if (list.size() > MAX_GRANTS) {
                throw new IllegalArgumentException("an ACL of " + list.size() + " grants");
            }
            list = list.stream()
                    .sorted(Comparator.comparing(grant -> !grant.grantee().isPublic()))
                    .toList();
        }

        @Override
        public List<Grant> grants(String owner, String bucketOwner) {
            return list;
        }

        @Override
        public boolean isPublic() {
            return list.stream().anyMatch(grant -> grant.grantee().isPublic());
        }

        @Override
        public String text() {
            StringBuilder text = new StringBuilder(GRANTS);
            for (Grant grant : list) {
                text.append(' ').append(grant.permission().letter()).append(word(grant.grantee()));
            }
            return text.toString();
        }

        private static String word(Grantee grantee) {
            return grantee instanceof Grantee.User user ? user.id() : grantee == Group.ALL_USERS ? "*" : "+";
        }
    }

    /** @param owner canonical id of whose it is; empty for root */
    List<Grant> grants(String owner, String bucketOwner);

    /** Whether it grants something to anybody who comes by. */
    boolean isPublic();

    String text();

    /** Reads {@link #text}; empty for what is none. */
    static Optional<Acl> parse(String text) {
        Optional<CannedAcl> canned = CannedAcl.of(text);
        if (canned.isPresent()) {
            return Optional.of(new Canned(canned.get()));
        }
        String[] words = text.split(" ", -1);
        if (!words[0].equals(GRANTS) || words.length > MAX_GRANTS + 1) {
            return Optional.empty();
        }
        List<Grant> grants = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            Optional<Permission> permission = words[i].isEmpty() ? Optional.empty() : Permission.of(words[i].charAt(0));
            if (permission.isEmpty()) {
                return Optional.empty();
            }
            grants.add(new Grant(grantee(words[i].substring(1)), permission.get()));
        }
        return Optional.of(new Granted(grants));
    }

    private static Grantee grantee(String word) {
        return switch (word) {
            case "*" -> Group.ALL_USERS;
            case "+" -> Group.AUTHENTICATED_USERS;
            default -> new Grantee.User(word);
        };
    }
}
