package flare.admin.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How many files and connections this process may have open, against what its own settings let it want. */
public final class OpenFilesCheck implements Check {

    private static final String NAME = "open files";
    private static final Pattern LIMIT = Pattern.compile("^Max open files +(\\d+|unlimited) ", Pattern.MULTILINE);

    /** Beyond it the next burst of connections may be refused. */
    private static final double NEARLY_ALL = 0.8;

    private final Path self;
    private final long needed;

    /**
     * @param self {@code /proc/self}
     * @param needed connections that the settings allow, and files that are held beside them
     */
    public OpenFilesCheck(Path self, long needed) {
        this.self = self;
        this.needed = needed;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public CompletionStage<List<Finding>> look() {
        return CompletableFuture.completedFuture(List.of(found()));
    }

    private Finding found() {
        if (!Files.exists(self.resolve("limits"))) {
            return Finding.ok(NAME, "this process", "not told by this system");
        }
        try {
            Matcher limits = LIMIT.matcher(Files.readString(self.resolve("limits")));
            if (!limits.find()) {
                return Finding.ok(NAME, "this process", "not told by this system");
            }
            long limit = limits.group(1).equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(limits.group(1));
            return found(limit, open());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long open() throws IOException {
        try (Stream<Path> files = Files.list(self.resolve("fd"))) {
            return files.count();
        }
    }

    private Finding found(long limit, long open) {
        String value = open + " of " + (limit == Long.MAX_VALUE ? "any number" : limit);
        String wayOut = "raise the limit to " + needed + " or more: LimitNOFILE in its systemd unit, or ulimit -n";
        if (open > limit * NEARLY_ALL) {
            return Finding.fail(NAME, "this process", value, wayOut);
        }
        return limit < needed
                ? Finding.warn(
                        NAME,
                        "this process",
                        value + "; the settings allow connections and files up to " + needed,
                        wayOut + ", or lower flare.http.max-connections and flare.data.max-connections")
                : Finding.ok(NAME, "this process", value);
    }
}
