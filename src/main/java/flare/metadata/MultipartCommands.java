package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.ObjectValue;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.UploadIdRow;
import flare.metadata.wire.UploadRow;
import flare.model.BucketId;
import flare.model.Checksum;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Multipart uploads. A part holds its references like a version does; completing moves them to the object, so that the
 * blobs' rows stay untouched however many parts there are.
 */
final class MultipartCommands {

    /** Open uploads of one bucket. */
    static final int MAX_UPLOADS = 100_000;
    /** Extents of one version: as many as can be read as one row. */
    static final int MAX_EXTENTS = 50_000;
    /** Bytes of one version that are in its row and not in blobs. */
    static final long MAX_RUN_BYTES = 4L << 20;

    private final Applying entry;
    private final EntryBatch batch;
    private final BucketCommands buckets;
    private final ObjectCommands objects;
    private final UploadRows rows;

    MultipartCommands(Applying entry, BucketCommands buckets, ObjectCommands objects) {
        this.entry = entry;
        this.batch = entry.batch();
        this.buckets = buckets;
        this.objects = objects;
        this.rows = new UploadRows(batch);
    }

    UploadId create(Command.CreateUpload create) {
        BucketRow.Builder bucket = buckets.get(create.bucket());
        Applying.require(
                bucket.getUploads() < MAX_UPLOADS,
                Fault.SLOW_DOWN,
                () -> "bucket " + bucket.getName() + " has " + MAX_UPLOADS + " uploads under way already");
        UploadId id = new UploadId(entry.version());
        UploadRow.Builder row = UploadRow.newBuilder()
                .setCreatedMillis(entry.nowMillis())
                .setAttributes(ValueCodec.encode(create.attributes()))
                .setChecksumComposite(create.checksumType() == Checksum.Type.COMPOSITE);
        if (!create.extras().isNone()) {
            row.setExtras(ValueCodec.encode(create.extras()));
        }
        create.algorithm().ifPresent(algorithm -> row.setChecksumAlgorithm(algorithm.name()));
        batch.put(Family.UPLOAD, Keys.upload(create.bucket(), create.key(), id), row.build());
        batch.put(
                Family.UPLOAD_ID,
                Keys.number(id.number()),
                UploadIdRow.newBuilder()
                        .setBucket(create.bucket().value())
                        .setKey(ValueCodec.bytes(create.key()))
                        .setCreatedMillis(entry.nowMillis())
                        .build());
        bucket.setUploads(bucket.getUploads() + 1);
        return id;
    }

    PartInfo put(Command.PutPart put) {
        buckets.get(put.upload().bucket());
        rows.open(put.upload());
        ExtentsRow extents = objects.take(put.content(), put.size(), isCounted(put.upload(), put.number()));
        return keep(
                put.upload(),
                new PartInfo(put.number(), entry.version(), put.size(), put.etag(), now(), put.checksum()),
                extents);
    }

    PartInfo copy(Command.CopyPart copy) {
        buckets.get(copy.upload().bucket());
        rows.open(copy.upload());
        ObjectRow source = objects.source(copy.source());
        Applying.require(
                copy.range().end() <= source.getSize(),
                Fault.RANGE_NOT_SATISFIABLE,
                () -> copy.range() + " of " + copy.source().key() + ", which has " + source.getSize() + " bytes");
        ExtentsRow extents = Extents.cut(objects.references().extents(source.getVersion()), copy.range());
        withinBounds(extents);
        objects.references().share(extents, isCounted(copy.upload(), copy.number()));
        String etag = copy.etag().orElseGet(() -> etag(source, copy));
        PartInfo part =
                new PartInfo(copy.number(), entry.version(), copy.range().length(), etag, now(), copy.checksum());
        return keep(copy.upload(), part, extents);
    }

    /** An MD5 that is known, or what no other part has and no client takes for an MD5. */
    private String etag(ObjectRow source, Command.CopyPart copy) {
        boolean whole = copy.range().length() == source.getSize();
        return whole && source.getEtag().indexOf('-') < 0
                ? source.getEtag()
                : String.format("%032x-1", entry.version());
    }

    private Instant now() {
        return Instant.ofEpochMilli(entry.nowMillis());
    }

    private boolean isCounted(UploadRef upload, int number) {
        return batch.space().counts(Family.PART, Keys.part(upload.id(), number));
    }

    /** In place of the part of that number. */
    private PartInfo keep(UploadRef upload, PartInfo part, ExtentsRow extents) {
        byte[] key = Keys.part(upload.id(), part.number());
        byte[] old = batch.get(Family.PART, key);
        batch.put(
                Family.PART,
                key,
                PartRow.newBuilder()
                        .setInfo(UploadRows.encode(part))
                        .setExtents(extents)
                        .build());
        count(upload, part.number(), part.size());
        if (old != null) {
            PartRow before = EntryBatch.parse(Family.PART, old, PartRow.parser());
            objects.references().release(before.getExtents(), isCounted(upload, part.number()));
            count(upload, part.number(), -before.getInfo().getSize());
        }
        return part;
    }

    private void count(UploadRef upload, int number, long bytes) {
        batch.space().part(batch.bucket(upload.bucket()), Keys.part(upload.id(), number), bytes);
    }

    ObjectInfo complete(Command.CompleteUpload complete) {
        UploadRef upload = complete.upload();
        UploadIdRow idRow = rows.byId(upload);
        Optional<ObjectInfo> done = UploadRows.completed(idRow, entry.nowMillis());
        if (done.isPresent()) {
            return done.get();
        }
        BucketRow.Builder bucket = buckets.get(upload.bucket());
        UploadInfo info = UploadRows.info(upload.id(), upload.key(), rows.open(upload));
        ObjectCommands.holds(complete.condition(), objects.rows().current(upload.bucket(), upload.key()), upload.key());
        List<PartRow> used = new ArrayList<>(complete.parts().size());
        List<PartRow> unused = new ArrayList<>();
        chosen(complete, used, unused);
        ExtentsRow extents = Extents.join(used);
        withinBounds(extents);
        used.forEach(part -> take(upload, part));
        unused.forEach(part -> release(upload, part));
        close(upload);
        long size = used.stream().mapToLong(part -> part.getInfo().getSize()).sum();
        ObjectInfo made = objects.add(
                bucket,
                upload.key(),
                new ObjectCommands.NewVersion(
                        size,
                        complete.etag(),
                        info.attributes(),
                        info.extras().withChecksum(complete.checksum()),
                        used.size()),
                extents);
        batch.put(
                Family.UPLOAD_ID,
                Keys.number(upload.id().number()),
                idRow.toBuilder()
                        .setCompleted(ObjectValue.newBuilder().setRow(ValueCodec.encode(made)))
                        .setCompletedMillis(entry.nowMillis())
                        .build());
        return made;
    }

    /** What the part refers to becomes the object's: the blobs' rows stay as they are where both places are counted, or neither. */
    private void take(UploadRef upload, PartRow part) {
        int number = part.getInfo().getNumber();
        boolean counted = objects.isCounted();
        if (isCounted(upload, number) != counted) {
            objects.references().recount(part.getExtents(), counted);
        }
        count(upload, number, -part.getInfo().getSize());
    }

    private void release(UploadRef upload, PartRow part) {
        int number = part.getInfo().getNumber();
        objects.references().release(part.getExtents(), isCounted(upload, number));
        count(upload, number, -part.getInfo().getSize());
    }

    /** Parts that are there, as they were judged; INVALID_PART where one is another by now. */
    private void chosen(Command.CompleteUpload complete, List<PartRow> used, List<PartRow> unused) {
        List<Command.PartRef> wanted = complete.parts();
        try (RowScan scan = rows.parts(complete.upload().id(), 0)) {
            while (scan.next()) {
                PartRow part = UploadRows.part(scan);
                boolean next = used.size() < wanted.size()
                        && wanted.get(used.size()).number() == part.getInfo().getNumber();
                if (next && wanted.get(used.size()).version() == part.getInfo().getVersion()) {
                    used.add(part);
                } else {
                    unused.add(part);
                }
            }
        }
        if (used.size() < wanted.size()) {
            throw new FlareException(
                    Fault.INVALID_PART,
                    "part " + wanted.get(used.size()).number() + " of upload "
                            + complete.upload().id() + " is another than was judged, or gone");
        }
    }

    private static void withinBounds(ExtentsRow extents) {
        long runBytes = Extents.runBytes(extents);
        Applying.require(
                extents.getSlicesCount() <= MAX_EXTENTS && runBytes <= MAX_RUN_BYTES,
                Fault.ENTITY_TOO_LARGE,
                () -> extents.getSlicesCount() + " extents with " + runBytes + " bytes in the row: at most "
                        + MAX_EXTENTS + " with " + MAX_RUN_BYTES + " are allowed");
    }

    /** The upload's row and its parts' go. */
    private void close(UploadRef upload) {
        batch.deleteAll(
                Family.PART,
                Keys.part(upload.id(), 1),
                Keys.behind(Keys.number(upload.id().number())));
        batch.delete(Family.UPLOAD, Keys.upload(upload.bucket(), upload.key(), upload.id()));
        BucketRow.Builder bucket = batch.bucket(upload.bucket());
        if (bucket != null) {
            bucket.setUploads(bucket.getUploads() - 1);
        }
    }

    Command.Done abort(UploadRef upload) {
        buckets.get(upload.bucket());
        rows.open(upload);
        discard(upload);
        return new Command.Done();
    }

    /** Also of a bucket that is gone. */
    private void discard(UploadRef upload) {
        List<PartRow> unused = new ArrayList<>();
        try (RowScan scan = rows.parts(upload.id(), 0)) {
            while (scan.next()) {
                unused.add(UploadRows.part(scan));
            }
        }
        unused.forEach(part -> release(upload, part));
        close(upload);
        batch.delete(Family.UPLOAD_ID, Keys.number(upload.id().number()));
    }

    Command.Done expire(Command.ExpireUploads expire) {
        entry.fence(expire.term());
        for (UploadId id : expire.uploads()) {
            UploadIdRow row = rows.byId(id);
            if (row == null) {
                continue;
            }
            BucketId bucket = new BucketId(row.getBucket());
            if (UploadRows.isForgotten(row, entry.nowMillis())) {
                batch.delete(Family.UPLOAD_ID, Keys.number(id.number()));
            } else if (!row.hasCompleted()
                    && (row.getCreatedMillis() < expire.createdBeforeMillis() || batch.bucket(bucket) == null)) {
                discard(new UploadRef(bucket, ObjectKey.of(row.getKey().toByteArray()), id));
            }
        }
        return new Command.Done();
    }
}
