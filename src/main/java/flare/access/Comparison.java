package flare.access;

import flare.access.Pattern.Wildcards;
import flare.model.AddressBlock;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** How a condition compares a fact with a value of the policy. What can't be compared is not so. */
enum Comparison {
    STRING_EQUALS,
    STRING_EQUALS_IGNORE_CASE,
    STRING_LIKE,
    NUMERIC_EQUALS,
    NUMERIC_LESS,
    NUMERIC_LESS_OR_EQUAL,
    NUMERIC_GREATER,
    NUMERIC_GREATER_OR_EQUAL,
    DATE_EQUALS,
    DATE_LESS,
    DATE_LESS_OR_EQUAL,
    DATE_GREATER,
    DATE_GREATER_OR_EQUAL,
    BOOL,
    IP_ADDRESS,
    NULL;

    /** Of as many digits as a request has room for: one too long to be compared would get by every Deny. */
    private static final java.util.regex.Pattern NUMBER = java.util.regex.Pattern.compile("[+-]?[0-9]++(\\.[0-9]++)?");

    /** A value of the policy, checked when it was read. */
    record Expected(Pattern pattern, String text, Optional<AddressBlock> block) {

        boolean isTrue() {
            return Boolean.parseBoolean(text);
        }
    }

    boolean isOfText() {
        return this == STRING_EQUALS || this == STRING_EQUALS_IGNORE_CASE || this == STRING_LIKE;
    }

    /** Throws {@link MalformedPolicyException} for a value that this can't compare with. */
    Expected expected(String value, boolean withVariables) {
        Wildcards wildcards = this == STRING_LIKE ? Wildcards.YES : Wildcards.NO;
        Pattern pattern =
                isOfText() && withVariables ? Pattern.withVariables(value, wildcards) : Pattern.of(value, wildcards);
        Optional<AddressBlock> block = Optional.empty();
        switch (this) {
            case STRING_EQUALS, STRING_EQUALS_IGNORE_CASE, STRING_LIKE -> {}
            case NUMERIC_EQUALS, NUMERIC_LESS, NUMERIC_LESS_OR_EQUAL, NUMERIC_GREATER, NUMERIC_GREATER_OR_EQUAL ->
                require(number(value).isPresent(), value, "number");
            case DATE_EQUALS, DATE_LESS, DATE_LESS_OR_EQUAL, DATE_GREATER, DATE_GREATER_OR_EQUAL ->
                require(date(value).isPresent(), value, "date such as 2026-01-02T03:04:05Z");
            case BOOL, NULL -> require(bool(value).isPresent(), value, "true or false");
            case IP_ADDRESS -> {
                block = block(value);
                require(block.isPresent(), value, "address or block such as 10.0.0.0/8");
            }
        }
        return new Expected(pattern, value, block);
    }

    private static void require(boolean holds, String value, String wanted) {
        if (!holds) {
            throw new MalformedPolicyException("'" + value + "' in a condition is no " + wanted);
        }
    }

    boolean holds(Expected expected, String actual, Facts facts) {
        return switch (this) {
            case STRING_EQUALS, STRING_LIKE -> expected.pattern().matches(actual, facts);
            case STRING_EQUALS_IGNORE_CASE ->
                expected.pattern().text(facts).filter(actual::equalsIgnoreCase).isPresent();
            case NUMERIC_EQUALS, NUMERIC_LESS, NUMERIC_LESS_OR_EQUAL, NUMERIC_GREATER, NUMERIC_GREATER_OR_EQUAL ->
                isOrdered(number(actual), number(expected.text()));
            case DATE_EQUALS, DATE_LESS, DATE_LESS_OR_EQUAL, DATE_GREATER, DATE_GREATER_OR_EQUAL ->
                isOrdered(date(actual), date(expected.text()));
            case BOOL -> bool(actual).isPresent() && bool(actual).equals(bool(expected.text()));
            case IP_ADDRESS ->
                AddressBlock.parseAddress(actual)
                        .filter(address -> expected.block().orElseThrow().contains(address))
                        .isPresent();
            case NULL -> throw new IllegalStateException("Null compares no values");
        };
    }

    private <T extends Comparable<T>> boolean isOrdered(Optional<T> actual, Optional<T> expected) {
        if (actual.isEmpty() || expected.isEmpty()) {
            return false;
        }
        int order = actual.get().compareTo(expected.get());
        return switch (this) {
            case NUMERIC_EQUALS, DATE_EQUALS -> order == 0;
            case NUMERIC_LESS, DATE_LESS -> order < 0;
            case NUMERIC_LESS_OR_EQUAL, DATE_LESS_OR_EQUAL -> order <= 0;
            case NUMERIC_GREATER, DATE_GREATER -> order > 0;
            case NUMERIC_GREATER_OR_EQUAL, DATE_GREATER_OR_EQUAL -> order >= 0;
            default -> throw new IllegalStateException(this + " has no order");
        };
    }

    private static Optional<BigDecimal> number(String text) {
        return NUMBER.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
    }

    private static Optional<Boolean> bool(String text) {
        return text.equalsIgnoreCase("true")
                ? Optional.of(true)
                : text.equalsIgnoreCase("false") ? Optional.of(false) : Optional.empty();
    }

    /** A day, a time with its zone, or seconds since 1970. */
    private static Optional<Instant> date(String text) {
        try {
            if (text.matches("-?[0-9]{1,11}")) {
                return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
            }
            return Optional.of(
                    text.indexOf('T') < 0
                            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                            : OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<AddressBlock> block(String text) {
        try {
            return Optional.of(AddressBlock.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
