package flare.access;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What of a bucket may not be public.
 *
 * @param acls refuse to put public ACLs
 * @param ignoredAcls what ACLs grant to groups does not count
 * @param policy refuse to put a public policy
 * @param restricted what a public policy allows counts for the bucket's owner only
 */
public record PublicAccessBlock(boolean acls, boolean ignoredAcls, boolean policy, boolean restricted) {

    public static final PublicAccessBlock NONE = new PublicAccessBlock(false, false, false, false);

    private static final String ACLS = "BlockPublicAcls";
    private static final String IGNORED_ACLS = "IgnorePublicAcls";
    private static final String POLICY = "BlockPublicPolicy";
    private static final String RESTRICTED = "RestrictPublicBuckets";

    public static final List<String> NAMES = List.of(ACLS, IGNORED_ACLS, POLICY, RESTRICTED);

    /** As a bucket keeps it: the names of what is blocked. */
    public String text() {
        List<String> names = new ArrayList<>();
        for (String name : NAMES) {
            if (is(name)) {
                names.add(name);
            }
        }
        return String.join(" ", names);
    }

    /** Whether what S3 calls so is blocked. */
    public boolean is(String name) {
        return switch (name) {
            case ACLS -> acls;
            case IGNORED_ACLS -> ignoredAcls;
            case POLICY -> policy;
            case RESTRICTED -> restricted;
            default -> throw new IllegalArgumentException(name);
        };
    }

    public static PublicAccessBlock of(Set<String> names) {
        return new PublicAccessBlock(
                names.contains(ACLS), names.contains(IGNORED_ACLS), names.contains(POLICY), names.contains(RESTRICTED));
    }

    /** Reads {@link #text}; empty for what is none. */
    public static Optional<PublicAccessBlock> parse(String text) {
        Set<String> names = text.isEmpty() ? Set.of() : new HashSet<>(List.of(text.split(" ", -1)));
        return NAMES.containsAll(names) ? Optional.of(of(names)) : Optional.empty();
    }
}
