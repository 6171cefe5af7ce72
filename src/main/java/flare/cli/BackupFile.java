package flare.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file that is there whole and on the disk, or not at all: until it is kept it has another name, and it is deleted if it
 * never is. Its owner alone may read it.
 */
final class BackupFile implements Closeable {

    private static final String UNFINISHED = ".partial";

    private final Path file;
    private final Path partial;
    private final FileChannel channel;
    private boolean kept;

    private BackupFile(Path file, Path partial, FileChannel channel) {
        this.file = file;
        this.partial = partial;
        this.channel = channel;
    }

    /** Throws {@link CommandFailedException} if the file is there. */
    static BackupFile create(Path path) throws IOException {
        Path file = path.toAbsolutePath();
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new CommandFailedException(FlareCommand.REFUSED, path + " exists: name another file, or remove it");
        }
        if (file.getParent() == null || file.getFileName() == null) {
            throw new CommandFailedException(FlareCommand.WRONG_USAGE, path + " is no name of a file");
        }
        Path partial = file.resolveSibling(file.getFileName() + UNFINISHED);
        Files.deleteIfExists(partial);
        boolean posix = partial.getFileSystem().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] owners = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        return new BackupFile(
                file,
                partial,
                FileChannel.open(partial, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owners));
    }

    OutputStream output() {
        return Channels.newOutputStream(channel);
    }

    void keep() throws IOException {
        channel.force(true);
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE);
        kept = true;
        try (FileChannel directory = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            directory.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!kept) {
            Files.deleteIfExists(partial);
        }
    }
}
