package flare.sigv4;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Requests with all that is odd in targets and headers, and could still be sent. */
final class RandomRequests {

    private static final String[] PIECES = {
        "a",
        "b",
        "Z",
        "9",
        "/",
        "//",
        "..",
        ".",
        "-",
        "_",
        "~",
        "*",
        "'",
        "(",
        ")",
        "!",
        "+",
        ":",
        "@",
        ";",
        ",",
        "$",
        "%20",
        "%2F",
        "%2f",
        "%2B",
        "%25",
        "%C3%BC",
        "%c3%bc",
        "%F0%9F%98%80",
        "%E6%97%A5",
        "%7E",
        "%41",
        "%3D",
        "%26",
        "%3F"
    };
    private static final String[] VALUES = {
        "", "x", "two words", "two  spaces", " edge ", "a,b", "a\tb", "\u00fc", "=;&"
    };
    private static final String[] METHODS = {"GET", "PUT", "HEAD", "POST", "DELETE"};

    private RandomRequests() {}

    static WireRequest any(Random random) {
        StringBuilder query = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            query.append(text(random, 2).replace("/", "")).append(random.nextInt(4) == 0 ? "" : "=" + text(random, 3));
            query.append(i > 1 || random.nextInt(8) == 0 ? "&" : "");
        }
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("host", List.of("objects.example:" + random.nextInt(9000)));
        for (int i = random.nextInt(4); i > 0; i--) {
            String value = VALUES[random.nextInt(VALUES.length)];
            headers.put(
                    "x-amz-meta-" + (char) ('a' + random.nextInt(5)),
                    random.nextInt(4) == 0 ? List.of(value, "more") : List.of(value));
        }
        return new WireRequest(
                METHODS[random.nextInt(METHODS.length)], "/" + text(random, 6), query.toString(), headers);
    }

    private static String text(Random random, int maxPieces) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(maxPieces + 1); i > 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }
}
