package flare.access;

import java.util.List;
import java.util.Optional;

/**
 * One sentence of a policy. Who, what and on what are each said or said of all but these.
 *
 * @param principals empty in a user's policy, whose principal is the user
 */
record Statement(
        boolean allows,
        Optional<Principals> principals,
        Patterns actions,
        Patterns resources,
        List<Condition> conditions) {

    /** @param negated all but these */
    record Patterns(List<Pattern> patterns, boolean negated) {

        Patterns {
            patterns = List.copyOf(patterns);
        }

        boolean match(String text, Facts facts) {
            for (Pattern pattern : patterns) {
                if (pattern.matches(text, facts)) {
                    return !negated;
                }
            }
            return negated;
        }

        boolean areResolved(Facts facts) {
            return patterns.stream().allMatch(pattern -> pattern.isResolved(facts));
        }
    }

    Statement {
        conditions = List.copyOf(conditions);
    }

    Effect of(Question question) {
        boolean applies = actions.match(Pattern.lowerCase(question.action()), question.facts())
                && resources.match(question.resource(), question.facts())
                && (principals.isEmpty() || principals.get().match(question.caller()))
                && conditions.stream().allMatch(condition -> condition.holds(question.facts()))
                && (!allows || isResolved(question.facts()));
        return !applies ? Effect.NOTHING : allows ? Effect.ALLOW : Effect.DENY;
    }

    /** "All but ${key}" is nobody's right where the key is not there: it would be a right to all. */
    private boolean isResolved(Facts facts) {
        return (!resources.negated() || resources.areResolved(facts))
                && conditions.stream().allMatch(condition -> condition.isResolved(facts));
    }

    boolean asksForTags() {
        return conditions.stream().anyMatch(condition -> condition.key().isOfExistingObject());
    }
}
