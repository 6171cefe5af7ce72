package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.Fault;
import flare.model.FlareException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RawTargetTest {

    @ParameterizedTest
    @CsvSource({
        "/object/a/../b, /object/a/../b",
        "/object/a//b, /object/a//b",
        "/object/a%2Fb, /object/a/b",
        "/object/a+b%20c, /object/a+b c",
        "http://host:80/object/a?b=c, /object/a",
        "http://host, /",
        "/%C3%BC, /\u00fc"
    })
    void decodesAPathExactly(String raw, String path) {
        assertThat(PercentCode.decodePath(RawTarget.parse(raw).rawPath())).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/%zz", "/%4", "/%", "/%00", "/%FF", "/%C3", "/%ED%A0%80", "/a b", "/\u00fc", "/%\u0661\u0661"})
    void refusesWhatDoesNotDecode(String raw) {
        assertThatThrownBy(() -> PercentCode.decodePath(raw))
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.INVALID_URI));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "", "object/a", "://x", "/a?b=%zz"})
    void refusesWhatIsNoTarget(String raw) {
        assertThatThrownBy(() -> RawTarget.parse(raw)).isInstanceOf(FlareException.class);
    }

    @Test
    void keepsTheQueryInItsOrderRawAndDecoded() {
        RawTarget target = RawTarget.parse("/?b=1+%2B&a&=x&b=%3D&&c=d=e");
        assertThat(target.query())
                .containsExactly(
                        new RawTarget.Parameter("b", "1+%2B", "b", "1 +"),
                        new RawTarget.Parameter("a", "", "a", ""),
                        new RawTarget.Parameter("", "x", "", "x"),
                        new RawTarget.Parameter("b", "%3D", "b", "="),
                        new RawTarget.Parameter("c", "d=e", "c", "d=e"));
        assertThat(target.parameter("b")).contains("1 +");
    }

    @Test
    void decodesWhatItEncoded() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            String text = random.ints(random.nextInt(20), 1, 0x10FFFF)
                    .filter(c -> c < 0xD800 || c > 0xDFFF)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            String encoded = PercentCode.encodePath(text);
            assertThat(PercentCode.decodePath(encoded)).as("seed %d", seed).isEqualTo(text);
            assertThat(PercentCode.decodeQuery(encoded)).as("seed %d", seed).isEqualTo(text);
        }
    }

    @Test
    void answersOrRefusesAnyBytes() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            random.nextBytes(bytes);
            String raw = "/" + new String(bytes, StandardCharsets.ISO_8859_1).replace('\u0080', '%');
            try {
                PercentCode.decodePath(RawTarget.parse(raw).rawPath());
            } catch (FlareException e) {
                assertThat(e.fault()).as("seed %d", seed).isEqualTo(Fault.INVALID_URI);
            }
        }
    }
}
