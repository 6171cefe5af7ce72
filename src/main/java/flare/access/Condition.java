package flare.access;

import flare.model.AddressBlock;
import java.util.List;
import java.util.Set;

/**
 * One line of a Condition: an operator, a key, and values of which one must hold; of a negated operator none may.
 *
 * @param ifExists holds where the key is not there
 * @see <a href="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html">Operators</a>
 */
record Condition(
        Comparison comparison,
        boolean negated,
        Quantifier quantifier,
        boolean ifExists,
        ConditionKey key,
        List<Comparison.Expected> values) {

    /** Blocks of addresses wider than these are everybody's. */
    private static final int MIN_IPV4_BITS = 8;

    private static final int MIN_IPV6_BITS = 32;
    private static final Set<String> KEYS_OF_WHO = Set.of("aws:userid", "aws:username", "aws:principalaccount");

    /** Of a key with several values. */
    enum Quantifier {
        NONE,
        ANY_VALUE,
        ALL_VALUES
    }

    Condition {
        values = List.copyOf(values);
    }

    boolean holds(Facts facts) {
        List<String> actual = facts.all(key);
        if (comparison == Comparison.NULL) {
            return values.stream().anyMatch(wanted -> wanted.isTrue() == actual.isEmpty());
        }
        if (actual.isEmpty()) {
            return ifExists || (quantifier == Quantifier.NONE ? negated : quantifier == Quantifier.ALL_VALUES);
        }
        return switch (quantifier) {
            case NONE -> actual.stream().anyMatch(value -> isOneOf(value, facts)) != negated;
            case ANY_VALUE -> actual.stream().anyMatch(value -> isOneOf(value, facts) != negated);
            case ALL_VALUES -> actual.stream().allMatch(value -> isOneOf(value, facts) != negated);
        };
    }

    /** False for "none of ${key}" where the key is not there. */
    boolean isResolved(Facts facts) {
        return !negated
                || !comparison.isOfText()
                || values.stream().allMatch(expected -> expected.pattern().isResolved(facts));
    }

    private boolean isOneOf(String actual, Facts facts) {
        return values.stream().anyMatch(expected -> comparison.holds(expected, actual, facts));
    }

    /** Whether it lets through only requesters that are named, by themselves or by where they are. */
    boolean namesWho() {
        if (negated || ifExists || quantifier == Quantifier.ALL_VALUES) {
            return false;
        }
        if (comparison == Comparison.IP_ADDRESS) {
            return values.stream()
                    .allMatch(expected -> isNarrow(expected.block().orElseThrow()));
        }
        return comparison.isOfText()
                && KEYS_OF_WHO.contains(key.text())
                && values.stream().allMatch(expected -> expected.pattern().isFixed());
    }

    private static boolean isNarrow(AddressBlock block) {
        boolean ipv4 = block.address().getAddress().length == Integer.BYTES;
        return block.prefixBits() >= (ipv4 ? MIN_IPV4_BITS : MIN_IPV6_BITS);
    }
}
