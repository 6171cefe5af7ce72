package flare.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The inputs that are kept: each target has one text file, an input in base64 a line. */
final class Corpus {

    /** Longer inputs find nothing that shorter ones don't, and are not kept. */
    private static final int MAX_KEPT_BYTES = 2048;

    private static final String SUFFIX = ".corpus";

    private Corpus() {}

    static List<byte[]> of(Target target) {
        List<byte[]> inputs = new ArrayList<>(target.seeds());
        try (InputStream file = Corpus.class.getResourceAsStream(target.name() + SUFFIX)) {
            if (file != null) {
                new BufferedReader(new InputStreamReader(file, StandardCharsets.US_ASCII))
                        .lines()
                        .map(line -> Base64.getDecoder().decode(line))
                        .forEach(inputs::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return inputs;
    }

    /** As files, for a fuzzer. */
    static void unpack(Target target, Path directory) throws IOException {
        Files.createDirectories(directory);
        int number = 0;
        for (byte[] input : of(target)) {
            Files.write(directory.resolve("kept-" + number++), input);
        }
    }

    /** The files of a fuzzer's directory into the target's text file, in an order that shows what changed. */
    static void pack(Path directory, Path file) throws IOException {
        TreeSet<String> lines = new TreeSet<>();
        try (Stream<Path> inputs = Files.list(directory)) {
            for (Path input : (Iterable<Path>) inputs::iterator) {
                if (Files.size(input) <= MAX_KEPT_BYTES) {
                    lines.add(Base64.getEncoder().encodeToString(Files.readAllBytes(input)));
                }
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, lines, StandardCharsets.US_ASCII);
    }

    static String fileName(Target target) {
        return target.name() + SUFFIX;
    }
}
