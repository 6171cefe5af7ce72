package flare.data;

import flare.chunk.BlockCrcs;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import flare.telemetry.SyncTimes;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** A data node in memory, which counts what is asked of it and what is left open. */
final class FakeDataNode implements DataNode {

    static final SyncTimes SYNCS = new SyncTimes(1_000_000, 2_000_000, 50, "ext4");

    private static final int PIECE_BYTES = 128 * 1024;

    final UUID uuid;
    final NavigableMap<ChunkId, Copy> copies = new ConcurrentSkipListMap<>();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger puts = new AtomicInteger();
    final AtomicInteger putsEnded = new AtomicInteger();
    final AtomicInteger trashEmptied = new AtomicInteger();
    final AtomicInteger openReads = new AtomicInteger();
    volatile @Nullable DataNodeException failure;
    volatile boolean silent;
    volatile long clockOffsetMillis;
    volatile Source<ByteString, NotUsed> appended = Source.empty();

    @Nullable
    PullOrder lastPull;

    record Copy(ByteString bytes, long generation) {}

    FakeDataNode(UUID uuid) {
        this.uuid = uuid;
    }

    static CopyReceipt receipt(ByteString bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.toArray());
        return new CopyReceipt(bytes.size(), (int) crc.getValue());
    }

    static BlockCrcs crcs(ByteString bytes) {
        int[] crcs = new int[BlockCrcs.blocks(bytes.size())];
        for (int i = 0; i < crcs.length; i++) {
            int from = i * BlockCrcs.BLOCK_BYTES;
            crcs[i] = receipt(bytes.slice(from, Math.min(bytes.size(), from + BlockCrcs.BLOCK_BYTES)))
                    .crc32c();
        }
        return new BlockCrcs(crcs);
    }

    /** Of a chunk that is there. */
    ByteString bytes(ChunkId chunk) {
        return Objects.requireNonNull(copies.get(chunk)).bytes();
    }

    private <T> @Nullable CompletionStage<T> prevented() {
        calls.incrementAndGet();
        if (silent) {
            return new CompletableFuture<>();
        }
        DataNodeException planned = failure;
        return planned == null ? null : CompletableFuture.failedFuture(planned);
    }

    @Override
    public UUID uuid() {
        return uuid;
    }

    @Override
    public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
        CompletionStage<CopyReceipt> prevented = prevented();
        if (prevented != null) {
            return silent
                    ? Sink.<ByteString>never().mapMaterializedValue(none -> prevented)
                    : Sink.<ByteString>cancelled().mapMaterializedValue(none -> prevented);
        }
        puts.incrementAndGet();
        return Flow.of(ByteString.class)
                .watchTermination((none, done) -> {
                    done.whenComplete((ok, error) -> putsEnded.incrementAndGet());
                    return none;
                })
                .toMat(Sink.fold(ByteString.emptyByteString(), ByteString::concat), Keep.right())
                .mapMaterializedValue(all -> all.thenApply(bytes -> keep(chunk, bytes)));
    }

    private CopyReceipt keep(ChunkId chunk, ByteString bytes) {
        Copy before = copies.putIfAbsent(chunk, new Copy(bytes, 0));
        if (before != null && !before.bytes.equals(bytes)) {
            throw new DataNodeException(Kind.CONFLICT, "chunk " + chunk + " stands with other bytes");
        }
        return receipt(bytes);
    }

    @Override
    public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
        CompletionStage<CopyContent> prevented = prevented();
        if (prevented != null) {
            return prevented;
        }
        Copy copy = copies.get(chunk);
        if (copy == null) {
            return missing(chunk);
        }
        long from = Math.min(copy.bytes.size(), (long) firstBlock * BlockCrcs.BLOCK_BYTES);
        long to = Math.min(copy.bytes.size(), ((long) firstBlock + blocks) * BlockCrcs.BLOCK_BYTES);
        openReads.incrementAndGet();
        Source<ByteString, NotUsed> bytes = Source.range(0, (int) ((to - from + PIECE_BYTES - 1) / PIECE_BYTES) - 1)
                .map(piece -> copy.bytes.slice(
                        (int) from + piece * PIECE_BYTES, (int) Math.min(to, from + (piece + 1L) * PIECE_BYTES)))
                .concat(appended)
                .watchTermination((none, done) -> {
                    done.whenComplete((ok, error) -> openReads.decrementAndGet());
                    return NotUsed.getInstance();
                });
        return CompletableFuture.completedFuture(new CopyContent(copy.bytes.size(), crcs(copy.bytes), bytes));
    }

    private static <T> CompletionStage<T> missing(ChunkId chunk) {
        return CompletableFuture.failedFuture(new DataNodeException(Kind.NOT_FOUND, "no chunk " + chunk));
    }

    @Override
    public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
        CompletionStage<CopyReceipt> prevented = prevented();
        if (prevented != null) {
            return prevented;
        }
        Copy copy = copies.get(chunk);
        return copy == null ? missing(chunk) : CompletableFuture.completedFuture(receipt(copy.bytes));
    }

    @Override
    public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
        CompletionStage<Boolean> prevented = prevented();
        if (prevented != null) {
            return prevented;
        }
        copies.computeIfPresent(chunk, (id, copy) -> copy.generation < freedIndex ? null : copy);
        return CompletableFuture.completedFuture(!copies.containsKey(chunk));
    }

    @Override
    public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
        CompletionStage<CopyReceipt> prevented = prevented();
        if (prevented != null) {
            return prevented;
        }
        lastPull = order;
        return CompletableFuture.completedFuture(new CopyReceipt(order.length(), order.crc32c()));
    }

    @Override
    public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
        CompletionStage<List<ChunkId>> prevented = prevented();
        if (prevented != null) {
            return prevented;
        }
        var behind = after.map(id -> copies.tailMap(id, false)).orElse(copies);
        return CompletableFuture.completedFuture(
                behind.keySet().stream().limit(limit).toList());
    }

    @Override
    public CompletionStage<Done> emptyTrash() {
        CompletionStage<Done> prevented = prevented();
        trashEmptied.incrementAndGet();
        return prevented == null ? CompletableFuture.completedFuture(Done.getInstance()) : prevented;
    }

    @Override
    public CompletionStage<SyncTimes> measureSyncs() {
        calls.incrementAndGet();
        return CompletableFuture.completedFuture(SYNCS);
    }

    @Override
    public CompletionStage<NodeHealth> health() {
        return CompletableFuture.completedFuture(new NodeHealth(
                uuid,
                Optional.empty(),
                3,
                uuid,
                1000,
                400,
                DiskState.FULL,
                System.currentTimeMillis() + clockOffsetMillis,
                2,
                0,
                0,
                ""));
    }
}
