package flare.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The file work of the chunk store, all of it, so that a fake which forgets unsynced bytes and names at a crash can show a
 * missing fsync in every test run (I8). Nothing here retries, and nothing is durable before the sync that says so.
 */
interface Disk {

    /** Makes a directory; its name is durable after {@link #syncDirectory} of its parent. Fine if there is one. */
    void createDirectory(Path directory) throws IOException;

    /** Makes names created in, moved into or gone from this directory durable; not those in directories below. */
    void syncDirectory(Path directory) throws IOException;

    /** A new, empty file, to be written and read; refused if anything has that name. */
    DiskFile create(Path file) throws IOException;

    /**
     * A file to be read. Throws {@link java.nio.file.NoSuchFileException}, {@link java.nio.file.AccessDeniedException},
     * {@link IrregularFileException}; never follows a link, never waits on a pipe.
     */
    DiskFile open(Path file) throws IOException;

    /** Whether anything has that name, be it a file, directory, pipe or link. */
    boolean exists(Path path);

    /** Bytes of what has that name, a link not followed. */
    long size(Path file) throws IOException;

    /** Moves atomically, over a file if there is one. */
    void rename(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** Hands over each name in a directory, in any order, without holding them all. */
    void list(Path directory, Consumer<String> name) throws IOException;

    Space space(Path directory) throws IOException;

    /** Holds the file for this process and caller alone; throws {@link LockedException} if another has it. */
    Closeable lock(Path file) throws IOException;

    /** Capacity of the file system, in bytes. */
    record Space(long total, long usable) {}

    /** An open file; used by one thread at a time. */
    interface DiskFile extends Closeable {

        /** Appends some of the buffer: as many bytes as it answers, maybe fewer than are left. */
        int write(ByteBuffer bytes) throws IOException;

        /** Reads some bytes at a position; -1 at the end. */
        int read(ByteBuffer into, long position) throws IOException;

        long size() throws IOException;

        /** Makes bytes and length durable, through this descriptor. */
        void sync() throws IOException;
    }

    /** What has the name is no regular file. */
    final class IrregularFileException extends IOException {
        IrregularFileException(Path file) {
            super(file + " is not a regular file");
        }
    }

    /** The lock is held, by another process or in this one. */
    final class LockedException extends IOException {
        LockedException(Path file) {
            super(file + " is locked by another store or process");
        }
    }
}
