package flare.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.pekko.http.javadsl.model.HttpHeader;

/** A request's header fields by lower-case name, values in the order sent. */
public final class Headers {

    private final Map<String, List<String>> values;

    private Headers(Map<String, List<String>> values) {
        this.values = values;
    }

    public static Headers of(Iterable<HttpHeader> headers) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (HttpHeader header : headers) {
            values.computeIfAbsent(header.lowercaseName(), name -> new ArrayList<>(1))
                    .add(header.value());
        }
        return new Headers(values);
    }

    public static Headers of(Map<String, String> headers) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        headers.forEach((name, value) -> values.put(name.toLowerCase(Locale.ROOT), List.of(value)));
        return new Headers(values);
    }

    /** @param name in lower case */
    public Optional<String> first(String name) {
        List<String> all = values.get(name);
        return all == null ? Optional.empty() : Optional.of(all.get(0));
    }

    /** All values as one list (RFC 9110 section 5.3). */
    public Optional<String> joined(String name) {
        List<String> all = values.get(name);
        return all == null ? Optional.empty() : Optional.of(String.join(",", all));
    }

    /** Every value, in the order sent; empty if there is none. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** With one more. */
    public Headers with(String name, String value) {
        Map<String, List<String>> more = new LinkedHashMap<>(values);
        more.put(name, List.of(value));
        return new Headers(more);
    }

    /** Those with such names. */
    public Headers only(Predicate<String> names) {
        Map<String, List<String>> some = new LinkedHashMap<>(values);
        some.keySet().removeIf(names.negate());
        return new Headers(some);
    }

    public boolean has(String name) {
        return values.containsKey(name);
    }

    public Iterable<String> names() {
        return values.keySet();
    }
}
