package flare.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Names the file system that a directory is on, so that nodes which share one are not taken for room of their own. */
final class Volume {

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    private Volume() {}

    /** The machine since it was started, and the number that it gives the file system; empty where there is no such thing. */
    static String of(Path directory) {
        try {
            Object device = Files.getAttribute(directory, "unix:dev");
            return Optional.ofNullable(device)
                    .map(number -> boot() + "/" + number)
                    .orElse("");
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException notThisSystem) {
            return "";
        }
    }

    private static String boot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException notLinux) {
            throw new UnsupportedOperationException("this system has no boot id", notLinux);
        }
    }
}
