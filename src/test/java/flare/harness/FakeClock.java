package flare.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * A process's wall clock, wrong by what the test says, from a second after it says so (libfaketime, which the package
 * faketime has); its monotonic clock is right.
 */
final class FakeClock {

    private static final Path LIBRARY = Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1");

    private final Path file;

    private FakeClock(Path file) {
        this.file = file;
    }

    static boolean isInstalled() {
        return Files.exists(LIBRARY);
    }

    /** For a process that is started later. */
    static FakeClock of(ServerProcess process) {
        FakeClock clock = new FakeClock(process.directory().resolveSibling(process.name() + ".clock"));
        clock.wrongBy(Duration.ZERO);
        process.environment("LD_PRELOAD", LIBRARY.toString())
                .environment("DONT_FAKE_MONOTONIC", "1")
                .environment("FAKETIME_FORCE_MONOTONIC_FIX", "0")
                .environment("FAKETIME_CACHE_DURATION", "1")
                .environment("FAKETIME_TIMESTAMP_FILE", clock.file.toString());
        return clock;
    }

    void wrongBy(Duration distance) {
        try {
            Path written = file.resolveSibling(file.getFileName() + ".new");
            Files.writeString(written, String.format("%+d%n", distance.toSeconds()));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
