package flare.http;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request target as the client sent it. Parsed URIs collapse {@code a/../b} and {@code a//b} and can't tell
 * {@code %2F} from {@code /}: keys and signatures are made from this instead.
 *
 * @param rawPath begins with {@code /}, still encoded
 * @param rawQuery without its {@code ?}; empty where there is none
 * @param query in the order sent
 */
public record RawTarget(String rawPath, String rawQuery, List<Parameter> query) {

    /** @param value empty also where the parameter had no {@code =} */
    public record Parameter(String rawName, String rawValue, String name, String value) {}

    public RawTarget {
        query = List.copyOf(query);
    }

    /**
     * Parses origin-form and absolute-form (RFC 9112 section 3.2). Throws {@link FlareException} with INVALID_URI for what
     * is neither, and for a query that does not decode; the path is decoded when its parts are asked for.
     */
    public static RawTarget parse(String raw) {
        String origin = originForm(raw);
        int mark = origin.indexOf('?');
        String path = mark < 0 ? origin : origin.substring(0, mark);
        String query = mark < 0 ? "" : origin.substring(mark + 1);
        return new RawTarget(path, query, parameters(query));
    }

    /** The first parameter of this name. */
    public Optional<String> parameter(String name) {
        return query.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst();
    }

    private static String originForm(String raw) {
        if (raw.startsWith("/")) {
            return raw;
        }
        int authority = raw.indexOf("://");
        if (authority < 1) {
            throw new FlareException(Fault.INVALID_URI, "the request target must begin with '/'");
        }
        int slash = raw.indexOf('/', authority + 3);
        int mark = raw.indexOf('?', authority + 3);
        if (slash >= 0 && (mark < 0 || slash < mark)) {
            return raw.substring(slash);
        }
        return mark < 0 ? "/" : "/" + raw.substring(mark);
    }

    private static List<Parameter> parameters(String query) {
        List<Parameter> parameters = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            if (pair.isEmpty()) {
                continue;
            }
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            parameters.add(new Parameter(name, value, PercentCode.decodeQuery(name), PercentCode.decodeQuery(value)));
        }
        return parameters;
    }
}
