package flare.access;

import flare.access.Condition.Quantifier;
import java.util.Map;
import java.util.Optional;

/** The words for operators, as policies write them: {@code ForAnyValue:StringNotLikeIfExists}. */
record ConditionOperator(Comparison comparison, boolean negated, Quantifier quantifier, boolean ifExists) {

    private record Word(Comparison comparison, boolean negated) {}

    private static final String IF_EXISTS = "IfExists";
    private static final String ANY_VALUE = "ForAnyValue:";
    private static final String ALL_VALUES = "ForAllValues:";

    private static final Map<String, Word> WORDS = Map.ofEntries(
            Map.entry("StringEquals", new Word(Comparison.STRING_EQUALS, false)),
            Map.entry("StringNotEquals", new Word(Comparison.STRING_EQUALS, true)),
            Map.entry("StringEqualsIgnoreCase", new Word(Comparison.STRING_EQUALS_IGNORE_CASE, false)),
            Map.entry("StringNotEqualsIgnoreCase", new Word(Comparison.STRING_EQUALS_IGNORE_CASE, true)),
            Map.entry("StringLike", new Word(Comparison.STRING_LIKE, false)),
            Map.entry("StringNotLike", new Word(Comparison.STRING_LIKE, true)),
            Map.entry("NumericEquals", new Word(Comparison.NUMERIC_EQUALS, false)),
            Map.entry("NumericNotEquals", new Word(Comparison.NUMERIC_EQUALS, true)),
            Map.entry("NumericLessThan", new Word(Comparison.NUMERIC_LESS, false)),
            Map.entry("NumericLessThanEquals", new Word(Comparison.NUMERIC_LESS_OR_EQUAL, false)),
            Map.entry("NumericGreaterThan", new Word(Comparison.NUMERIC_GREATER, false)),
            Map.entry("NumericGreaterThanEquals", new Word(Comparison.NUMERIC_GREATER_OR_EQUAL, false)),
            Map.entry("DateEquals", new Word(Comparison.DATE_EQUALS, false)),
            Map.entry("DateNotEquals", new Word(Comparison.DATE_EQUALS, true)),
            Map.entry("DateLessThan", new Word(Comparison.DATE_LESS, false)),
            Map.entry("DateLessThanEquals", new Word(Comparison.DATE_LESS_OR_EQUAL, false)),
            Map.entry("DateGreaterThan", new Word(Comparison.DATE_GREATER, false)),
            Map.entry("DateGreaterThanEquals", new Word(Comparison.DATE_GREATER_OR_EQUAL, false)),
            Map.entry("Bool", new Word(Comparison.BOOL, false)),
            Map.entry("IpAddress", new Word(Comparison.IP_ADDRESS, false)),
            Map.entry("NotIpAddress", new Word(Comparison.IP_ADDRESS, true)),
            Map.entry("Null", new Word(Comparison.NULL, false)));

    static Optional<ConditionOperator> parse(String text) {
        Quantifier quantifier = text.startsWith(ANY_VALUE)
                ? Quantifier.ANY_VALUE
                : text.startsWith(ALL_VALUES) ? Quantifier.ALL_VALUES : Quantifier.NONE;
        String rest = switch (quantifier) {
            case NONE -> text;
            case ANY_VALUE -> text.substring(ANY_VALUE.length());
            case ALL_VALUES -> text.substring(ALL_VALUES.length());
        };
        boolean ifExists = rest.endsWith(IF_EXISTS);
        Word word = WORDS.get(ifExists ? rest.substring(0, rest.length() - IF_EXISTS.length()) : rest);
        boolean isPlainNull = quantifier == Quantifier.NONE && !ifExists;
        return word == null || (word.comparison() == Comparison.NULL && !isPlainNull)
                ? Optional.empty()
                : Optional.of(new ConditionOperator(word.comparison(), word.negated(), quantifier, ifExists));
    }
}
