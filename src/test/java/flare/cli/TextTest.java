package flare.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextTest {

    @Test
    void saysASpanInItsTwoHighestUnits() {
        assertThat(Text.span(0)).isEqualTo("0 s");
        assertThat(Text.span(59)).isEqualTo("59 s");
        assertThat(Text.span(61)).isEqualTo("1 min 1 s");
        assertThat(Text.span(3_600 + 59 * 60 + 59)).isEqualTo("1 h 59 min");
        assertThat(Text.span(3 * 86_400 + 5 * 3_600 + 1)).isEqualTo("3 d 5 h");
    }
}
