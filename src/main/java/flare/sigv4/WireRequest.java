package flare.sigv4;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request's head as it came over the wire: nothing decoded, nothing normalised. Headers that the HTTP layer takes out for
 * itself (Content-Length, Content-Type, Expect, Transfer-Encoding) must be put back: clients sign them.
 *
 * @param rawPath begins with {@code /}, still encoded
 * @param rawQuery without its {@code ?}; empty if there is none
 * @param headers by lower-case name, values in the order sent, at least one each
 */
public record WireRequest(String method, String rawPath, String rawQuery, Map<String, List<String>> headers) {

    public WireRequest {
        if (!rawPath.startsWith("/") || !isOneWord(method + rawPath + rawQuery)) {
            throw new IllegalArgumentException(
                    "no method and raw target: '" + method + "', '" + rawPath + "', '" + rawQuery + "'");
        }
        headers = Map.copyOf(headers);
        headers.forEach((name, values) -> {
            boolean lines = values.stream().anyMatch(value -> value.indexOf('\n') >= 0);
            if (values.isEmpty() || lines || !name.equals(name.toLowerCase(Locale.ROOT))) {
                throw new IllegalArgumentException(
                        "header '" + name + "' is not in lower case, has no value or one of several lines");
            }
        });
    }

    /** What is signed is lines: none of the parts may hold one. */
    private static boolean isOneWord(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7F);
    }

    boolean has(String header) {
        return headers.containsKey(header);
    }

    /** Every value of one header; empty if it is not there. */
    List<String> values(String header) {
        return headers.getOrDefault(header, List.of());
    }
}
