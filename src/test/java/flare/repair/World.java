package flare.repair;

import flare.config.RepairSettings;
import flare.data.DataNode;
import flare.data.DataNodes;
import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ByteSize;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import flare.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/** An in-memory cluster that workers act on, one step at a time, on a clock that only tests move. */
final class World {

    static final BucketId BUCKET = new BucketId(1);
    static final int CHUNK_BYTES = 64 * 1024;
    static final RepairSettings SETTINGS = settings(Duration.ofMinutes(10), Duration.ofMinutes(1));

    final InMemoryMetadata metadata;
    final List<MemoryNode> nodes = new ArrayList<>();
    final Ask ask;
    long nowNanos;
    /** How far the leader's wall clock was set back. */
    long setBackMillis;

    private final Map<UUID, MemoryNode> byUuid = new HashMap<>();

    World(int nodeCount, int copies) {
        this(nodeCount, copies, MemoryNode.NO_HOOKS);
    }

    World(int nodeCount, int copies, MemoryNode.Hooks hooks) {
        metadata = new InMemoryMetadata(
                new ClusterSettings(copies, CHUNK_BYTES, "round-robin"), () -> nowNanos / 1_000_000 - setBackMillis);
        metadata.withNodes(nodeCount);
        for (int i = 1; i <= nodeCount; i++) {
            nodes.add(new MemoryNode(i, byUuid, hooks));
        }
        ask = new Ask(metadata, SETTINGS.callTimeout());
    }

    private static RepairSettings settings(Duration lostAfter, Duration returnAfter) {
        return new RepairSettings(
                Duration.ofSeconds(2),
                ByteSize.mebibytes(100),
                4,
                3,
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                0.05,
                20,
                Duration.ofDays(7),
                lostAfter,
                returnAfter);
    }

    MemoryNode node(int number) {
        return nodes.get(number - 1);
    }

    DataNodes dataNodes() {
        return new DataNodes() {
            @Override
            public Optional<DataNode> find(NodeId node) {
                return node.value() <= nodes.size() ? Optional.of(node(node.value())) : Optional.empty();
            }

            @Override
            public boolean isLocal(NodeId node) {
                return false;
            }
        };
    }

    /** The lowest nodes that are up. */
    Placement placement() {
        return (chunk, copies, excluded) -> CompletableFuture.completedStage(nodes.stream()
                .filter(node -> node.up)
                .map(node -> new NodeId(node.number))
                .filter(id -> !excluded.contains(id))
                .limit(copies)
                .toList());
    }

    ReclaimWorker reclaim(Metadata through) {
        return new ReclaimWorker(new Ask(through, SETTINGS.callTimeout()), dataNodes(), SETTINGS, metadata.term());
    }

    OrphanSweep sweep(Metadata through) {
        Ask asked = new Ask(through, SETTINGS.callTimeout());
        return new OrphanSweep(
                asked,
                dataNodes(),
                new UnlocatedCopies(asked, copier(asked, placement()), metadata.term()),
                SETTINGS,
                () -> nowNanos,
                metadata.term());
    }

    LostWatch watch(Metadata through, Duration lostAfter, Duration returnAfter) {
        return new LostWatch(
                new Ask(through, SETTINGS.callTimeout()),
                new LostWatch.Sight(id -> node(id.value()).up, id -> node(id.value()).up, id -> true),
                settings(lostAfter, returnAfter),
                () -> nowNanos,
                metadata.term());
    }

    DiskCheck diskCheck(int batch) {
        return new DiskCheck(
                ask,
                dataNodes(),
                new CopyVerifier(dataNodes(), node -> true, 2, SETTINGS.callTimeout()),
                (chunks, limit) -> CompletableFuture.completedStage(List.of()),
                batch);
    }

    /** An operator's word that what a stopped sweep has found may go. */
    void resumeSweep() {
        ask.submit(new Command.OrderWorker(OrphanSweep.NAME, Command.WorkerOrder.START));
    }

    HealWorker heal(Metadata through, Placement placement) {
        Ask asked = new Ask(through, SETTINGS.callTimeout());
        return new HealWorker(asked, copier(asked, placement), SETTINGS, () -> nowNanos);
    }

    private Copier copier(Ask asked, Placement placement) {
        return new Copier(asked, dataNodes(), placement, id -> node(id.value()).up, SETTINGS, metadata.term());
    }

    RebalanceWorker rebalance(Metadata through) {
        Ask asked = new Ask(through, SETTINGS.callTimeout());
        return new RebalanceWorker(
                asked, copier(asked, placement()), id -> node(id.value()).up, SETTINGS, metadata.term());
    }

    /** Steps until the worker rests; fails if it never does. */
    static void untilIdle(RepairWorker worker) {
        for (int i = 0; i < 10_000; i++) {
            if (!(worker.step() instanceof RepairWorker.Step.Busy)) {
                return;
            }
        }
        throw new AssertionError(worker.name() + " never rests: " + worker.tally());
    }

    /** Chunks of a blob with their copies on the nodes. */
    List<ChunkRecord> write(BlobId blob, int chunks, int... on) {
        List<ChunkRecord> records = new ArrayList<>();
        for (int ordinal = 0; ordinal < chunks; ordinal++) {
            ChunkId id = new ChunkId(blob, ordinal);
            List<NodeId> placed = new ArrayList<>();
            for (int number : on) {
                node(number).copies.put(id, new MemoryNode.Copy(0, CHUNK_BYTES, crc(id)));
                placed.add(new NodeId(number));
            }
            records.add(new ChunkRecord(id, CHUNK_BYTES, crc(id), placed));
        }
        return records;
    }

    static int crc(ChunkId chunk) {
        return chunk.hashCode() | 1;
    }

    BlobId put(String key, int chunks, int wanted, int... on) {
        BlobId blob = metadata.session().newBlob();
        commit(key, blob, wanted, write(blob, chunks, on));
        metadata.session().settled(blob);
        return blob;
    }

    void commit(String key, BlobId blob, int wanted, List<ChunkRecord> chunks) {
        ask.submit(new Command.PutObject(
                BUCKET,
                ObjectKey.of(key),
                (long) chunks.size() * CHUNK_BYTES,
                "etag",
                ObjectAttributes.NONE,
                new Command.NewContent.Blob(blob, wanted, chunks),
                WriteCondition.NONE));
    }

    void delete(String key) {
        ask.submit(new Command.DeleteObject(BUCKET, ObjectKey.of(key), WriteCondition.NONE));
    }

    List<ChunkRecord> records() {
        return ask.read(new Query.ScanChunks(Optional.empty(), 1_000_000));
    }

    Set<ChunkId> referencedOn(int number) {
        Set<ChunkId> referenced = new HashSet<>();
        for (ChunkRecord record : records()) {
            if (record.nodes().contains(new NodeId(number))) {
                referenced.add(record.id());
            }
        }
        return referenced;
    }

    List<Command.FreedCopy> freed(int number) {
        return ask.read(new Query.ListFreed(new NodeId(number), Optional.empty(), 10_000));
    }
}
