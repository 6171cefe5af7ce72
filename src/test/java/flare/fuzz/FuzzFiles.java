package flare.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** For bin/fuzz: {@code list}, {@code unpack TARGET DIRECTORY}, {@code pack TARGET DIRECTORY FOLDER}, {@code try TARGET FILE}. */
public final class FuzzFiles {

    private FuzzFiles() {}

    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "list" -> Fuzz.targets().forEach(target -> System.out.println(target.name()));
            case "unpack" -> Corpus.unpack(Fuzz.target(arguments[1]), Path.of(arguments[2]));
            case "pack" -> {
                Target target = Fuzz.target(arguments[1]);
                Corpus.pack(Path.of(arguments[2]), Path.of(arguments[3]).resolve(Corpus.fileName(target)));
            }
            case "try" -> Fuzz.one(Fuzz.target(arguments[1]), Files.readAllBytes(Path.of(arguments[2])));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }
}
