package flare.data;

import static flare.telemetry.CrashPoint.CHUNK_DIRECTORY_SYNCED;
import static flare.telemetry.CrashPoint.CHUNK_RENAMED;
import static flare.telemetry.CrashPoint.CHUNK_TRASHED;

import flare.chunk.BlockCrcs;
import flare.data.ChunkFile.Header;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The chunk files that have their names: read, placed, deleted, set aside. What stands under a chunk's name changes only
 * under the lock of the fan-out directory it is in, and is durable there before anyone is told. Blocks the calling thread.
 */
final class StandingCopies {

    private static final Logger LOG = LoggerFactory.getLogger(StandingCopies.class);

    private final LatchedDisk disk;
    private final StoreLayout layout;
    private final StoreDirectory directory;
    private final Supplier<String> uniqueNames;
    private final AtomicLong setAside = new AtomicLong();
    private final List<Object> locks = IntStream.range(0, StoreLayout.FAN_OUT)
            .mapToObj(slot -> new Object())
            .toList();

    StandingCopies(LatchedDisk disk, StoreLayout layout, StoreDirectory directory, Supplier<String> uniqueNames) {
        this.disk = disk;
        this.layout = layout;
        this.directory = directory;
        this.uniqueNames = uniqueNames;
    }

    interface Reading<T> {
        T run() throws IOException, CorruptChunkException;
    }

    ChunkReader open(ChunkId chunk) throws IOException, CorruptChunkException {
        return ChunkReader.open(disk, layout.file(chunk), directory.cluster(), chunk);
    }

    /** Says as a {@link DataNodeException} why a copy can't be read, and sets it aside if it is corrupt. */
    <T> T reading(ChunkId chunk, Reading<T> reading) {
        try {
            return reading.run();
        } catch (NoSuchFileException e) {
            directory.refuseIfGone();
            throw new DataNodeException(Kind.NOT_FOUND, "no copy of " + chunk + " in " + layout.root());
        } catch (CorruptChunkException e) {
            setAsideIfStillCorrupt(chunk);
            throw new DataNodeException(Kind.CORRUPT, chunk + " in " + layout.root() + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new DataNodeException(Kind.REFUSED, chunk + " in " + layout.root() + ": " + e.getMessage(), e);
        }
    }

    /** The reader held no lock: by now a good copy may stand in the place of the one it found corrupt. */
    private void setAsideIfStillCorrupt(ChunkId chunk) {
        synchronized (lockOf(chunk)) {
            try (ChunkReader reader = open(chunk)) {
                reader.verify();
            } catch (CorruptChunkException e) {
                try {
                    setAside(chunk, e);
                } catch (DataNodeException failed) {
                    LOG.warn("corrupt copy of {} stays in place: {}", chunk, failed.getMessage());
                }
            } catch (IOException e) {
                LOG.warn("corrupt copy of {} not looked at again: {}", chunk, e.getMessage());
            }
        }
    }

    /** Gives the synced file its name, durably, unless the same copy stands there already. */
    void place(Path temporary, Header header, CopyReceipt receipt, BlockCrcs crcs) throws IOException {
        ChunkId chunk = header.chunk();
        synchronized (lockOf(chunk)) {
            Path file = layout.file(chunk);
            if (disk.exists(file) && standsAlready(header, receipt, crcs)) {
                disk.delete(temporary);
            } else {
                disk.rename(temporary, file);
                CHUNK_RENAMED.reached();
            }
            disk.syncDirectory(fanOut(chunk));
            CHUNK_DIRECTORY_SYNCED.reached();
        }
    }

    /** Whether what stands there will do; if not, it may be replaced, or is out of the way, or CONFLICT is thrown. */
    private boolean standsAlready(Header header, CopyReceipt receipt, BlockCrcs crcs) throws IOException {
        ChunkId chunk = header.chunk();
        try (ChunkReader standing = open(chunk)) {
            standing.verify();
            boolean same = standing.receipt().equals(receipt) && standing.crcs().equals(crcs);
            boolean newer = standing.generation() < header.generation();
            if (same && !newer) {
                standing.sync();
                return true;
            }
            if (same) {
                return false;
            }
            if (!newer) {
                throw new DataNodeException(Kind.CONFLICT, "another copy of " + chunk + " stands in " + layout.root());
            }
            setAside(chunk, new CorruptChunkException("its bytes are not those of generation " + header.generation()));
            return false;
        } catch (CorruptChunkException e) {
            setAside(chunk, e);
            return false;
        }
    }

    /** Moves a copy of a smaller generation to the trash; false if a newer one stands. */
    boolean delete(ChunkId chunk, long freedIndex, Trash trash) {
        synchronized (lockOf(chunk)) {
            Path file = layout.file(chunk);
            if (!disk.exists(file)) {
                directory.refuseIfGone();
                return true;
            }
            try {
                if (ChunkReader.header(disk, file, directory.cluster(), chunk).generation() >= freedIndex) {
                    return false;
                }
            } catch (CorruptChunkException e) {
                setAside(chunk, e);
                return true;
            } catch (IOException e) {
                throw new DataNodeException(Kind.REFUSED, chunk + ": " + e.getMessage(), e);
            }
            trash.take(file);
            disk.syncDirectory(fanOut(chunk));
            CHUNK_TRASHED.reached();
            return true;
        }
    }

    /** Kept for an operator, never deleted here: it might be the last that is left of the chunk. */
    private void setAside(ChunkId chunk, Exception reason) {
        Path file = layout.file(chunk);
        Path aside = layout.aside(chunk, uniqueNames.get());
        LOG.warn("copy of {} in {} is set aside as {}: {}", chunk, layout.root(), aside, reason.getMessage());
        disk.rename(file, aside);
        setAside.incrementAndGet();
        disk.syncDirectory(fanOut(chunk));
    }

    /** Files set aside and not yet taken away by an operator: those seen when the directories were last listed, and more. */
    long setAside() {
        return setAside.get();
    }

    void sawSetAside(long files) {
        setAside.set(files);
    }

    private Path fanOut(ChunkId chunk) {
        return layout.directory(StoreLayout.slot(chunk));
    }

    private Object lockOf(ChunkId chunk) {
        return locks.get(StoreLayout.slot(chunk));
    }
}
