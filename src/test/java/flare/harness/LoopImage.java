package flare.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A file system in a file, mounted through a loop device, whose power can be cut: what was not flushed is gone. */
public final class LoopImage implements AutoCloseable {

    private static final int MEBIBYTES = 512;
    private static final int BIG_BLOCK = 256 * 1024;

    private final Path image;
    private final Path mountPoint;
    private final String mountOptions;

    private LoopImage(Path image, Path mountPoint, String mountOptions) {
        this.image = image;
        this.mountPoint = mountPoint;
        this.mountOptions = mountOptions;
    }

    /** Throws {@link IOException} where the host permits no loop devices or lacks the tools. */
    static LoopImage create(Path directory, String name, String fileSystem) throws IOException {
        return create(directory, name, fileSystem, "defaults");
    }

    /** @param mountOptions as {@code mount -o} takes them */
    public static LoopImage create(Path directory, String name, String fileSystem, String mountOptions)
            throws IOException {
        run("xfs_io", "-V");
        LoopImage loop = formatted(directory, name, mountOptions, MEBIBYTES, "mkfs." + fileSystem, "-q");
        loop.mount();
        return loop;
    }

    /** One whose power can't be cut, all of it free to whoever writes; throws as {@link #create}. */
    static LoopImage small(Path directory, String name, int mebibytes) throws IOException {
        LoopImage loop = formatted(directory, name, "defaults", mebibytes, "mkfs.ext4", "-q", "-m", "0");
        loop.mount();
        return loop;
    }

    private static LoopImage formatted(
            Path directory, String name, String mountOptions, int mebibytes, String... format) throws IOException {
        Path image = directory.resolve(name + ".img");
        run("truncate", "-s", mebibytes + "M", image.toString());
        List<String> command = new ArrayList<>(List.of(format));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        return new LoopImage(image, Files.createDirectories(directory.resolve(name)), mountOptions);
    }

    private void mount() throws IOException {
        run("mount", "-o", "loop," + mountOptions, image.toString(), mountPoint.toString());
    }

    public Path mountPoint() {
        return mountPoint;
    }

    long usedBytes() throws IOException {
        FileStore store = Files.getFileStore(mountPoint);
        return store.getTotalSpace() - store.getUsableSpace();
    }

    /** Writes a file of this name until not a byte is left, as another user of the disk may. */
    Path fill(String name) throws IOException {
        Path ballast = mountPoint.resolve(name);
        try (FileChannel file = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (int block = BIG_BLOCK; block > 0; block /= BIG_BLOCK) {
                writeUntilFull(file, block);
            }
        }
        return ballast;
    }

    private static void writeUntilFull(FileChannel file, int block) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(block);
        while (true) {
            try {
                file.write(zeros.rewind(), file.size());
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("No space left")) {
                    throw e;
                }
                return;
            }
        }
    }

    /** Shuts the file system down without flushing data or log. */
    public void cutPower() {
        try {
            run("xfs_io", "-x", "-c", "shutdown", mountPoint.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void mountAgain() {
        try {
            run("umount", mountPoint.toString());
            mount();
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

    public static void run(String... command) throws IOException {
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
