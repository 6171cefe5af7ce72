package flare.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A parser, and what it may say to bytes from anybody: a value that holds what {@code code} asserts of it, or one of the named
 * refusals.
 *
 * @param name also of the file with its corpus
 * @param seeds what it takes, and what it nearly takes: where mutation begins
 */
public record Target(String name, Set<Class<? extends Exception>> refusals, List<byte[]> seeds, Code code) {

    /** Throws {@link AssertionError} for a broken property. */
    @FunctionalInterface
    public interface Code {
        void read(byte[] input) throws Exception;
    }

    public Target {
        refusals = Set.copyOf(refusals);
        seeds = List.copyOf(seeds);
    }

    /** Of a parser of text: ISO 8859-1, a character a byte, as HTTP's heads are read. */
    public static Target ofText(
            String name, Set<Class<? extends Exception>> refusals, List<String> seeds, TextCode code) {
        return new Target(
                name,
                refusals,
                seeds.stream()
                        .map(seed -> seed.getBytes(StandardCharsets.ISO_8859_1))
                        .toList(),
                input -> code.read(new String(input, StandardCharsets.ISO_8859_1)));
    }

    @FunctionalInterface
    public interface TextCode {
        void read(String input) throws Exception;
    }

    public static void require(boolean holds, String property) {
        if (!holds) {
            throw new AssertionError(property);
        }
    }
}
