package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.SliceRow;
import flare.model.BucketInfo.Versioning;
import flare.model.ChunkRecord;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.model.VersionMark;
import flare.model.WriteCondition;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Objects: put, copied, changed and deleted, under the conditions their users set. */
final class ObjectCommands {

    private final Applying entry;
    private final EntryBatch batch;
    private final ClusterCommands cluster;
    private final SessionCommands sessions;
    private final CopyCommands copies;
    private final BucketCommands buckets;
    private final References references;
    private final VersionCommands versions;

    ObjectCommands(
            Applying entry,
            ClusterCommands cluster,
            SessionCommands sessions,
            CopyCommands copies,
            BucketCommands buckets) {
        this.entry = entry;
        this.batch = entry.batch();
        this.cluster = cluster;
        this.sessions = sessions;
        this.copies = copies;
        this.buckets = buckets;
        this.references = new References(batch, copies);
        this.versions = new VersionCommands(batch, references);
    }

    References references() {
        return references;
    }

    VersionRows rows() {
        return versions.rows();
    }

    ObjectInfo put(Command.PutObject put) {
        BucketRow.Builder bucket = buckets.get(put.bucket());
        holds(put.condition(), versions.rows().current(put.bucket(), put.key()), put.key());
        ExtentsRow extents = take(put.content(), put.size(), isCounted());
        NewVersion made = new NewVersion(put.size(), put.etag(), put.attributes(), put.extras(), 0);
        return add(bucket, put.key(), made, extents);
    }

    /** Whether bytes are kept count of where the content of a version that is written now will be. */
    boolean isCounted() {
        return batch.space().counts(Family.EXTENTS, Keys.number(entry.version()));
    }

    /** What a version that is about to be written will say of itself. */
    record NewVersion(long size, String etag, ObjectAttributes attributes, ObjectExtras extras, int parts) {}

    /** Makes the extents, whose references are the caller's to count, the key's newest version. */
    ObjectInfo add(BucketRow.Builder bucket, ObjectKey key, NewVersion made, ExtentsRow extents) {
        VersionId id = VersionCommands.named(bucket) ? new VersionId(entry.version()) : VersionId.NULL;
        ObjectInfo info = new ObjectInfo(
                key,
                entry.version(),
                made.size(),
                made.etag(),
                Instant.ofEpochMilli(entry.nowMillis()),
                made.attributes(),
                made.extras(),
                new VersionMark(id, true, false),
                made.parts());
        references.put(info.version(), extents);
        versions.add(bucket, key, ValueCodec.encode(info));
        return info;
    }

    ObjectInfo copy(Command.CopyObject copy) {
        BucketRow.Builder bucket = buckets.get(copy.bucket());
        ObjectRow source = source(copy.source());
        holds(copy.condition(), versions.rows().current(copy.bucket(), copy.key()), copy.key());
        ObjectInfo from = ValueCodec.decode(copy.source().key(), source, true);
        ExtentsRow extents = references.extents(source.getVersion());
        references.share(extents, isCounted());
        ObjectExtras extras = new ObjectExtras(
                copy.tags().orElse(from.extras().tags()),
                copy.checksum().or(() -> from.extras().checksum()),
                copy.owner(),
                copy.acl());
        NewVersion made = new NewVersion(
                from.size(), from.etag(), copy.attributes().orElse(from.attributes()), extras, from.parts());
        return add(bucket, copy.key(), made, extents);
    }

    /** The version whose bytes are to be shared: still the one that was seen. */
    ObjectRow source(Command.CopySource source) {
        ObjectRow row = versions.rows().readable(buckets.get(source.bucket()), source.key(), source.version());
        Applying.require(
                row.getVersion() == source.seen(),
                Fault.CONFLICT,
                () -> "key " + source.key() + " is version " + row.getVersion() + " now, not " + source.seen()
                        + " as it was seen");
        return row;
    }

    ObjectInfo amend(Command.AmendVersion amend) {
        BucketRow.Builder bucket = buckets.get(amend.bucket());
        VersionRows rows = versions.rows();
        ObjectRow row = rows.readable(bucket, amend.key(), amend.version());
        ObjectInfo old = ValueCodec.decode(amend.key(), row, rows.isLatest(amend.bucket(), amend.key(), row));
        ObjectExtras extras = amend.tags().map(old.extras()::withTags).orElse(old.extras());
        extras = amend.acl().map(extras::withAcl).orElse(extras);
        ObjectInfo info = old.withExtras(extras);
        versions.replace(bucket, amend.key(), ValueCodec.encode(info));
        return info;
    }

    Deletion delete(Command.DeleteObject delete) {
        BucketRow.Builder bucket = buckets.get(delete.bucket());
        return delete.version().isPresent()
                ? deleteVersion(bucket, delete, delete.version().get())
                : deleteKey(bucket, delete);
    }

    private Deletion deleteVersion(BucketRow.Builder bucket, Command.DeleteObject delete, VersionId id) {
        ObjectRow row = versions.rows().find(delete.bucket(), delete.key(), id);
        if (row == null) {
            return new Deletion(false, Optional.of(id), false);
        }
        holds(delete.condition(), row.getDeleteMarker() ? null : row, delete.key());
        versions.remove(bucket, delete.key(), row);
        return new Deletion(true, Optional.of(id), row.getDeleteMarker());
    }

    private Deletion deleteKey(BucketRow.Builder bucket, Command.DeleteObject delete) {
        ObjectRow current = versions.rows().current(delete.bucket(), delete.key());
        holds(delete.condition(), current, delete.key());
        if (BucketCommands.versioning(bucket) == Versioning.UNVERSIONED) {
            if (current != null) {
                versions.remove(bucket, delete.key(), current);
            }
            return new Deletion(current != null, Optional.empty(), false);
        }
        ObjectRow marker = ObjectRow.newBuilder()
                .setVersion(entry.version())
                .setModifiedMillis(entry.nowMillis())
                .setNamed(VersionCommands.named(bucket))
                .setDeleteMarker(true)
                .build();
        versions.add(bucket, delete.key(), marker);
        return new Deletion(current != null, Optional.of(VersionRows.id(marker)), true);
    }

    static void holds(WriteCondition condition, @Nullable ObjectRow current, ObjectKey key) {
        if (condition.isNone()) {
            return;
        }
        boolean match = condition.ifMatch().isEmpty() || (current != null && names(condition.ifMatch(), current));
        boolean noneMatch =
                condition.ifNoneMatch().isEmpty() || current == null || !names(condition.ifNoneMatch(), current);
        Applying.require(
                match && noneMatch,
                match || current != null ? Fault.PRECONDITION_FAILED : Fault.NO_SUCH_KEY,
                () -> "the condition does not hold for key " + key
                        + (current == null ? ", which does not exist" : " with ETag " + current.getEtag()));
    }

    private static boolean names(List<String> etags, ObjectRow current) {
        return etags.contains("*") || etags.contains(current.getEtag());
    }

    /**
     * The content becomes extents; its blob, if it is one, is made with the one reference that they are.
     *
     * @param counted whether bytes are kept count of where the extents will be
     */
    ExtentsRow take(Command.NewContent content, long size, boolean counted) {
        if (content instanceof Command.NewContent.Blob blob) {
            mayCreate(blob);
            create(blob, size, counted ? size : 0);
            return ExtentsRow.newBuilder()
                    .addSlices(SliceRow.newBuilder()
                            .setSession(blob.id().session())
                            .setCounter(blob.id().counter())
                            .setLength(size))
                    .build();
        }
        byte[] inline = ((Command.NewContent.Inline) content).bytes();
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

    private void create(Command.NewContent.Blob blob, long size, long referredBytes) {
        cluster.created(blob.wantedCopies());
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
        byte[] key = Keys.blob(blob.id());
        BlobRow made = BlobRow.newBuilder()
                .setSize(size)
                .setWantedCopies(blob.wantedCopies())
                .setReferences(1)
                .setChunks(blob.chunks().size())
                .setTraces(traces)
                .setReferredBytes(referredBytes)
                .build();
        batch.put(Family.BLOB, key, made);
        batch.space().blob(key, null, made);
        batch.counters()
                .setBlobs(batch.counters().getBlobs() + 1)
                .setChunks(batch.counters().getChunks() + blob.chunks().size());
    }
}
