package flare.sigv4;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A raw query, cut into its parameters. */
final class QueryText {

    private record Parameter(String name, String value, boolean hasValue) {

        Parameter map(UnaryOperator<String> change) {
            return new Parameter(change.apply(name), change.apply(value), hasValue);
        }
    }

    private static final Comparator<Parameter> BY_NAME_THEN_VALUE =
            Comparator.comparing(Parameter::name).thenComparing(Parameter::value);

    private final List<Parameter> parameters;

    private QueryText(List<Parameter> parameters) {
        this.parameters = parameters;
    }

    static QueryText parse(String raw) {
        List<Parameter> parameters = new ArrayList<>();
        for (String pair : raw.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                parameters.add(
                        equals < 0
                                ? new Parameter(pair, "", false)
                                : new Parameter(pair.substring(0, equals), pair.substring(equals + 1), true));
            }
        }
        return new QueryText(parameters);
    }

    boolean has(String name) {
        return parameters.stream().anyMatch(parameter -> isNamed(parameter, name));
    }

    /** Whether the parameter has a {@code =}. */
    boolean hasValue(String name) {
        return parameters.stream().anyMatch(parameter -> isNamed(parameter, name) && parameter.hasValue());
    }

    /** Decoded, in the order sent, each once. */
    Set<String> names() {
        return parameters.stream()
                .map(parameter -> UriText.decodeQuery(parameter.name()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Decoded. Throws {@link SignatureRefusedException} with QUERY_MALFORMED if it is there more than once. */
    Optional<String> only(String name) {
        List<Parameter> found = parameters.stream()
                .filter(parameter -> isNamed(parameter, name))
                .toList();
        if (found.size() > 1) {
            throw new SignatureRefusedException(
                    SignatureFault.QUERY_MALFORMED, name + " is given " + found.size() + " times");
        }
        return found.stream().map(Parameter::value).map(UriText::decodeQuery).findFirst();
    }

    QueryText without(String name) {
        return new QueryText(parameters.stream()
                .filter(parameter -> !isNamed(parameter, name))
                .toList());
    }

    /** Sorted, each parameter with its {@code =}, in the encoding of the sender. */
    String sortedAsSent() {
        return sorted(parameters);
    }

    /** The same in the encoding that the specification wants. Sorted after it was encoded. */
    String sortedReencoded() {
        return sorted(parameters.stream()
                .map(parameter -> parameter.map(UriText::reencodeQuery))
                .toList());
    }

    private static String sorted(List<Parameter> parameters) {
        return parameters.stream()
                .sorted(BY_NAME_THEN_VALUE)
                .map(parameter -> parameter.name() + "=" + parameter.value())
                .collect(Collectors.joining("&"));
    }

    private static boolean isNamed(Parameter parameter, String name) {
        return parameter.name().equals(name)
                || (parameter.name().indexOf('%') >= 0
                        && UriText.decodeQuery(parameter.name()).equals(name));
    }
}
