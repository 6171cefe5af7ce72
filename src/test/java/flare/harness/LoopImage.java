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
final class LoopImage implements AutoCloseable {

    private static final int MEBIBYTES = 512;
    private static final int BIG_BLOCK = 256 * 1024;

    private final Path image;
    private final Path mountPoint;

    private LoopImage(Path image, Path mountPoint) {
        this.image = image;
        this.mountPoint = mountPoint;
    }

    /** Throws {@link IOException} where the host permits no loop devices or lacks the tools. */
    static LoopImage create(Path directory, String name, String fileSystem) throws IOException {
        run("xfs_io", "-V");
        return mounted(directory, name, MEBIBYTES, "mkfs." + fileSystem, "-q");
    }

    /** One whose power can't be cut, all of it free to whoever writes; throws as {@link #create}. */
    static LoopImage small(Path directory, String name, int mebibytes) throws IOException {
        return mounted(directory, name, mebibytes, "mkfs.ext4", "-q", "-m", "0");
    }

    private static LoopImage mounted(Path directory, String name, int mebibytes, String... format) throws IOException {
        Path image = directory.resolve(name + ".img");
        Path mountPoint = Files.createDirectories(directory.resolve(name));
        run("truncate", "-s", mebibytes + "M", image.toString());
        List<String> command = new ArrayList<>(List.of(format));
        command.add(image.toString());
        run(command.toArray(String[]::new));
        LoopImage loop = new LoopImage(image, mountPoint);
        run("mount", "-o", "loop", image.toString(), mountPoint.toString());
        return loop;
    }

    Path mountPoint() {
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
