package flare.access;

import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A policy in the language of IAM, understood whole: what is not understood is refused when it is put, so that no sentence of
 * one that is kept means nothing.
 *
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html">Grammar</a>
 */
public final class Policy {

    public static final int MAX_BYTES = 20 * 1024;

    private final List<Statement> statements;

    Policy(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    /** A user's policy. Throws {@link FlareException} with MALFORMED_ACCESS_POLICY. */
    public static Policy ofUser(byte[] json) {
        return parsed(json, PolicyParser.ofUser());
    }

    /** A bucket's policy. Throws {@link FlareException} with MALFORMED_ACCESS_POLICY. */
    public static Policy ofBucket(byte[] json, BucketName bucket) {
        return parsed(json, PolicyParser.ofBucket(bucket));
    }

    private static Policy parsed(byte[] json, PolicyParser parser) {
        try {
            return parser.parse(json);
        } catch (MalformedPolicyException e) {
            throw new FlareException(Fault.MALFORMED_ACCESS_POLICY, String.valueOf(e.getMessage()), e);
        }
    }

    Effect of(Question question) {
        Effect effect = Effect.NOTHING;
        for (Statement statement : statements) {
            effect = effect.and(statement.of(question));
            if (effect == Effect.DENY) {
                return effect;
            }
        }
        return effect;
    }

    /** Whether an answer may need the tags of the object. */
    boolean asksForTags() {
        return statements.stream().anyMatch(Statement::asksForTags);
    }

    /**
     * Whether it gives somebody something who is not named.
     *
     * @see <a
     *     href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status">The
     *     meaning of "public"</a>
     */
    public boolean isPublic() {
        return statements.stream().anyMatch(Policy::isPublic);
    }

    private static boolean isPublic(Statement statement) {
        return statement.allows()
                && statement.principals().isPresent()
                && statement.principals().get().everybody()
                && statement.conditions().stream().noneMatch(Condition::namesWho);
    }

    /** Names of the users that it speaks of. */
    public Set<String> userNames() {
        Set<String> names = new TreeSet<>();
        statements.forEach(
                statement -> statement.principals().ifPresent(principals -> names.addAll(principals.userNames())));
        return names;
    }

    /** Canonical ids of the users that it speaks of. */
    public Set<String> userIds() {
        Set<String> ids = new TreeSet<>();
        statements.forEach(
                statement -> statement.principals().ifPresent(principals -> ids.addAll(principals.userIds())));
        return ids;
    }
}
