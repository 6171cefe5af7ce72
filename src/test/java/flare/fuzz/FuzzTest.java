package flare.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fuzzer found and what it grew from, in each build; and some fresh mutations. bin/fuzz looks for more. */
class FuzzTest {

    private static final int MUTATIONS = 1_000;
    private static final long MUTATING_NANOS = 200_000_000;

    static List<String> names() {
        return Fuzz.targets().stream().map(Target::name).toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void readsOrRefusesByName(String name) {
        Target target = Fuzz.target(name);
        List<byte[]> corpus = Corpus.of(target);
        assertThat(corpus).isNotEmpty();
        corpus.forEach(input -> held(target, input));
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        long end = System.nanoTime() + MUTATING_NANOS;
        for (int i = 0; i < MUTATIONS && System.nanoTime() < end; i++) {
            byte[] input = Mutations.of(corpus, random);
            try {
                Fuzz.one(target, input);
            } catch (AssertionError found) {
                throw new AssertionError(
                        "seed " + seed + ": " + Base64.getEncoder().encodeToString(input), found);
            }
        }
    }

    private static void held(Target target, byte[] input) {
        try {
            Fuzz.one(target, input);
        } catch (AssertionError found) {
            throw new AssertionError(Base64.getEncoder().encodeToString(input), found);
        }
    }

    @Test
    void findsWhatIsNotRefusedByNameTakesTooLongOrTooMuch() {
        Target breaks = planted(input -> Integer.parseInt("x"));
        assertThatThrownBy(() -> Fuzz.one(breaks, new byte[0])).isInstanceOf(AssertionError.class);
        Target hangs = planted(input -> {
            long until = Fuzz.processorNanos() + 10_000_000;
            while (Fuzz.processorNanos() <= until) {
                Thread.onSpinWait();
            }
        });
        assertThatThrownBy(() -> Fuzz.one(hangs, new byte[0], 5_000_000)).hasMessageContaining("takes");
        List<byte[]> kept = new ArrayList<>();
        Target hoards = planted(input -> kept.add(new byte[(int) Fuzz.MAX_ALLOCATED_BYTES]));
        assertThatThrownBy(() -> Fuzz.one(hoards, new byte[0])).hasMessageContaining("allocates");
        Target refuses = planted(input -> {
            throw new UncheckedIOException(new java.io.IOException("by name"));
        });
        Fuzz.one(refuses, new byte[0]);
        assertThat(Arrays.asList(breaks, hangs, refuses)).hasSize(3);
    }

    private static Target planted(Target.Code code) {
        return new Target("planted", Set.of(UncheckedIOException.class), List.of(new byte[0]), code);
    }
}
