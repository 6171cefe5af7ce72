package flare.access;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Text of a policy: perhaps with {@code *} for any characters and {@code ?} for one, perhaps with variables {@code ${key}}
 * for facts of the request. What a variable stands for has no wildcards of its own.
 *
 * <p>Matching goes back to the last star only, so that its time is bounded by the product of the two lengths.
 */
final class Pattern {

    static final int MAX_LENGTH = 2048;

    private static final int ANY = -1;
    private static final int ONE = -2;

    private final String source;
    private final List<Part> parts;
    private final int[] fixed;

    private sealed interface Part {
        record Fixed(int[] tokens) implements Part {}

        record Variable(ConditionKey key, Optional<String> otherwise) implements Part {}
    }

    enum Wildcards {
        YES,
        NO
    }

    private Pattern(String source, List<Part> parts) {
        this.source = source;
        this.parts = List.copyOf(parts);
        this.fixed = parts.size() == 1 && parts.get(0) instanceof Part.Fixed only ? only.tokens() : new int[0];
    }

    /** Without variables. */
    static Pattern of(String text, Wildcards wildcards) {
        return new Pattern(text, List.of(new Part.Fixed(tokens(text, wildcards))));
    }

    /** Throws {@link MalformedPolicyException} for a variable that is none. */
    static Pattern withVariables(String text, Wildcards wildcards) {
        List<Part> parts = new ArrayList<>();
        int at = 0;
        for (int open = text.indexOf("${"); open >= 0; open = text.indexOf("${", at)) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw new MalformedPolicyException("the variable in '" + text + "' has no end");
            }
            parts.add(new Part.Fixed(tokens(text.substring(at, open), wildcards)));
            parts.add(variable(text.substring(open + 2, close)));
            at = close + 1;
        }
        parts.add(new Part.Fixed(tokens(text.substring(at), wildcards)));
        return new Pattern(text, parts);
    }

    private static Part variable(String inner) {
        if (inner.equals("*") || inner.equals("?") || inner.equals("$")) {
            return new Part.Fixed(tokens(inner, Wildcards.NO));
        }
        int comma = inner.indexOf(',');
        String name = (comma < 0 ? inner : inner.substring(0, comma)).strip();
        Optional<String> otherwise = Optional.empty();
        if (comma >= 0) {
            String quoted = inner.substring(comma + 1).strip();
            if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
                throw new MalformedPolicyException("the variable ${" + inner + "} has a default that is not quoted");
            }
            otherwise = Optional.of(quoted.substring(1, quoted.length() - 1));
        }
        return new Part.Variable(
                ConditionKey.known(name)
                        .orElseThrow(() -> new MalformedPolicyException("the variable ${" + inner + "} is not known")),
                otherwise);
    }

    private static int[] tokens(String text, Wildcards wildcards) {
        IntStream points = text.codePoints();
        return wildcards == Wildcards.NO
                ? points.toArray()
                : points.map(c -> c == '*' ? ANY : c == '?' ? ONE : c).toArray();
    }

    /** The same with letters in lower case, for what does not tell case. */
    Pattern lowerCase() {
        return new Pattern(
                source,
                parts.stream()
                        .map(part -> part instanceof Part.Fixed known
                                ? new Part.Fixed(IntStream.of(known.tokens())
                                        .map(c -> c < 0 ? c : Character.toLowerCase(c))
                                        .toArray())
                                : part)
                        .toList());
    }

    /** False also where a variable stands for nothing. */
    boolean matches(String text, Facts facts) {
        if (parts.size() == 1) {
            return matches(fixed, text.codePoints().toArray());
        }
        Optional<int[]> resolved = resolved(facts);
        return resolved.isPresent() && matches(resolved.get(), text.codePoints().toArray());
    }

    /** What text it is, if it has no wildcards and all of its variables stand for something. */
    Optional<String> text(Facts facts) {
        return resolved(facts)
                .filter(tokens -> IntStream.of(tokens).allMatch(c -> c >= 0))
                .map(tokens -> new String(tokens, 0, tokens.length));
    }

    /** Whether each variable stands for something. */
    boolean isResolved(Facts facts) {
        return parts.size() == 1 || resolved(facts).isPresent();
    }

    /** Whether it can match one text only, whatever the request. */
    boolean isFixed() {
        return parts.stream()
                .allMatch(part -> part instanceof Part.Fixed known
                        && IntStream.of(known.tokens()).allMatch(c -> c >= 0));
    }

    private Optional<int[]> resolved(Facts facts) {
        IntStream all = IntStream.empty();
        for (Part part : parts) {
            if (part instanceof Part.Variable variable) {
                Optional<String> value = facts.one(variable.key()).or(variable::otherwise);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                all = IntStream.concat(all, value.get().codePoints());
            } else if (part instanceof Part.Fixed known) {
                all = IntStream.concat(all, IntStream.of(known.tokens()));
            }
        }
        return Optional.of(all.toArray());
    }

    private static boolean matches(int[] pattern, int[] text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int behindStar = 0;
        while (t < text.length) {
            if (p < pattern.length && (pattern[p] == ONE || pattern[p] == text[t])) {
                p++;
                t++;
            } else if (p < pattern.length && pattern[p] == ANY) {
                star = p++;
                behindStar = t;
            } else if (star >= 0) {
                p = star + 1;
                t = ++behindStar;
            } else {
                return false;
            }
        }
        while (p < pattern.length && pattern[p] == ANY) {
            p++;
        }
        return p == pattern.length;
    }

    /** Whether it can match a text that begins so; a variable may stand for anything. */
    boolean canBegin(String prefix) {
        boolean[] at = new boolean[1];
        at[0] = true;
        List<Integer> tokens = new ArrayList<>();
        for (Part part : parts) {
            if (part instanceof Part.Fixed known) {
                IntStream.of(known.tokens()).forEach(tokens::add);
            } else {
                tokens.add(ANY);
            }
        }
        at = reached(tokens, at);
        for (int c : prefix.codePoints().toArray()) {
            boolean[] next = new boolean[tokens.size() + 1];
            boolean any = false;
            for (int i = 0; i < tokens.size(); i++) {
                int token = tokens.get(i);
                if (at[i] && token == ANY) {
                    next[i] = true;
                    any = true;
                } else if (at[i] && (token == ONE || token == c)) {
                    next[i + 1] = true;
                    any = true;
                }
            }
            if (!any) {
                return false;
            }
            at = reached(tokens, next);
        }
        return true;
    }

    /** With what can be reached without a character, since a star may stand for none. */
    private static boolean[] reached(List<Integer> tokens, boolean[] at) {
        boolean[] all = Arrays.copyOf(at, tokens.size() + 1);
        for (int i = 0; i < tokens.size(); i++) {
            if (all[i] && tokens.get(i) == ANY) {
                all[i + 1] = true;
            }
        }
        return all;
    }

    static String lowerCase(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return source;
    }
}
