package flare.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that forgets at a crash what was not synced: bytes of a file, and names in a directory, as measured on
 * ext4 and xfs. It writes short, can run full, fail at a sync, and lose power after so many changes.
 */
final class ForgetfulDisk implements Disk {

    /** Syncs the store might forget; a planted bug has the disk take no notice of them. */
    enum PlantedBug {
        NO_FILE_SYNC,
        NO_DIRECTORY_SYNC
    }

    private final ForgetfulNode.Directory root = new ForgetfulNode.Directory();
    private final Set<Path> locked = new HashSet<>();
    private final Set<Path> unreadable = new HashSet<>();
    private final Set<PlantedBug> bugs = EnumSet.noneOf(PlantedBug.class);
    private final Random random;
    private boolean spaceUnknown;
    private long capacity = Long.MAX_VALUE / 4;
    private long changesLeft = Long.MAX_VALUE;
    private long changes;
    private boolean syncFails;
    private @Nullable IOException createFault;
    private int life;

    ForgetfulDisk(Random random) {
        this.random = random;
    }

    synchronized void plant(PlantedBug bug) {
        bugs.add(bug);
    }

    synchronized void setCapacity(long bytes) {
        capacity = bytes;
    }

    /** Whether asking for the space left fails, as on a disk that fails at everything. */
    synchronized void failSpace(boolean fail) {
        spaceUnknown = fail;
    }

    synchronized void failSyncs(boolean fail) {
        syncFails = fail;
    }

    /** From now on the bytes under this name can't be read; the name is as good as any other. */
    synchronized void failReads(Path file) {
        unreadable.add(file);
    }

    synchronized void failCreates(IOException fault) {
        createFault = fault;
    }

    /** From the change after {@code count} more on, everything fails until {@link #crash}. */
    synchronized void cutPowerAfter(long count) {
        changesLeft = count;
    }

    /** Changes so far. */
    synchronized long changes() {
        return changes;
    }

    /** The worst that can happen: all that was not synced is gone; the power is back. */
    synchronized void crash() {
        crash(unsynced -> false);
    }

    /** What was not synced may be gone or not, each name and each byte as it happens. */
    synchronized void crashAtRandom() {
        crash(unsynced -> random.nextBoolean());
    }

    private void crash(ForgetfulNode.Luck luck) {
        root.crash(luck);
        locked.clear();
        changesLeft = Long.MAX_VALUE;
        life++;
    }

    /** The bytes of a file, to be looked at. */
    synchronized byte[] bytes(Path file) throws IOException {
        ForgetfulNode.File node = file(file);
        return node.read(0, node.length());
    }

    /** Changes the bytes of a file behind the store's back. */
    synchronized void replace(Path file, byte[] bytes) throws IOException {
        file(file).replace(bytes);
    }

    /** Names in a directory. */
    synchronized List<String> names(Path directory) throws IOException {
        return List.copyOf(directory(directory).live.keySet());
    }

    @Override
    public synchronized void createDirectory(Path directory) throws IOException {
        change();
        Map<String, ForgetfulNode> entries = parent(directory).live;
        if (entries.get(name(directory)) instanceof ForgetfulNode.File) {
            throw new FileAlreadyExistsException(directory.toString());
        }
        entries.computeIfAbsent(name(directory), name -> new ForgetfulNode.Directory());
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        change();
        failSync();
        if (!bugs.contains(PlantedBug.NO_DIRECTORY_SYNC)) {
            directory(directory).sync();
        }
    }

    @Override
    public synchronized DiskFile create(Path file) throws IOException {
        change();
        if (createFault != null) {
            throw createFault;
        }
        ForgetfulNode.File node = new ForgetfulNode.File();
        if (parent(file).live.putIfAbsent(name(file), node) != null) {
            throw new FileAlreadyExistsException(file.toString());
        }
        return new OpenFile(node, file);
    }

    @Override
    public synchronized DiskFile open(Path file) throws IOException {
        refuseWithoutPower();
        return new OpenFile(file(file), file);
    }

    @Override
    public synchronized boolean exists(Path path) {
        try {
            return find(path) != null;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized long size(Path file) throws IOException {
        return file(file).length();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        change();
        ForgetfulNode node = parent(from).live.remove(name(from));
        if (node == null) {
            throw new NoSuchFileException(from.toString());
        }
        parent(to).live.put(name(to), node);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        change();
        if (parent(file).live.remove(name(file)) == null) {
            throw new NoSuchFileException(file.toString());
        }
    }

    @Override
    public void list(Path directory, Consumer<String> name) throws IOException {
        names(directory).forEach(name);
    }

    @Override
    public synchronized Space space(Path directory) throws IOException {
        if (spaceUnknown) {
            throw new IOException("Input/output error");
        }
        return new Space(capacity, capacity - root.bytes());
    }

    @Override
    public synchronized Closeable lock(Path file) throws IOException {
        refuseWithoutPower();
        if (!locked.add(file)) {
            throw new LockedException(file);
        }
        int mine = life;
        return () -> {
            synchronized (this) {
                if (mine == life) {
                    locked.remove(file);
                }
            }
        };
    }

    private void change() throws IOException {
        if (changesLeft <= 0) {
            throw new IOException("the power is off");
        }
        changesLeft--;
        changes++;
    }

    private void refuseWithoutPower() throws IOException {
        if (changesLeft <= 0) {
            throw new IOException("the power is off");
        }
    }

    private void failSync() throws IOException {
        if (syncFails) {
            throw new IOException("Input/output error");
        }
    }

    private ForgetfulNode.File file(Path path) throws IOException {
        ForgetfulNode node = find(path);
        if (node == null) {
            throw new NoSuchFileException(path.toString());
        }
        if (node instanceof ForgetfulNode.File file) {
            return file;
        }
        throw new IrregularFileException(path);
    }

    private ForgetfulNode.Directory directory(Path path) throws IOException {
        if (find(path) instanceof ForgetfulNode.Directory directory) {
            return directory;
        }
        throw new NoSuchFileException(path.toString());
    }

    private ForgetfulNode.Directory parent(Path path) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? root : directory(parent);
    }

    private @Nullable ForgetfulNode find(Path path) throws IOException {
        ForgetfulNode node = root;
        for (Path name : path.toAbsolutePath()) {
            if (!(node instanceof ForgetfulNode.Directory directory)) {
                return null;
            }
            node = directory.live.get(name.toString());
        }
        return node;
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    private final class OpenFile implements DiskFile {

        private final ForgetfulNode.File node;
        private final Path path;
        private final int born = life;

        OpenFile(ForgetfulNode.File node, Path path) {
            this.node = node;
            this.path = path;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            synchronized (ForgetfulDisk.this) {
                refuseAfterCrash();
                change();
                int count = bytes.remaining() > 1 ? 1 + random.nextInt(bytes.remaining()) : bytes.remaining();
                if (root.bytes() + count > capacity) {
                    throw new IOException("No space left on device");
                }
                byte[] appended = new byte[count];
                bytes.get(appended);
                node.append(appended);
                return count;
            }
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            synchronized (ForgetfulDisk.this) {
                refuseAfterCrash();
                refuseWithoutPower();
                if (unreadable.contains(path)) {
                    throw new IOException("Input/output error");
                }
                int count = (int) Math.min(into.remaining(), node.length() - position);
                if (count <= 0) {
                    return -1;
                }
                int some = 1 + random.nextInt(count);
                into.put(node.read((int) position, (int) position + some));
                return some;
            }
        }

        @Override
        public long size() {
            return node.length();
        }

        @Override
        public void sync() throws IOException {
            synchronized (ForgetfulDisk.this) {
                refuseAfterCrash();
                change();
                failSync();
                if (!bugs.contains(PlantedBug.NO_FILE_SYNC)) {
                    node.sync();
                }
            }
        }

        @Override
        public void close() {}

        private void refuseAfterCrash() throws IOException {
            if (born != life) {
                throw new IOException("opened before the crash");
            }
        }
    }
}
