package flare.object;

import flare.chunk.BlockCrcs;
import flare.chunk.RunningCrc;
import flare.data.DataNode;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32C;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A data node in memory whose faults are set by the test. Offsets of -1 mean: never. */
final class MemoryDataNode implements DataNode {

    private static final int READ_PIECE_BYTES = 48 * 1024 + 5;

    final Map<ChunkId, byte[]> copies = new ConcurrentHashMap<>();
    final AtomicInteger putsBegun = new AtomicInteger();
    final AtomicInteger putsOpen = new AtomicInteger();
    final AtomicInteger readsBegun = new AtomicInteger();
    final AtomicInteger readsOpen = new AtomicInteger();
    final AtomicLong readBlocks = new AtomicLong();
    private final UUID uuid;

    volatile Kind putFailure = Kind.UNREACHABLE;
    volatile long failPutAt = -1;
    volatile long stallPutAt = -1;
    volatile boolean neverAcknowledges;
    /** A copy is acknowledged when this completes. */
    volatile CompletableFuture<Void> durable = CompletableFuture.completedFuture(null);

    /** Computes the receipt and keeps nothing. */
    volatile boolean forgets;

    final AtomicLong forgottenBytes = new AtomicLong();

    volatile boolean damagesWhatItStores;
    volatile boolean claimsOtherChecksum;
    volatile Duration putPause = Duration.ZERO;

    volatile long failReadAt = -1;
    volatile long stallReadAt = -1;
    volatile long endReadAt = -1;
    volatile long flipOnTheWireAt = -1;
    volatile boolean neverOpens;
    volatile Duration openPause = Duration.ZERO;
    volatile boolean down;
    volatile DiskState disk = DiskState.OK;

    MemoryDataNode(int number) {
        this.uuid = new UUID(0, number);
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    /** Flips one bit of a stored copy. */
    void flip(ChunkId chunk, int at) {
        byte[] damaged = Objects.requireNonNull(copies.get(chunk)).clone();
        damaged[at] ^= 1;
        copies.put(chunk, damaged);
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
        if (down) {
            return Sink.<ByteString>cancelled().mapMaterializedValue(none -> failed(Kind.UNREACHABLE, "is down"));
        }
        if (forgets) {
            RunningCrc crc = new RunningCrc();
            return Sink.<ByteString>foreach(bytes -> {
                        crc.update(bytes);
                        forgottenBytes.addAndGet(bytes.size());
                    })
                    .mapMaterializedValue(done -> done.thenApply(all -> new CopyReceipt(crc.length(), crc.value())));
        }
        putsBegun.incrementAndGet();
        putsOpen.incrementAndGet();
        AtomicLong taken = new AtomicLong();
        Flow<ByteString, ByteString, NotUsed> arriving = Flow.of(ByteString.class)
                .mapAsync(1, bytes -> {
                    long end = taken.addAndGet(bytes.size());
                    if (failPutAt >= 0 && end > failPutAt) {
                        return failed(putFailure, "fails at " + failPutAt);
                    }
                    return stallPutAt >= 0 && end > stallPutAt
                            ? new CompletableFuture<>()
                            : CompletableFuture.completedFuture(bytes);
                });
        if (!putPause.isZero()) {
            arriving = arriving.throttle(1, putPause);
        }
        return arriving.toMat(Sink.fold(ByteString.emptyByteString(), ByteString::concat), Keep.right())
                .mapMaterializedValue(all -> all.whenComplete((ok, failure) -> putsOpen.decrementAndGet())
                        .thenCompose(bytes -> store(chunk, length, bytes.toArray())));
    }

    private CompletionStage<CopyReceipt> store(ChunkId chunk, long length, byte[] bytes) {
        if (length >= 0 && length != bytes.length) {
            return failed(Kind.CHECKSUM_MISMATCH, "got " + bytes.length + " of " + length + " bytes");
        }
        if (failPutAt == bytes.length) {
            return failed(putFailure, "fails at the end");
        }
        if (damagesWhatItStores) {
            bytes[bytes.length / 2] ^= 1;
        }
        copies.put(chunk, bytes);
        CopyReceipt receipt = receipt(bytes);
        if (claimsOtherChecksum) {
            receipt = new CopyReceipt(receipt.length(), receipt.crc32c() + 1);
        }
        CopyReceipt stored = receipt;
        return neverAcknowledges ? new CompletableFuture<>() : durable.thenApply(now -> stored);
    }

    @Override
    public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
        byte[] copy = copies.get(chunk);
        if (neverOpens) {
            return new CompletableFuture<>();
        }
        if (down) {
            return failed(Kind.UNREACHABLE, "is down");
        }
        if (copy == null) {
            return failed(Kind.NOT_FOUND, "has no chunk " + chunk);
        }
        readsBegun.incrementAndGet();
        readsOpen.incrementAndGet();
        readBlocks.addAndGet(blocks);
        int from = Math.min(copy.length, firstBlock * BlockCrcs.BLOCK_BYTES);
        int until = (int) Math.min(copy.length, ((long) firstBlock + blocks) * BlockCrcs.BLOCK_BYTES);
        byte[] sent = Arrays.copyOfRange(copy, from, until);
        if (flipOnTheWireAt >= from && flipOnTheWireAt < until) {
            sent[(int) flipOnTheWireAt - from] ^= 1;
        }
        int pieces = (sent.length + READ_PIECE_BYTES - 1) / READ_PIECE_BYTES;
        Source<ByteString, NotUsed> bytes = Source.range(0, pieces - 1)
                .mapAsync(1, piece -> read(sent, from, piece))
                .takeWhile(piece -> !piece.isEmpty())
                .watchTermination((none, done) -> {
                    done.whenComplete((ok, failure) -> readsOpen.decrementAndGet());
                    return NotUsed.getInstance();
                });
        CopyContent content = new CopyContent(copy.length, table(copy), bytes);
        return openPause.isZero()
                ? CompletableFuture.completedFuture(content)
                : new CompletableFuture<CopyContent>()
                        .completeOnTimeout(content, openPause.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CompletionStage<ByteString> read(byte[] sent, int from, int piece) {
        int start = piece * READ_PIECE_BYTES;
        int end = Math.min(sent.length, start + READ_PIECE_BYTES);
        if (failReadAt >= 0 && from + end > failReadAt) {
            return failed(Kind.UNREACHABLE, "breaks off at " + failReadAt);
        }
        if (stallReadAt >= 0 && from + end > stallReadAt) {
            return new CompletableFuture<>();
        }
        if (endReadAt >= 0 && from + end > endReadAt) {
            return CompletableFuture.completedFuture(ByteString.emptyByteString());
        }
        return CompletableFuture.completedFuture(ByteString.fromArray(sent, start, end - start));
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        byte[] copy = copies.get(chunk);
        return copy == null
                ? failed(Kind.NOT_FOUND, "has no chunk " + chunk)
                : CompletableFuture.completedFuture(receipt(copy));
    }

    @Override
    public CompletionStage<Done> emptyTrash() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return CompletableFuture.completedFuture(
                new NodeHealth(uuid, Optional.empty(), 1, uuid, 100, 50, disk, 0, 0, 0, 0, ""));
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        throw new UnsupportedOperationException("an API node never deletes chunks");
    }

    @Override
    public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        throw new UnsupportedOperationException();
    }

    private <T> CompletionStage<T> failed(Kind kind, String message) {
        return CompletableFuture.failedFuture(new DataNodeException(kind, "node " + uuid + " " + message));
    }

    private static CopyReceipt receipt(byte[] bytes) {
        return new CopyReceipt(bytes.length, crc(bytes, 0, bytes.length));
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /** What the node computed when it stored the copy; {@link #flip} after that makes it a lie, as on a disk. */
    private BlockCrcs table(byte[] copy) {
        int[] crcs = new int[BlockCrcs.blocks(copy.length)];
        for (int block = 0; block < crcs.length; block++) {
            int from = block * BlockCrcs.BLOCK_BYTES;
            crcs[block] = crc(copy, from, Math.min(BlockCrcs.BLOCK_BYTES, copy.length - from));
        }
        return new BlockCrcs(crcs);
    }
}
