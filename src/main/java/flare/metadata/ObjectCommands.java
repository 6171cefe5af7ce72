package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.DeadRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.SliceRow;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectInfo;
import flare.model.WriteCondition;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Buckets, objects, and the references they hold on blobs. */
final class ObjectCommands {

    private final Applying entry;
    private final EntryBatch batch;
    private final ClusterCommands cluster;
    private final SessionCommands sessions;
    private final CopyCommands copies;

    ObjectCommands(Applying entry, ClusterCommands cluster, SessionCommands sessions, CopyCommands copies) {
        this.entry = entry;
        this.batch = entry.batch();
        this.cluster = cluster;
        this.sessions = sessions;
        this.copies = copies;
    }

    BucketId createBucket(BucketName name) {
        Applying.require(
                batch.get(Family.BUCKET_NAME, Keys.name(name.value())) == null,
                Fault.BUCKET_ALREADY_EXISTS,
                () -> "bucket " + name + " exists already");
        long id = batch.counters().getLastBucket() + 1;
        batch.counters().setLastBucket(id);
        batch.addBucket(BucketRow.newBuilder().setId(id).setName(name.value()).setCreatedMillis(entry.nowMillis()));
        return new BucketId(id);
    }

    Command.Done deleteBucket(Command.DeleteBucket delete) {
        BucketRow.Builder bucket = bucket(delete.bucket());
        Applying.require(
                bucket.getObjects() == 0,
                Fault.BUCKET_NOT_EMPTY,
                () -> "bucket " + bucket.getName() + " has " + bucket.getObjects() + " objects");
        batch.removeBucket(bucket);
        return new Command.Done();
    }

    private BucketRow.Builder bucket(BucketId id) {
        BucketRow.Builder bucket = batch.bucket(id);
        if (bucket == null) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket with id " + id.value());
        }
        return bucket;
    }

    ObjectInfo put(Command.PutObject put) {
        BucketRow.Builder bucket = bucket(put.bucket());
        byte[] row = Keys.object(put.bucket(), put.key());
        ObjectRow old = object(row);
        holds(put.condition(), old, put.key().text());
        if (put.content() instanceof Command.NewContent.Blob blob) {
            mayCreate(blob);
            create(blob, put.size());
        }
        ObjectInfo info = new ObjectInfo(
                put.key(),
                entry.version(),
                put.size(),
                put.etag(),
                Instant.ofEpochMilli(entry.nowMillis()),
                put.attributes());
        batch.put(Family.OBJECT, row, ValueCodec.encode(info));
        batch.put(Family.EXTENTS, Keys.number(info.version()), extents(put));
        if (old == null) {
            bucket.setObjects(bucket.getObjects() + 1);
            batch.counters().setObjects(batch.counters().getObjects() + 1);
        } else {
            release(old);
        }
        return info;
    }

    private @Nullable ObjectRow object(byte[] key) {
        byte[] row = batch.get(Family.OBJECT, key);
        return row == null ? null : EntryBatch.parse(Family.OBJECT, row, ObjectRow.parser());
    }

    private static void holds(WriteCondition condition, @Nullable ObjectRow current, String key) {
        if (condition.isNone()) {
            return;
        }
        boolean match = condition.ifMatch().isEmpty() || (current != null && names(condition.ifMatch(), current));
        boolean noneMatch =
                condition.ifNoneMatch().isEmpty() || current == null || !names(condition.ifNoneMatch(), current);
        Applying.require(
                match && noneMatch,
                Fault.PRECONDITION_FAILED,
                () -> "the condition does not hold for key " + key
                        + (current == null ? ", which does not exist" : " with ETag " + current.getEtag()));
    }

    private static boolean names(List<String> etags, ObjectRow current) {
        return etags.contains("*") || etags.contains(current.getEtag());
    }

    private static ExtentsRow extents(Command.PutObject put) {
        if (put.content() instanceof Command.NewContent.Blob blob) {
            return ExtentsRow.newBuilder()
                    .addSlices(SliceRow.newBuilder()
                            .setSession(blob.id().session())
                            .setCounter(blob.id().counter())
                            .setLength(put.size()))
                    .build();
        }
        byte[] inline = ((Command.NewContent.Inline) put.content()).bytes();
        return ExtentsRow.newBuilder().setInline(ByteString.copyFrom(inline)).build();
    }

    private void mayCreate(Command.NewContent.Blob blob) {
        sessions.mayCreate(blob.id());
        Applying.require(
                batch.get(Family.BLOB, Keys.blob(blob.id())) == null,
                Fault.CONFLICT,
                () -> "blob " + blob.id() + " exists already");
        for (ChunkRecord chunk : blob.chunks()) {
            for (NodeId node : chunk.nodes()) {
                Applying.require(
                        cluster.isMember(node),
                        Fault.UNAVAILABLE,
                        () -> "chunk " + chunk.id() + " was written to node " + node + ", which is not in the cluster");
                Applying.require(
                        batch.get(Family.FREED, Keys.copy(node, chunk.id())) == null,
                        Fault.UNAVAILABLE,
                        () -> "chunk " + chunk.id() + " on node " + node + " is about to be deleted");
            }
        }
    }

    private void create(Command.NewContent.Blob blob, long size) {
        long traces = 0;
        for (ChunkRecord chunk : blob.chunks()) {
            ChunkRow.Builder row =
                    ChunkRow.newBuilder().setLength(chunk.length()).setCrc32C(chunk.crc32c());
            for (NodeId node : chunk.nodes()) {
                row.addNodes(node.value());
                copies.count(node, 1, chunk.length());
            }
            traces += chunk.nodes().size();
            batch.put(Family.CHUNK, Keys.chunk(chunk.id()), row.build());
            copies.requeue(chunk.id(), 0, chunk.nodes().size(), blob.wantedCopies());
        }
        batch.put(
                Family.BLOB,
                Keys.blob(blob.id()),
                BlobRow.newBuilder()
                        .setSize(size)
                        .setWantedCopies(blob.wantedCopies())
                        .setReferences(1)
                        .setChunks(blob.chunks().size())
                        .setTraces(traces)
                        .build());
        batch.counters()
                .setBlobs(batch.counters().getBlobs() + 1)
                .setChunks(batch.counters().getChunks() + blob.chunks().size());
    }

    boolean delete(Command.DeleteObject delete) {
        BucketRow.Builder bucket = bucket(delete.bucket());
        byte[] row = Keys.object(delete.bucket(), delete.key());
        ObjectRow old = object(row);
        holds(delete.condition(), old, delete.key().text());
        if (old == null) {
            return false;
        }
        batch.delete(Family.OBJECT, row);
        bucket.setObjects(bucket.getObjects() - 1);
        batch.counters().setObjects(batch.counters().getObjects() - 1);
        release(old);
        return true;
    }

    /** The old version's extents go, and its blobs lose a count; at 0 a blob is dead and never counted on again. */
    private void release(ObjectRow old) {
        byte[] key = Keys.number(old.getVersion());
        byte[] row = batch.get(Family.EXTENTS, key);
        if (row == null) {
            throw new IllegalStateException("version " + old.getVersion() + " has no extents");
        }
        batch.delete(Family.EXTENTS, key);
        for (SliceRow slice :
                EntryBatch.parse(Family.EXTENTS, row, ExtentsRow.parser()).getSlicesList()) {
            BlobId id = new BlobId(slice.getSession(), slice.getCounter());
            BlobRow blob = copies.blob(id);
            if (blob == null || blob.getReferences() < 1) {
                throw new IllegalStateException("version " + old.getVersion() + " refers to blob " + id + ", which "
                        + (blob == null ? "does not exist" : "nobody counts on"));
            }
            batch.put(
                    Family.BLOB,
                    Keys.blob(id),
                    blob.toBuilder().setReferences(blob.getReferences() - 1).build());
            if (blob.getReferences() == 1) {
                batch.put(Family.DEAD, Keys.blob(id), DeadRow.getDefaultInstance());
                batch.counters().setDeadBlobs(batch.counters().getDeadBlobs() + 1);
            }
        }
    }
}
