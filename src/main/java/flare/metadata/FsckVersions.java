package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.SliceRow;
import flare.metadata.wire.UploadIdRow;
import flare.model.BucketId;
import flare.model.ObjectKey;
import flare.model.UploadId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Buckets with their objects, versions and uploads, each with its content; users by their number. Uploads may be of a bucket
 * that was deleted: they expire.
 */
final class FsckVersions {

    private final RowReader rows;
    private final FsckFindings findings;
    private long contents;
    private long nullVersions;
    private boolean counted;
    private long rowBytes;
    private long bytes;
    private long olderBytes;

    FsckVersions(RowReader rows, FsckFindings findings) {
        this.rows = rows;
        this.findings = findings;
    }

    void check(CountersRow counters) {
        counted = SpaceTally.isComplete(counters);
        long objects = 0;
        long versions = 0;
        long buckets = 0;
        try (RowScan scan = rows.scan(Family.BUCKET, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                findings.row();
                BucketRow bucket = EntryBatch.parse(Family.BUCKET, scan.value(), BucketRow.parser());
                objects += bucket(bucket);
                versions += bucket.getVersions();
                buckets++;
            }
        }
        long inBuckets = objects;
        findings.same(
                "objects of the cluster",
                counters.getObjects(),
                inBuckets,
                batch -> batch.counters().setObjects(inBuckets));
        findings.same("objects in buckets that are there", count(Family.OBJECT), objects);
        findings.same("older versions in buckets that are there", count(Family.VERSION), versions);
        findings.same("names of buckets", count(Family.BUCKET_NAME), buckets);
        findings.same("contents of versions", count(Family.EXTENTS), contents);
        findings.same("null versions that are not their key's newest", count(Family.NULL_VERSION), nullVersions);
        long users = count(Family.USER);
        findings.same(
                "users", counters.getUsers(), users, batch -> batch.counters().setUsers(users));
        openUploads();
        long uploadBytes = parts();
        if (counted) {
            findings.same(
                    "bytes of the cluster's objects",
                    counters.getBytes(),
                    bytes,
                    batch -> batch.counters().setBytes(bytes));
            findings.same(
                    "bytes of the cluster's older versions",
                    counters.getOlderBytes(),
                    olderBytes,
                    batch -> batch.counters().setOlderBytes(olderBytes));
            findings.same(
                    "bytes of open uploads",
                    counters.getUploadBytes(),
                    uploadBytes,
                    batch -> batch.counters().setUploadBytes(uploadBytes));
        }
    }

    /** The number of its objects. */
    private long bucket(BucketRow bucket) {
        String name = "bucket " + bucket.getName();
        byte[] id = rows.get(Family.BUCKET_NAME, Keys.name(bucket.getName()));
        if (id == null || ByteBuffer.wrap(id).getLong() != bucket.getId()) {
            // Two of one name would be the same problem: nothing tells which of them it is to be.
            findings.problem(name + " with id " + bucket.getId() + " is not found by its name", batch -> {
                if (id == null) {
                    batch.addBucket(kept(batch, bucket));
                }
            });
        }
        byte[] from = Keys.number(bucket.getId());
        long objects = versions(Family.OBJECT, bucket, from);
        findings.same(
                "objects of " + name,
                bucket.getObjects(),
                objects,
                batch -> kept(batch, bucket).setObjects(objects));
        long ofObjects = rowBytes;
        long older = versions(Family.VERSION, bucket, from);
        long ofOlder = rowBytes;
        findings.same(
                "older versions of " + name,
                bucket.getVersions(),
                older,
                batch -> kept(batch, bucket).setVersions(older));
        bytes += ofObjects;
        olderBytes += ofOlder;
        long uploads = 0;
        long uploadBytes = 0;
        try (RowScan scan = rows.scan(Family.UPLOAD, from, Keys.behind(from))) {
            while (scan.next()) {
                findings.row();
                uploads++;
                upload(bucket, scan.key());
                uploadBytes += partBytes(Keys.number(Keys.numberOfUpload(scan.key())));
            }
        }
        long open = uploads;
        long ofUploads = uploadBytes;
        findings.same(
                "uploads of " + name,
                bucket.getUploads(),
                open,
                batch -> kept(batch, bucket).setUploads(open));
        if (counted) {
            findings.same(
                    "bytes of objects of " + name,
                    bucket.getBytes(),
                    ofObjects,
                    batch -> kept(batch, bucket).setBytes(ofObjects));
            findings.same(
                    "bytes of older versions of " + name,
                    bucket.getOlderBytes(),
                    ofOlder,
                    batch -> kept(batch, bucket).setOlderBytes(ofOlder));
            findings.same(
                    "bytes of open uploads of " + name,
                    bucket.getUploadBytes(),
                    ofUploads,
                    batch -> kept(batch, bucket).setUploadBytes(ofUploads));
        }
        return objects;
    }

    private static BucketRow.Builder kept(EntryBatch batch, BucketRow bucket) {
        return Objects.requireNonNull(batch.bucket(new BucketId(bucket.getId())));
    }

    private long partBytes(byte[] upload) {
        long sum = 0;
        try (RowScan scan = rows.scan(Family.PART, upload, Keys.behind(upload))) {
            while (scan.next()) {
                sum += UploadRows.part(scan).getInfo().getSize();
            }
        }
        return sum;
    }

    /** How many there are; their bytes are left behind. */
    private long versions(Family family, BucketRow bucket, byte[] from) {
        rowBytes = 0;
        long count = 0;
        try (RowScan scan = rows.scan(family, from, Keys.behind(from))) {
            while (scan.next()) {
                findings.row();
                count++;
                byte[] key = family == Family.OBJECT ? Keys.keyOfObject(scan.key()) : Keys.keyOfVersion(scan.key());
                ObjectRow row = EntryBatch.parse(family, scan.value(), ObjectRow.parser());
                rowBytes += row.getSize();
                String name = "version " + row.getVersion() + " of " + bucket.getName() + "/" + ObjectKey.of(key);
                if (family == Family.VERSION && Keys.numberOfVersion(scan.key()) != row.getVersion()) {
                    findings.problem(name + " stands where version " + Keys.numberOfVersion(scan.key()) + " should");
                }
                if (family == Family.OBJECT && row.getDeleteMarker()) {
                    findings.problem(name + " is a delete marker, and stands among objects");
                }
                if (family == Family.VERSION && !row.getNamed()) {
                    nullVersion(new BucketId(bucket.getId()), key, row, name);
                }
                if (!row.getDeleteMarker()) {
                    content(row, name);
                }
            }
        }
        return count;
    }

    private void nullVersion(BucketId bucket, byte[] key, ObjectRow row, String name) {
        nullVersions++;
        byte[] number = rows.get(Family.NULL_VERSION, Keys.object(bucket, key));
        if (number == null || ByteBuffer.wrap(number).getLong() != row.getVersion()) {
            byte[] found = Keys.number(row.getVersion());
            findings.problem(name + " is a null version that is not found as one", batch -> {
                if (number == null) {
                    batch.put(Family.NULL_VERSION, Keys.object(bucket, key), found);
                }
            });
        }
    }

    private void content(ObjectRow row, String name) {
        byte @Nullable [] found = rows.get(Family.EXTENTS, Keys.number(row.getVersion()));
        if (found == null) {
            findings.missContent(name + " has no content");
            return;
        }
        contents++;
        ExtentsRow extents = EntryBatch.parse(Family.EXTENTS, found, ExtentsRow.parser());
        findings.same("bytes of " + name, row.getSize(), bytes(extents));
    }

    static long bytes(ExtentsRow extents) {
        return extents.getInline().size()
                + extents.getSlicesList().stream()
                        .mapToLong(SliceRow::getLength)
                        .sum();
    }

    private void upload(BucketRow bucket, byte[] key) {
        long number = Keys.numberOfUpload(key);
        byte[] row = rows.get(Family.UPLOAD_ID, Keys.number(number));
        UploadIdRow upload = row == null ? null : EntryBatch.parse(Family.UPLOAD_ID, row, UploadIdRow.parser());
        if (upload == null
                || upload.hasCompleted()
                || upload.getBucket() != bucket.getId()
                || !Arrays.equals(upload.getKey().toByteArray(), Keys.keyOfVersion(key))) {
            findings.problem("upload " + number + " of bucket " + bucket.getName()
                    + " is open, and not found as such by its id");
        }
    }

    /** Those of buckets that are gone, too: they stay until they expire. */
    private void openUploads() {
        long open = 0;
        try (RowScan scan = rows.scan(Family.UPLOAD_ID, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                findings.row();
                UploadIdRow row = EntryBatch.parse(Family.UPLOAD_ID, scan.value(), UploadIdRow.parser());
                long number = ByteBuffer.wrap(scan.key()).getLong();
                if (!row.hasCompleted()) {
                    open++;
                    byte[] key = Keys.upload(
                            new BucketId(row.getBucket()),
                            ObjectKey.of(row.getKey().toByteArray()),
                            new UploadId(number));
                    if (rows.get(Family.UPLOAD, key) == null) {
                        findings.problem("upload " + number + " is open by its id, and not found at its key");
                    }
                }
            }
        }
        findings.same("open uploads", count(Family.UPLOAD), open);
    }

    /** Parts belong to uploads that are open. Answers their bytes. */
    private long parts() {
        long sum = 0;
        long upload = -1;
        try (RowScan scan = rows.scan(Family.PART, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                findings.row();
                long number = ByteBuffer.wrap(scan.key()).getLong();
                if (number != upload && !isOpen(number)) {
                    findings.problem("upload " + number + " has parts and is not open");
                }
                upload = number;
                sum += UploadRows.part(scan).getInfo().getSize();
            }
        }
        return sum;
    }

    private boolean isOpen(long number) {
        byte[] row = rows.get(Family.UPLOAD_ID, Keys.number(number));
        return row != null
                && !EntryBatch.parse(Family.UPLOAD_ID, row, UploadIdRow.parser())
                        .hasCompleted();
    }

    private long count(Family family) {
        long count = 0;
        try (RowScan scan = rows.scan(family, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                count++;
            }
        }
        return count;
    }
}
