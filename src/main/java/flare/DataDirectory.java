package flare;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The directory that everything is kept in, and what is missing above it: there, and durably so, before anything else. */
final class DataDirectory {

    private DataDirectory() {}

    /** Throws {@link StartFailedException} if it can't be. */
    static void create(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            createWithParents(absolute);
        } catch (IOException e) {
            throw new StartFailedException(
                    "flare.data-dir = " + absolute + " can't be created: "
                            + e.getClass().getSimpleName() + ": " + e.getMessage(),
                    e);
        }
    }

    private static void createWithParents(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (Files.isDirectory(directory) || parent == null) {
            return;
        }
        createWithParents(parent);
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
        try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
