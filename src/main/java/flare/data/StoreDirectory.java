package flare.data;

import flare.data.DataNodeException.Kind;
import flare.data.StoreIdentity.Expected;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A data directory this process alone has, formatted if it was new, under a raised incarnation, and without the temporary
 * files of its last life.
 */
final class StoreDirectory implements Closeable {

    private final LatchedDisk disk;
    private final StoreLayout layout;
    private final Closeable lock;
    private volatile StoreIdentity identity;

    private StoreDirectory(LatchedDisk disk, StoreLayout layout, Closeable lock, StoreIdentity identity) {
        this.disk = disk;
        this.layout = layout;
        this.lock = lock;
        this.identity = identity;
    }

    /** Throws a refusal for a directory that is in use, another's, or damaged. */
    static StoreDirectory open(LatchedDisk disk, StoreLayout layout, Expected expected) {
        try {
            Closeable lock = lock(disk, layout);
            try {
                if (!disk.exists(layout.identity())) {
                    format(disk, layout, expected);
                }
                StoreIdentity found = StoreIdentity.read(disk, layout);
                expected.check(found, layout.root());
                removeTemporaries(disk, layout);
                StoreIdentity now = found.nextIncarnation();
                now.write(disk, layout);
                return new StoreDirectory(disk, layout, lock, now);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new DataNodeException(Kind.REFUSED, layout.root() + " can't be opened: " + e.getMessage(), e);
        }
    }

    private static Closeable lock(LatchedDisk disk, StoreLayout layout) throws IOException {
        createParents(disk, layout.root());
        disk.createDirectory(layout.root());
        try {
            return disk.lock(layout.lock());
        } catch (Disk.LockedException e) {
            throw new DataNodeException(
                    Kind.REFUSED, layout.root() + " is in use by another data node, in this process or another", e);
        }
    }

    /** A fresh node's directory may be named below others that are still to be made, each durable as the first copy is. */
    private static void createParents(LatchedDisk disk, Path directory) {
        Path parent = directory.toAbsolutePath().getParent();
        if (parent == null || disk.exists(parent)) {
            return;
        }
        createParents(disk, parent);
        disk.createDirectory(parent);
        Path above = parent.getParent();
        if (above != null) {
            disk.syncDirectory(above);
        }
    }

    /** The identity comes last: a directory without one was never used, or has lost it. */
    private static void format(LatchedDisk disk, StoreLayout layout, Expected expected) throws IOException {
        if (disk.exists(layout.chunks())) {
            refuseIfUsed(disk, layout);
        }
        for (Path directory : List.of(layout.chunks(), layout.temporary(), layout.trash())) {
            disk.createDirectory(directory);
        }
        for (Path directory : layout.fanOut()) {
            disk.createDirectory(directory);
        }
        disk.syncDirectory(layout.chunks());
        new StoreIdentity(expected.node().orElseGet(UUID::randomUUID), Optional.empty(), 0).write(disk, layout);
        Path parent = layout.root().toAbsolutePath().getParent();
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    private static void refuseIfUsed(LatchedDisk disk, StoreLayout layout) throws IOException {
        List<String> used = new ArrayList<>();
        for (Path directory : layout.fanOut()) {
            if (used.isEmpty() && disk.exists(directory)) {
                disk.list(directory, used::add);
            }
        }
        if (!used.isEmpty()) {
            throw new DataNodeException(
                    Kind.REFUSED, layout.root() + " has chunks but no identity file: whose they are can't be told");
        }
    }

    private static void removeTemporaries(LatchedDisk disk, StoreLayout layout) throws IOException {
        List<String> names = new ArrayList<>();
        disk.list(layout.temporary(), names::add);
        for (String name : names) {
            disk.delete(layout.temporary().resolve(name));
        }
    }

    StoreIdentity identity() {
        return identity;
    }

    /** Throws a refusal as long as there is none. */
    UUID cluster() {
        return identity.cluster()
                .orElseThrow(() -> new DataNodeException(Kind.REFUSED, layout.root() + " is in no cluster yet"));
    }

    void adoptCluster(UUID cluster) {
        if (identity.cluster().filter(cluster::equals).isEmpty()) {
            adoptFirst(cluster);
        }
    }

    private synchronized void adoptFirst(UUID cluster) {
        new Expected(Optional.empty(), Optional.of(cluster)).check(identity, layout.root());
        if (identity.cluster().isPresent()) {
            return;
        }
        StoreIdentity adopted = identity.in(cluster);
        try {
            adopted.write(disk, layout);
        } catch (IOException e) {
            throw new DataNodeException(Kind.REFUSED, layout.root() + ": " + e.getMessage(), e);
        }
        identity = adopted;
    }

    /** A file is missing: is it only that, or has the whole directory gone from under the process? */
    void refuseIfGone() {
        if (!disk.exists(layout.identity())) {
            disk.fail("its identity file is gone");
            disk.refuseIfFailed();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
