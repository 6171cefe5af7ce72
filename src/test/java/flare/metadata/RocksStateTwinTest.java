package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.SequenceTwin.Shape;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random commands into the store and into its model; what is compared, and what happens between, is in {@link SequenceTwin}. */
final class RocksStateTwinTest {

    private static final Shape SHORT = new Shape(8, 120, 30);
    private static final Shape LONG = new Shape(600, 150, 50);

    @TempDir
    Path directory;

    @Test
    void agreesWithTheModelInThousandsOfShortSequences() throws Exception {
        run(1, 2_000, SHORT);
    }

    @Test
    void agreesWithTheModelInLongSequences() throws Exception {
        run(1, 8, LONG);
    }

    @Test
    @Tag("full")
    void agreesWithTheModelInTensOfThousandsOfSequences() throws Exception {
        run(1_000_000, 30_000, SHORT);
        run(2_000_000, 30, LONG);
    }

    private void run(long firstSeed, int sequences, Shape shape) throws Exception {
        try (SequenceTwin twin = new SequenceTwin(directory)) {
            for (long seed = firstSeed; seed < firstSeed + sequences; seed++) {
                twin.run(seed, shape);
            }
            assertThat(twin.accepted).containsExactlyInAnyOrder(Command.class.getPermittedSubclasses());
            assertThat(twin.restarts).isGreaterThan(sequences / 5);
        }
    }
}
