package flare.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system in a file, mounted through a loop device, whose power can be cut: what was not flushed is gone. */
final class LoopImage implements AutoCloseable {

    private static final String SIZE = "512M";

    private final Path image;
    private final Path mountPoint;

    private LoopImage(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /** Throws {@link IOException} where the host permits no loop devices or lacks the tools. */
    static LoopImage create(Path directory, String name, String fileSystem) throws IOException {
        Path image = directory.resolve(name + ".img");
        Path mountPoint = Files.createDirectories(directory.resolve(name));
        run("truncate", "-s", SIZE, image.toString());
        run("mkfs." + fileSystem, "-q", image.toString());
        run("xfs_io", "-V");
        LoopImage loop = new LoopImage(image, mountPoint);
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        return loop;
    }

    Path mountPoint() {
        return mountPoint;
    }

    /** Shuts the file system down without flushing data or log. */
    void cutPower() {
        try {
            run("xfs_io", "-x", "-c", "shutdown", mountPoint.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void mountAgain() {
        try {
            run("umount", mountPoint.toString());
            run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            run("umount", "-l", mountPoint.toString());
        } catch (IOException e) {
            // It was not mounted.
        }
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output.strip());
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
