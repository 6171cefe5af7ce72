package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What pages of other origins may do with a bucket: rules in order, the first that fits counts.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html">Elements of a CORS configuration</a>
 */
record CorsRules(List<Rule> rules) {

    static final String ANY = "*";

    private static final int MAX_RULES = 100;
    private static final int MAX_ID = 255;
    static final List<String> METHODS = List.of("GET", "PUT", "POST", "DELETE", "HEAD");
    /** Names of headers (RFC 9110 section 5.6.2), and the one wildcard: nothing in them ends a line. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");

    private static final Pattern ORIGIN = Pattern.compile("[\\x21-\\x7E]+");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /**
     * @param origins each with one wildcard at most
     * @param headers that a request may have, each with one wildcard at most, in lower case
     * @param exposed headers of answers that a page may see
     */
    record Rule(
            Optional<String> id,
            List<String> methods,
            List<String> origins,
            List<String> headers,
            List<String> exposed,
            Optional<Integer> maxAgeSeconds) {

        Rule {
            methods = List.copyOf(methods);
            origins = List.copyOf(origins);
            headers = List.copyOf(headers);
            exposed = List.copyOf(exposed);
        }

        boolean allows(Request request) {
            return methods.contains(request.method())
                    && origins.stream().anyMatch(pattern -> matches(pattern, request.origin()))
                    && request.headers().stream()
                            .allMatch(header -> headers.stream().anyMatch(pattern -> matches(pattern, header)));
        }

        /** Whether every origin may, so that none needs to be named. */
        boolean isForAll() {
            return origins.contains(ANY);
        }
    }

    /** @param headers that it will have, in lower case */
    record Request(String origin, String method, List<String> headers) {
        Request {
            headers = List.copyOf(headers);
        }
    }

    CorsRules {
        rules = List.copyOf(rules);
    }

    Optional<Rule> allowing(Request request) {
        return rules.stream().filter(rule -> rule.allows(request)).findFirst();
    }

    private static boolean matches(String pattern, String text) {
        int star = pattern.indexOf(ANY);
        if (star < 0) {
            return pattern.equals(text);
        }
        String before = pattern.substring(0, star);
        String after = pattern.substring(star + 1);
        return text.length() >= before.length() + after.length() && text.startsWith(before) && text.endsWith(after);
    }

    /** Throws {@link FlareException} with MALFORMED_XML, INVALID_REQUEST, or INVALID_ARGUMENT for what no header may hold. */
    static CorsRules parse(byte[] document) {
        List<XmlElement> listed = XmlElement.parse(document, "CORSConfiguration")
                .knowing("CORSRule")
                .all("CORSRule");
        if (listed.isEmpty() || listed.size() > MAX_RULES) {
            throw XmlElement.malformed(
                    "a CORS configuration has 1 to " + MAX_RULES + " rules, here " + listed.size(), null);
        }
        return new CorsRules(listed.stream().map(CorsRules::rule).toList());
    }

    private static Rule rule(XmlElement rule) {
        rule.knowing("ID", "AllowedMethod", "AllowedOrigin", "AllowedHeader", "ExposeHeader", "MaxAgeSeconds");
        Optional<String> id = rule.child("ID").map(XmlElement::text);
        if (id.filter(text -> text.length() > MAX_ID).isPresent()) {
            throw invalid("the ID of a CORS rule has at most " + MAX_ID + " characters");
        }
        List<String> methods = texts(rule, "AllowedMethod");
        List<String> origins = texts(rule, "AllowedOrigin");
        if (methods.isEmpty() || origins.isEmpty()) {
            throw XmlElement.malformed("a CORS rule has an AllowedMethod and an AllowedOrigin", null);
        }
        for (String method : methods) {
            if (!METHODS.contains(method)) {
                throw invalid("unsupported method in a CORS rule: '" + method + "', allowed are " + METHODS);
            }
        }
        List<String> headers = texts(rule, "AllowedHeader").stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        List<String> exposed = texts(rule, "ExposeHeader");
        origins.forEach(origin -> check("AllowedOrigin", origin, ORIGIN));
        headers.forEach(header -> check("AllowedHeader", header, NAME));
        exposed.forEach(header -> check("ExposeHeader", header, NAME));
        if (exposed.stream().anyMatch(header -> header.contains(ANY))) {
            throw invalid("ExposeHeader may hold no wildcard");
        }
        return new Rule(
                id,
                methods,
                origins,
                headers,
                exposed,
                rule.child("MaxAgeSeconds").map(CorsRules::seconds));
    }

    private static void check(String element, String text, Pattern allowed) {
        if (!allowed.matcher(text).matches()) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, element + " holds what no header may: '" + text.strip() + "'");
        }
        if (text.indexOf(ANY) != text.lastIndexOf(ANY)) {
            throw invalid(element + " '" + text + "' may have no more than one wildcard");
        }
    }

    private static int seconds(XmlElement element) {
        String text = element.text().strip();
        if (!SECONDS.matcher(text).matches()) {
            throw XmlElement.malformed("MaxAgeSeconds = " + text + " is no number of seconds", null);
        }
        return Integer.parseInt(text);
    }

    private static List<String> texts(XmlElement rule, String name) {
        return rule.all(name).stream().map(XmlElement::text).toList();
    }

    private static FlareException invalid(String message) {
        return new FlareException(Fault.INVALID_REQUEST, message);
    }

    /** As it is kept and answered. */
    byte[] document() {
        return XmlWriter.document(out -> {
            out.root("CORSConfiguration");
            for (Rule rule : rules) {
                out.open("CORSRule");
                rule.id().ifPresent(id -> out.element("ID", id));
                rule.headers().forEach(header -> out.element("AllowedHeader", header));
                rule.methods().forEach(method -> out.element("AllowedMethod", method));
                rule.origins().forEach(origin -> out.element("AllowedOrigin", origin));
                rule.exposed().forEach(header -> out.element("ExposeHeader", header));
                rule.maxAgeSeconds().ifPresent(seconds -> out.element("MaxAgeSeconds", Integer.toString(seconds)));
                out.close();
            }
        });
    }
}
