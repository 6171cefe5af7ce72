package flare.data;

import flare.chunk.BlockCrcs;
import flare.config.DataSettings;
import flare.data.ChunkFile.Header;
import flare.data.DataNode.CopyContent;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNode.DiskState;
import flare.data.DataNode.NodeHealth;
import flare.data.DataNodeException.Kind;
import flare.data.StoreIdentity.Expected;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file a chunk, in one directory that is this process's alone. Admits what may be done, and has it done on the disk's
 * own threads; {@link StandingCopies} does it.
 */
public final class FileChunkStore implements ChunkStore {

    private static final Logger LOG = LoggerFactory.getLogger(FileChunkStore.class);
    private static final int INVENTORY_WINDOW = 64 * 1024;
    private static final long HOUSEKEEPING_MILLIS = 10_000;

    private final LatchedDisk disk;
    private final StoreLayout layout;
    private final StoreDirectory directory;
    private final UUID process = UUID.randomUUID();
    private final Clock clock;
    private final StandingCopies copies;
    private final Trash trash;
    private final SpaceGauge space;
    private final String volume;
    private final Inventory inventory;
    private final DiskThreads threads;
    private final Semaphore writeSlots;
    private final int maxWrites;
    private final Set<ChunkId> beingWritten = ConcurrentHashMap.newKeySet();
    private final AtomicLong names = new AtomicLong();
    private final AtomicBoolean measuring = new AtomicBoolean();
    private volatile boolean closed;

    private FileChunkStore(
            LatchedDisk disk, StoreLayout layout, StoreDirectory directory, DataSettings settings, Clock clock)
            throws IOException {
        this.disk = disk;
        this.layout = layout;
        this.directory = directory;
        this.clock = clock;
        this.copies = new StandingCopies(disk, layout, directory, this::uniqueName);
        this.trash = new Trash(disk, layout.trash(), clock, settings.trashTtl(), this::uniqueName);
        this.space = new SpaceGauge(disk, layout.root(), settings.reserve(), trash);
        this.volume = Volume.of(layout.root());
        this.inventory = new Inventory(disk, layout, INVENTORY_WINDOW, copies::sawSetAside);
        this.maxWrites = settings.maxWrites();
        this.writeSlots = new Semaphore(maxWrites);
        this.threads = new DiskThreads("disk-" + layout.root().getFileName(), settings.ioThreads());
    }

    /**
     * Opens a data directory, formatting it if it is new. Throws a refusal, whose sentence is meant for an operator, for
     * one that is in use, damaged, or belongs to another cluster than {@code expectedCluster}.
     */
    public static FileChunkStore open(
            Path directory, Optional<UUID> expectedCluster, DataSettings settings, Clock clock) {
        return open(new LocalDisk(), directory, new Expected(Optional.empty(), expectedCluster), settings, clock);
    }

    static FileChunkStore open(Disk real, Path root, Expected expected, DataSettings settings, Clock clock) {
        StoreLayout layout = new StoreLayout(root);
        ReadFaults faults = new ReadFaults(settings.readErrorLimit(), settings.readErrorWindow(), System::nanoTime);
        LatchedDisk disk = new LatchedDisk(real, root, faults);
        StoreDirectory directory = StoreDirectory.open(disk, layout, expected);
        try {
            FileChunkStore store = new FileChunkStore(disk, layout, directory, settings, clock);
            store.threads.execute(store::countSetAside);
            store.keepHouse();
            return store;
        } catch (IOException e) {
            throw new DataNodeException(Kind.REFUSED, root + " can't be opened: " + e.getMessage(), e);
        }
    }

    @Override
    public UUID uuid() {
        return directory.identity().node();
    }

    @Override
    public Optional<UUID> cluster() {
        return directory.identity().cluster();
    }

    @Override
    public void adoptCluster(UUID cluster) {
        directory.adoptCluster(cluster);
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> write(ChunkId chunk, WriteOrder order) {
        return Sink.fromGraph(new ChunkSink(() -> begin(chunk, order), threads));
    }

    private ChunkWriter begin(ChunkId chunk, WriteOrder order) {
        Header header = new Header(directory.cluster(), chunk, order.generation());
        disk.refuseIfFailed();
        if (order.length() > ChunkFile.MAX_LENGTH) {
            throw new DataNodeException(
                    Kind.REFUSED, chunk + ": " + order.length() + " bytes, more than " + ChunkFile.MAX_LENGTH);
        }
        if (space.isStale()) {
            threads.execute(space::measure);
        }
        space.refuseIfShortOf(Math.max(0, order.length()));
        if (!writeSlots.tryAcquire()) {
            throw new DataNodeException(Kind.BUSY, chunk + ": " + maxWrites + " writes are under way already");
        }
        if (!beingWritten.add(chunk)) {
            writeSlots.release();
            throw new DataNodeException(Kind.CONFLICT, chunk + " is being written already");
        }
        Path temporary = layout.temporary().resolve(StoreLayout.name(chunk) + "-" + uniqueName());
        return new ChunkWriter(disk, temporary, header, order, new Placing(chunk));
    }

    @Override
    public CompletionStage<CopyContent> read(ChunkId chunk, int firstBlock, int blocks) {
        if (firstBlock < 0 || blocks < 0) {
            return CompletableFuture.failedStage(
                    new IllegalArgumentException("blocks " + firstBlock + " and " + blocks + " more"));
        }
        return threads.call(() -> copies.reading(chunk, () -> {
            try (ChunkReader reader = copies.open(chunk)) {
                int from = Math.min(firstBlock, reader.crcs().size());
                int to = (int) Math.min((long) from + blocks, reader.crcs().size());
                return new CopyContent(reader.receipt().length(), reader.crcs(), bytes(chunk, reader, from, to));
            }
        }));
    }

    /** What fits one piece is read now, while the file is open; more is opened again when it is asked for. */
    private Source<ByteString, NotUsed> bytes(ChunkId chunk, ChunkReader reader, int from, int to)
            throws IOException, CorruptChunkException {
        if (from == to) {
            return Source.empty();
        }
        if (to - from <= ChunkReader.PIECE_BLOCKS) {
            return Source.single(ByteString.fromArrayUnsafe(reader.read(from, to - from)));
        }
        return Source.fromGraph(new ChunkSource(() -> new OpenFile(chunk), from, to, threads));
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        return threads.call(() -> copies.reading(chunk, () -> {
            try (ChunkReader reader = copies.open(chunk)) {
                reader.verify();
                return reader.receipt();
            }
        }));
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        return threads.call(() -> {
            disk.refuseIfFailed();
            return copies.delete(chunk, freedIndex, trash);
        });
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        return threads.call(() -> {
            try {
                directory.refuseIfGone();
                return inventory.page(after, limit);
            } catch (IOException e) {
                throw new DataNodeException(Kind.REFUSED, layout.root() + ": " + e.getMessage(), e);
            }
        });
    }

    @Override
    public CompletionStage<Long> count() {
        return threads.call(() -> {
            try {
                directory.refuseIfGone();
                return inventory.count();
            } catch (IOException e) {
                throw new DataNodeException(Kind.REFUSED, layout.root() + ": " + e.getMessage(), e);
            }
        });
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return threads.call(() -> {
            DiskState state = diskState();
            StoreIdentity identity = directory.identity();
            Disk.Space room = space.space();
            return new NodeHealth(
                    identity.node(),
                    identity.cluster(),
                    identity.incarnation(),
                    process,
                    room.total(),
                    room.usable(),
                    state,
                    clock.millis(),
                    copies.setAside(),
                    space.reserveBytes(),
                    trash.usage().bytes(),
                    volume);
        });
    }

    /** A disk that failed is not asked for its space: it may fail at that, too, and the answer is to name the failure. */
    private DiskState diskState() {
        if (disk.failure().isEmpty()) {
            space.measure();
        }
        if (disk.failure().isPresent()) {
            return DiskState.FAILED;
        }
        return space.isShortOf(0) ? DiskState.FULL : DiskState.OK;
    }

    @Override
    public long setAside() {
        return copies.setAside();
    }

    private void countSetAside() {
        try {
            inventory.countSetAside(() -> closed);
        } catch (IOException e) {
            LOG.warn("what is set aside in {} is not counted: {}", layout.root(), e.getMessage());
        }
    }

    @Override
    public TrashUsage trash() {
        return trash.usage();
    }

    @Override
    public CompletionStage<TrashUsage> emptyTrash() {
        return threads.call(() -> {
            trash.empty();
            return trash.usage();
        });
    }

    /** In the directory of unfinished files, which the next start empties; one measurement at a time. */
    @Override
    public CompletionStage<SyncTimes> measureSyncs() {
        if (!measuring.compareAndSet(false, true)) {
            return CompletableFuture.failedStage(
                    new DataNodeException(Kind.BUSY, "node " + uuid() + " is measuring its syncs already"));
        }
        return threads.call(() -> {
                    try {
                        return SyncTimes.measure(layout.temporary());
                    } catch (IOException e) {
                        throw new DataNodeException(Kind.REFUSED, "node " + uuid() + " can't sync: " + e, e);
                    }
                })
                .whenComplete((times, failure) -> measuring.set(false));
    }

    /** Removes from the trash what is old enough, now and then, as long as the store is open. */
    private void keepHouse() {
        CompletableFuture.delayedExecutor(HOUSEKEEPING_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (!closed) {
                        threads.execute(this::expireTrash);
                        keepHouse();
                    }
                });
    }

    void expireTrash() {
        if (disk.failure().isEmpty()) {
            trash.expire();
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.close();
        try {
            directory.close();
        } catch (IOException e) {
            LOG.warn("lock of {} not given back: {}", layout.root(), e.getMessage());
        }
    }

    /** Never given before, in this life of the store or another. */
    private String uniqueName() {
        return String.format("%x-%x", directory.identity().incarnation(), names.incrementAndGet());
    }

    /** Measures the space now; for tests, which can't wait for the next look. */
    void measureSpace() {
        space.measure();
    }

    /** One write's way to its place; gives its slot back whatever came of it. */
    private final class Placing implements ChunkWriter.Placing {

        private final ChunkId chunk;

        Placing(ChunkId chunk) {
            this.chunk = chunk;
        }

        @Override
        public void place(Path temporary, Header header, CopyReceipt receipt, BlockCrcs crcs) throws IOException {
            copies.place(temporary, header, receipt, crcs);
        }

        @Override
        public void ended(long bytesWritten) {
            space.count(bytesWritten);
            beingWritten.remove(chunk);
            writeSlots.release();
        }
    }

    /** A copy that a stream reads. */
    private final class OpenFile implements ChunkSource.OpenCopy {

        private final ChunkId chunk;
        private final ChunkReader reader;

        OpenFile(ChunkId chunk) {
            this.chunk = chunk;
            this.reader = copies.reading(chunk, () -> copies.open(chunk));
        }

        @Override
        public byte[] read(int firstBlock, int blocks) {
            return copies.reading(chunk, () -> reader.read(firstBlock, blocks));
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                LOG.warn("copy of {} not closed: {}", chunk, e.getMessage());
            }
        }
    }
}
