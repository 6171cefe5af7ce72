package flare.sigv4;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CanonicalRequestTest {

    @ParameterizedTest
    @CsvSource({
        "/b/a//b, /b/a//b",
        "/b/a/../b, /b/a/../b",
        "/b/./a, /b/./a",
        "/b/a%2fb, /b/a/b",
        "/b/%252F, /b/%252F",
        "/b/a+b, /b/a%2Bb",
        "/b/a%20b, /b/a%20b",
        "/b/%c3%bc, /b/%C3%BC",
        "/b/~*'()!, /b/~%2A%27%28%29%21",
        "/b/%7E, /b/~",
        "/b/100%, /b/100%25",
        "/b/a%zz%4, /b/a%25zz%254"
    })
    void encodesAPathOnceAndDoesNotNormaliseIt(String raw, String canonical) {
        assertThat(UriText.reencodePath(raw)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "acl, acl=",
        "b=2&a=1, a=1&b=2",
        "a=2&a=1&a, a=&a=1&a=2",
        "a-b=1&a=1, a=1&a-b=1",
        "a=b=c, a=b%3Dc",
        "a=x+y%20z%2B, a=x%20y%20z%2B",
        "prefix=a/b&delimiter=%2f, delimiter=%2F&prefix=a%2Fb",
        "a%3D=1&&b, a%3D=1&b=",
        "=x, =x"
    })
    void sortsAQueryByEncodedNameAndValue(String raw, String canonical) {
        assertThat(QueryText.parse(raw).sortedReencoded()).isEqualTo(canonical);
    }

    @Test
    void trimsAndJoinsHeaders() {
        WireRequest request = Examples.request(
                "GET", "/", "x-amz-meta-b", "  two\t  words ", "host", "h", "x-amz-meta-b", "more", "x-amz-meta-a", "");
        List<String> names = List.of("host", "x-amz-meta-a", "x-amz-meta-b");
        assertThat(CanonicalRequest.candidates(request, QueryText.parse(""), names, "hash"))
                .containsExactly("GET\n/\n\nhost:h\nx-amz-meta-a:\nx-amz-meta-b:two words,more\n\n"
                        + "host;x-amz-meta-a;x-amz-meta-b\nhash");
    }

    @Test
    void triesTheTargetAsSentFirstAndOnlyOnceWhereBothFormsAreOne() {
        WireRequest plain = Examples.request("GET", "/a?b=c", "host", "h");
        WireRequest odd = Examples.request("GET", "/a(?b=c/", "host", "h");
        assertThat(candidates(plain)).hasSize(1);
        assertThat(candidates(odd)).hasSize(4);
        assertThat(candidates(odd).get(0)).startsWith("GET\n/a(\nb=c/\n");
        assertThat(candidates(odd).get(3)).startsWith("GET\n/a%28\nb=c%2F\n");
    }

    @Test
    void agreesWithANaiveTwin() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            WireRequest request = RandomRequests.any(random);
            List<String> candidates = candidates(request);
            assertThat(candidates.get(candidates.size() - 1))
                    .as("seed %d: %s", seed, request)
                    .isEqualTo(naive(request));
        }
    }

    private static List<String> candidates(WireRequest request) {
        return CanonicalRequest.candidates(
                request,
                QueryText.parse(request.rawQuery()),
                List.copyOf(new TreeMap<>(request.headers()).keySet()),
                "hash");
    }

    /** The specification word for word, with whatever is at hand. */
    private static String naive(WireRequest request) {
        String path = naiveEncoded(naiveDecoded(request.rawPath(), false)).replace("%2F", "/");
        List<String[]> pairs = new ArrayList<>();
        for (String pair : request.rawQuery().split("&", -1)) {
            if (!pair.isEmpty()) {
                String[] halves = pair.split("=", 2);
                String value = halves.length == 2 ? halves[1] : "";
                pairs.add(new String[] {
                    naiveEncoded(naiveDecoded(halves[0], true)), naiveEncoded(naiveDecoded(value, true))
                });
            }
        }
        pairs.sort(Comparator.<String[], String>comparing(pair -> pair[0]).thenComparing(pair -> pair[1]));
        String query =
                String.join("&", pairs.stream().map(p -> p[0] + "=" + p[1]).toList());
        StringBuilder headers = new StringBuilder();
        new TreeMap<>(request.headers())
                .forEach((name, values) -> headers.append(name)
                        .append(':')
                        .append(String.join(
                                ",",
                                values.stream()
                                        .map(v -> v.replaceAll("[ \t]+", " ").strip())
                                        .toList()))
                        .append('\n'));
        String names = String.join(";", new TreeMap<>(request.headers()).keySet());
        return request.method() + "\n" + path + "\n" + query + "\n" + headers + "\n" + names + "\nhash";
    }

    private static byte[] naiveDecoded(String text, boolean plus) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.substring(i).matches("%[0-9a-fA-F]{2}.*")) {
                out.write(Integer.parseInt(text.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                out.writeBytes((plus && text.charAt(i) == '+' ? " " : text.substring(i, i + 1))
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }

    private static String naiveEncoded(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            String one = String.valueOf((char) (b & 0xFF));
            out.append(one.matches("[A-Za-z0-9._~-]") ? one : String.format("%%%02X", b & 0xFF));
        }
        return out.toString();
    }
}
