package flare.admin;

import flare.metadata.Query;
import flare.telemetry.Metrics;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's figures as metrics, brought up to date before each scrape. A figure that could not be read is NaN, so
 * that a graph shows a gap and not yesterday's value.
 */
final class ClusterMetrics {

    private final Metrics metrics;
    private final MultiGauge nodeCopies;
    private final MultiGauge nodeBytes;
    private final MultiGauge nodeFree;
    private final MultiGauge nodeUsable;
    private final MultiGauge nodeTrash;
    private final MultiGauge bucketBytes;
    private final MultiGauge bucketObjects;
    private volatile @Nullable Status latest;

    ClusterMetrics(Metrics metrics) {
        this.metrics = metrics;
        nodeCopies = rows("flare.node.copies", "Chunks recorded as being on the data node");
        nodeBytes = rows("flare.node.stored.bytes", "Bytes of those chunks");
        nodeFree = rows("flare.node.free.bytes", "Free bytes of the data node's disk");
        nodeUsable = rows("flare.node.usable", "1 if the data node may take new copies");
        nodeTrash = rows("flare.node.trash.bytes", "Bytes of deleted copies that the data node still has");
        raft("flare.raft.term", "Current term", raft -> (double) raft.term());
        raft("flare.raft.applied.index", "Last log index applied", raft -> (double) raft.appliedIndex());
        raft("flare.raft.committed.index", "Last log index known committed", raft -> (double) raft.committedIndex());
        raft("flare.raft.leading", "1 where the leader is", raft -> raft.leading() ? 1 : 0);
        raft("flare.raft.voters", "Members of the metadata log whose majority decides", raft -> (double) raft.voters());
        raft("flare.raft.leader.known", "1 if a leader is known", raft -> raft.leader() == null ? 0 : 1);
        raft("flare.session.live", "1 if this process may write", raft -> raft.sessionLive() ? 1 : 0);
        counts("flare.objects", "Objects", Status.Counts::objects);
        counts("flare.blobs", "Blobs", Status.Counts::blobs);
        counts("flare.chunks", "Chunks", Status.Counts::chunks);
        counts("flare.reclaim.dead.blobs", "Blobs nothing refers to that still have copies", Status.Counts::deadBlobs);
        counts("flare.reclaim.freed.copies", "Copies that wait to be deleted", Status.Counts::freed);
        counts("flare.repair.pending.copies", "Copies being made", Status.Counts::pending);
        counts("flare.repair.queue", "Chunks that lack copies", Status.Counts::repairs);
        space();
        bucketBytes =
                rows("flare.bucket.bytes", "Bytes of the bucket: of objects, older versions, parts of open uploads");
        bucketObjects = rows("flare.bucket.objects", "Objects of the bucket");
        figure(
                "flare.sessions",
                "Live sessions of API processes",
                Status::sessions,
                sessions -> sessions.live().size());
        figure(
                "flare.reclaim.read.mark",
                "Lowest log index a read may depend on; what was freed since waits",
                Status::sessions,
                sessions -> sessions.lowestReadMark() == null ? Double.NaN : (double) sessions.lowestReadMark());
    }

    /** Brought as users stored it, and as it lies on disks. */
    private void space() {
        stored("object", SpaceTotals.Stored::objectBytes);
        stored("older", SpaceTotals.Stored::olderBytes);
        stored("upload", SpaceTotals.Stored::uploadBytes);
        counted("flare.space.blob.bytes", "Bytes of blobs in use", SpaceTotals.Stored::blobBytes);
        counted("flare.space.dead.bytes", "Bytes of blobs nothing refers to", SpaceTotals.Stored::deadBytes);
        counted("flare.space.held.bytes", "Bytes that only slices hold, at least", SpaceTotals.Stored::heldBytes);
        raw("flare.space.copy.bytes", "Bytes of all copies", SpaceTotals.Raw::copyBytes);
        raw("flare.space.freed.bytes", "Bytes of copies that wait to be deleted", SpaceTotals.Raw::freedBytes);
        raw("flare.space.trash.bytes", "Bytes of deleted copies in the trash", SpaceTotals.Raw::trashBytes);
        raw("flare.space.raw.total.bytes", "Bytes of the data nodes' disks", SpaceTotals.Raw::totalBytes);
        raw("flare.space.raw.free.bytes", "Free bytes of the data nodes' disks", SpaceTotals.Raw::freeBytes);
        figure(
                "flare.space.usable.free.bytes",
                "Bytes that users can still store, with the wanted copies",
                Status::space,
                space -> space.room().freeBytes());
        figure(
                "flare.space.usable.total.bytes",
                "Bytes that users could store on empty disks, with the wanted copies",
                Status::space,
                space -> space.room().totalBytes());
    }

    private void stored(String kind, ToDoubleFunction<SpaceTotals.Stored> figure) {
        counted("flare.space.stored." + kind + ".bytes", "Bytes that users stored", figure);
    }

    private void counted(String name, String description, ToDoubleFunction<SpaceTotals.Stored> figure) {
        figure(
                name,
                description,
                Status::space,
                space -> space.counted() ? figure.applyAsDouble(space.stored()) : Double.NaN);
    }

    private void raw(String name, String description, ToDoubleFunction<SpaceTotals.Raw> figure) {
        figure(name, description, Status::space, space -> figure.applyAsDouble(space.raw()));
    }

    /** @param told of the first buckets; empty where that is not wanted or not known */
    void update(Status status, Optional<Query.BucketSpacePage> told) {
        latest = status;
        boolean counted = told.map(Query.BucketSpacePage::counted).orElse(false);
        List<Query.BucketSpace> buckets =
                told.map(Query.BucketSpacePage::buckets).orElse(List.of());
        bucketBytes.register(
                bucketRows(
                        counted ? buckets : List.of(),
                        bucket -> (double) bucket.bytes() + bucket.olderBytes() + bucket.uploadBytes()),
                true);
        bucketObjects.register(bucketRows(buckets, bucket -> (double) bucket.objects()), true);
        List<NodeStatus> nodes = status.nodes();
        nodeCopies.register(nodeRows(nodes, node -> (double) node.copies()), true);
        nodeBytes.register(nodeRows(nodes, node -> (double) node.bytes()), true);
        nodeFree.register(nodeRows(nodes, node -> node.freeBytes() < 0 ? Double.NaN : (double) node.freeBytes()), true);
        nodeTrash.register(
                nodeRows(nodes, node -> node.trashBytes() < 0 ? Double.NaN : (double) node.trashBytes()), true);
        nodeUsable.register(nodeRows(nodes, node -> node.usable() ? 1 : 0), true);
    }

    private static List<MultiGauge.Row<?>> bucketRows(
            List<Query.BucketSpace> buckets, ToDoubleFunction<Query.BucketSpace> figure) {
        return buckets.stream()
                .<MultiGauge.Row<?>>map(bucket ->
                        MultiGauge.Row.of(Tags.of("bucket", bucket.name().value()), figure.applyAsDouble(bucket)))
                .toList();
    }

    private static List<MultiGauge.Row<?>> nodeRows(List<NodeStatus> nodes, ToDoubleFunction<NodeStatus> figure) {
        return nodes.stream()
                .<MultiGauge.Row<?>>map(node ->
                        MultiGauge.Row.of(Tags.of("node", Integer.toString(node.id())), figure.applyAsDouble(node)))
                .toList();
    }

    private MultiGauge rows(String name, String description) {
        return MultiGauge.builder(name).description(description).register(metrics.registry());
    }

    private void raft(String name, String description, ToDoubleFunction<Status.Raft> figure) {
        figure(name, description, Status::raft, figure);
    }

    private void counts(String name, String description, ToDoubleFunction<Status.Counts> figure) {
        figure(name, description, Status::counts, figure);
    }

    private <T> void figure(
            String name, String description, Function<Status, @Nullable T> part, ToDoubleFunction<T> figure) {
        metrics.gauge(name, description, () -> {
            Status status = latest;
            T read = status == null ? null : part.apply(status);
            return read == null ? Double.NaN : figure.applyAsDouble(read);
        });
    }
}
