package flare.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestIdsTest {

    @Test
    void givesSixteenCharactersAndNeverTheSameTwice() {
        RequestIds ids = new RequestIds(-5_000);
        Set<String> seen = new HashSet<>();

        for (int i = 0; i < 10_000; i++) {
            assertThat(seen.add(ids.next())).isTrue();
        }
        assertThat(seen).allMatch(id -> id.matches("[0-9A-F]{16}"));
    }

    @Test
    void startsElsewhereInEachProcess() {
        assertThat(new RequestIds().next()).isNotEqualTo(new RequestIds().next());
    }
}
