package flare.data;

import flare.data.DataNodeException.Kind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A disk that is believed once: the first change it fails at, a sync above all, is its last. After a failed fsync the
 * kernel may have dropped the bytes and report success the next time, so nothing is ever tried again and every later
 * change is refused, while reads, which check what they read, go on (I8). A failed read is another matter, as a bad sector
 * is one copy's end and not the disk's; but too many of them are ({@link ReadFaults}).
 *
 * <p>Changes throw {@link DataNodeException}: FULL when there is no space, which is no failure; REFUSED otherwise.
 */
final class LatchedDisk implements Disk {

    private static final Logger LOG = LoggerFactory.getLogger(LatchedDisk.class);
    /** With less than this left, a failed write is taken for a full disk whatever language its message is in. */
    private static final long NO_SPACE_BYTES = 64 * 1024;

    private final Disk disk;
    private final Path directory;
    private final ReadFaults readFaults;
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    LatchedDisk(Disk disk, Path directory, ReadFaults readFaults) {
        this.disk = disk;
        this.directory = directory;
        this.readFaults = readFaults;
    }

    /** Why nothing is accepted any more. */
    Optional<String> failure() {
        return Optional.ofNullable(failure.get());
    }

    void refuseIfFailed() {
        String cause = failure.get();
        if (cause != null) {
            throw new DataNodeException(Kind.REFUSED, "the disk of " + directory + " has failed: " + cause);
        }
    }

    /** Gives the disk up, for a reason found elsewhere. */
    void fail(String cause) {
        if (failure.compareAndSet(null, cause)) {
            LOG.error("disk of {} has failed, nothing more is written to it: {}", directory, cause);
        }
    }

    @Override
    public void createDirectory(Path path) {
        change("create directory", path, () -> disk.createDirectory(path));
    }

    @Override
    public void syncDirectory(Path path) {
        change("fsync directory", path, () -> disk.syncDirectory(path));
    }

    @Override
    public DiskFile create(Path file) {
        DiskFile[] created = new DiskFile[1];
        change("create", file, () -> created[0] = disk.create(file));
        return new LatchedFile(created[0], file);
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        return new LatchedFile(reading(file, () -> disk.open(file)), file);
    }

    @Override
    public boolean exists(Path path) {
        return disk.exists(path);
    }

    @Override
    public long size(Path file) throws IOException {
        return reading(file, () -> disk.size(file));
    }

    @Override
    public void rename(Path from, Path to) {
        change("rename", from, () -> disk.rename(from, to));
    }

    @Override
    public void delete(Path file) {
        change("delete", file, () -> disk.delete(file));
    }

    @Override
    public void list(Path path, Consumer<String> name) throws IOException {
        reading(path, () -> {
            disk.list(path, name);
            return path;
        });
    }

    @Override
    public Space space(Path path) throws IOException {
        return disk.space(path);
    }

    @Override
    public Closeable lock(Path file) throws IOException {
        return disk.lock(file);
    }

    private void change(String what, Path path, Change change) {
        refuseIfFailed();
        try {
            change.run();
        } catch (IOException e) {
            throw judge(what + " " + path + ": " + e.getMessage(), e);
        }
    }

    private <T> T reading(Path path, Reading<T> reading) throws IOException {
        try {
            return reading.run();
        } catch (IOException e) {
            if (isOfTheDisk(e) && readFaults.add(path)) {
                fail(readFaults + ", the last one " + path + ": " + e.getMessage());
            }
            throw e;
        }
    }

    /** Whether it says something of the disk, and not of one name on it or of this process. */
    private static boolean isOfTheDisk(IOException e) {
        return !(e instanceof NoSuchFileException
                || e instanceof AccessDeniedException
                || e instanceof IrregularFileException
                || isOfTheProcess(e));
    }

    /** The process, not the disk, is short of something, or the store is being closed. */
    private static boolean isOfTheProcess(IOException e) {
        return e instanceof ClosedChannelException || says(e, "Too many open files");
    }

    private DataNodeException judge(String message, IOException e) {
        if (isNoSpace(e)) {
            return new DataNodeException(Kind.FULL, message, e);
        }
        if (!isOfTheProcess(e)) {
            fail(message);
        }
        return new DataNodeException(Kind.REFUSED, message, e);
    }

    private boolean isNoSpace(IOException e) {
        if (says(e, "No space left") || says(e, "quota exceeded")) {
            return true;
        }
        try {
            return disk.space(directory).usable() < NO_SPACE_BYTES;
        } catch (IOException unknown) {
            e.addSuppressed(unknown);
            return false;
        }
    }

    private static boolean says(IOException e, String words) {
        return e.getMessage() != null && e.getMessage().contains(words);
    }

    private interface Change {
        void run() throws IOException;
    }

    private interface Reading<T> {
        T run() throws IOException;
    }

    private final class LatchedFile implements DiskFile {

        private final DiskFile file;
        private final Path path;

        LatchedFile(DiskFile file, Path path) {
            this.file = file;
            this.path = path;
        }

        @Override
        public int write(ByteBuffer bytes) {
            int before = bytes.remaining();
            change("write", path, () -> file.write(bytes));
            return before - bytes.remaining();
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return reading(path, () -> file.read(into, position));
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void sync() {
            change("fsync", path, file::sync);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
