package flare.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.model.Fault;
import flare.model.FlareException;
import flare.model.WriteCondition;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionsTest {

    private static final Instant MODIFIED = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final String SAME = "Fri, 02 Jan 2026 03:04:05 GMT";
    private static final String BEFORE = "Fri, 02 Jan 2026 03:04:04 GMT";

    /** RFC 9110 section 13.2.2, every combination of the four headers holding, failing or absent. */
    @Test
    void followsTheOrderOfPrecedence() {
        for (int i = 0; i < 81; i++) {
            int match = i % 3;
            int unmodified = i / 3 % 3;
            int none = i / 9 % 3;
            int modified = i / 27;
            Map<String, String> headers = new LinkedHashMap<>();
            put(headers, "If-Match", match, "\"e\"", "\"x\"");
            put(headers, "If-Unmodified-Since", unmodified, SAME, BEFORE);
            put(headers, "If-None-Match", none, "\"x\"", "W/\"e\"");
            put(headers, "If-Modified-Since", modified, BEFORE, SAME);
            Optional<Fault> expected = match == 2 || (match == 0 && unmodified == 2)
                    ? Optional.of(Fault.PRECONDITION_FAILED)
                    : none == 2 || (none == 0 && modified == 2) ? Optional.of(Fault.NOT_MODIFIED) : Optional.empty();
            assertThat(read(headers)).as("%s", headers).isEqualTo(expected);
        }
    }

    private static void put(Map<String, String> headers, String name, int state, String holds, String fails) {
        if (state > 0) {
            headers.put(name, state == 1 ? holds : fails);
        }
    }

    private static Optional<Fault> read(Map<String, String> headers) {
        try {
            Conditions.of(Headers.of(headers)).checkRead("e", MODIFIED);
            return Optional.empty();
        } catch (FlareException e) {
            return Optional.of(e.fault());
        }
    }

    @Test
    void comparesStronglyForIfMatchAndWeaklyForIfNoneMatch() {
        assertThat(read(Map.of("If-Match", "W/\"e\""))).contains(Fault.PRECONDITION_FAILED);
        assertThat(read(Map.of("If-Match", "\"a\", e"))).isEmpty();
        assertThat(read(Map.of("If-Match", "*"))).isEmpty();
        assertThat(read(Map.of("If-None-Match", "\"a,b\",W/\"e\""))).contains(Fault.NOT_MODIFIED);
        assertThat(read(Map.of("If-Modified-Since", "yesterday"))).isEmpty();
    }

    @Test
    void takesAQuotedAsteriskForATagAndNotForAny() {
        assertThat(read(Map.of("If-Match", "\"*\""))).contains(Fault.PRECONDITION_FAILED);
        assertThat(read(Map.of("If-None-Match", "W/\"*\", \"*\""))).isEmpty();
        Headers headers = Headers.of(Map.of("If-Match", "\"*\"", "If-None-Match", "W/\"*\""));
        WriteCondition condition = Conditions.of(headers).forWrite();
        assertThat(condition.ifMatch()).doesNotContain("*");
        assertThat(condition.ifNoneMatch()).doesNotContain("*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", "\"open", "\"a\", \"b"})
    void refusesTagsThatCannotBeRead(String tags) {
        assertThat(read(Map.of("If-Match", tags))).contains(Fault.INVALID_ARGUMENT);
    }

    @Test
    void givesWritesTheirTags() {
        Headers headers = Headers.of(Map.of("If-Match", "\"a\", W/\"b\"", "If-None-Match", "*"));
        assertThat(Conditions.of(headers).forWrite()).isEqualTo(new WriteCondition(List.of("a", "W/b"), List.of("*")));
        Headers dated = Headers.of(Map.of("If-Unmodified-Since", SAME));
        assertThatThrownBy(() -> Conditions.of(dated).forWrite()).isInstanceOf(FlareException.class);
    }

    @Test
    void readsAllDateFormatsAndWritesOne() {
        Instant expected = Instant.parse("1994-11-06T08:49:37Z");
        assertThat(HttpDate.parse("Sun, 06 Nov 1994 08:49:37 GMT")).contains(expected);
        assertThat(HttpDate.parse("Sunday, 06-Nov-94 08:49:37 GMT")).contains(expected);
        assertThat(HttpDate.parse("Sun Nov  6 08:49:37 1994")).contains(expected);
        assertThat(HttpDate.parse("Mon, 06 Nov 1994 08:49:37 GMT")).isEmpty();
        assertThat(HttpDate.format(expected)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }

    @Test
    void allowsARangeOfThisVersionOnly() {
        assertThat(Conditions.allowsRange(Optional.empty(), "e", MODIFIED)).isTrue();
        assertThat(Conditions.allowsRange(Optional.of("\"e\""), "e", MODIFIED)).isTrue();
        assertThat(Conditions.allowsRange(Optional.of("W/\"e\""), "e", MODIFIED))
                .isFalse();
        assertThat(Conditions.allowsRange(Optional.of(SAME), "e", MODIFIED)).isTrue();
        assertThat(Conditions.allowsRange(Optional.of(BEFORE), "e", MODIFIED)).isFalse();
    }
}
