package flare.metadata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Ratis' log segments by their names: {@code log_FIRST-LAST} and {@code log_inprogress_FIRST}. */
final class LogFiles {

    private static final Pattern SEGMENT = Pattern.compile("log_(?:inprogress_(\\d+)|(\\d+)-\\d+)");

    private LogFiles() {}

    /** Of the oldest entry still there; empty without a log. */
    static OptionalLong firstIndex(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return OptionalLong.empty();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> SEGMENT.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(name -> Long.parseLong(name.group(1) == null ? name.group(2) : name.group(1)))
                    .min();
        }
    }
}
