package flare.metadata;

import flare.metadata.wire.PositionRow;
import flare.metadata.wire.UploadIdRow;
import flare.metadata.wire.UploadRow;
import flare.model.BucketId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Answers about multipart uploads, from one snapshot. Each costs what it answers. */
final class UploadQueries {

    private final RowReader rows;
    private final UploadRows uploads;

    UploadQueries(RowReader rows) {
        this.rows = rows;
        this.uploads = new UploadRows(rows);
    }

    Query.UploadState stat(UploadRef upload) {
        UploadIdRow row = uploads.byId(upload);
        if (!row.hasCompleted()) {
            return new Query.UploadState(
                    Optional.of(UploadRows.info(upload.id(), upload.key(), uploads.open(upload))), Optional.empty());
        }
        Optional<ObjectInfo> completed = UploadRows.completed(row, nowMillis());
        if (completed.isEmpty()) {
            throw UploadRows.none(upload);
        }
        return new Query.UploadState(Optional.empty(), completed);
    }

    private long nowMillis() {
        byte[] position = rows.get(Family.META, Keys.POSITION);
        return position == null
                ? 0
                : EntryBatch.parse(Family.META, position, PositionRow.parser()).getStampMillis();
    }

    Query.PartPage parts(Query.ListParts list) {
        CopyQueries.checkLimit(list.limit());
        UploadInfo info = UploadRows.info(list.upload().id(), list.upload().key(), uploads.open(list.upload()));
        List<PartInfo> parts = new ArrayList<>();
        try (RowScan scan = uploads.parts(list.upload().id(), list.after())) {
            while (scan.next()) {
                if (parts.size() == list.limit()) {
                    return new Query.PartPage(info, parts, true);
                }
                parts.add(UploadRows.decode(UploadRows.part(scan).getInfo()));
            }
        }
        return new Query.PartPage(info, parts, false);
    }

    Query.UploadPage list(Query.ListUploads list) {
        CopyQueries.checkLimit(list.limit());
        if (rows.get(Family.BUCKET, Keys.bucket(list.bucket())) == null) {
            throw new FlareException(
                    Fault.NO_SUCH_BUCKET,
                    "there is no bucket with id " + list.bucket().value());
        }
        KeyGroups groups = new KeyGroups(list.prefix(), list.delimiter());
        List<UploadInfo> found = new ArrayList<>();
        List<byte[]> commonPrefixes = new ArrayList<>();
        byte[] end = Keys.behind(Keys.object(list.bucket(), list.prefix()));
        byte[] from = from(list, groups);
        Query.UploadsMark last = Query.UploadsMark.START;
        try (RowScan scan = rows.scan(Family.UPLOAD, Arrays.compareUnsigned(from, end) < 0 ? from : end, end)) {
            boolean more = scan.next();
            while (more) {
                if (found.size() + commonPrefixes.size() == list.limit()) {
                    return new Query.UploadPage(found, commonPrefixes, Optional.of(last));
                }
                byte[] key = Keys.keyOfVersion(scan.key());
                byte[] group = groups.group(key);
                if (group == null) {
                    UploadId id = new UploadId(Keys.numberOfUpload(scan.key()));
                    UploadRow row = EntryBatch.parse(Family.UPLOAD, scan.value(), UploadRow.parser());
                    found.add(UploadRows.info(id, ObjectKey.of(key), row));
                    last = new Query.UploadsMark(key, Optional.of(id));
                    more = scan.next();
                } else {
                    commonPrefixes.add(group);
                    last = new Query.UploadsMark(group, Optional.empty());
                    more = scan.seek(Keys.behind(Keys.object(list.bucket(), group)));
                }
            }
        }
        return new Query.UploadPage(found, commonPrefixes, Optional.empty());
    }

    private static byte[] from(Query.ListUploads list, KeyGroups groups) {
        byte[] prefix = Keys.object(list.bucket(), list.prefix());
        byte[] mark = list.after().key();
        if (mark.length == 0) {
            return prefix;
        }
        byte[] behind;
        if (groups.isGroup(mark)) {
            behind = Keys.behind(Keys.object(list.bucket(), mark));
        } else if (list.after().upload().isPresent()) {
            behind = Keys.after(Keys.upload(
                    list.bucket(), ObjectKey.of(mark), list.after().upload().get()));
        } else {
            behind = Keys.behind(Keys.versions(list.bucket(), mark));
        }
        return Arrays.compareUnsigned(behind, prefix) > 0 ? behind : prefix;
    }

    private boolean isStray(UploadIdRow row) {
        return rows.get(Family.BUCKET, Keys.bucket(new BucketId(row.getBucket()))) == null;
    }

    /** Looks at {@code limit} uploads, open and finished ones, and answers those that are due: too old, forgotten, or without their bucket. */
    Query.OldUploads old(Query.ListOldUploads list) {
        CopyQueries.checkLimit(list.limit());
        long now = nowMillis();
        long createdBefore = now - list.maxAge().toMillis();
        byte[] from = list.after().map(id -> Keys.number(id.number() + 1)).orElse(Keys.FIRST);
        List<UploadId> due = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.UPLOAD_ID, from, Keys.LAST)) {
            for (int looked = 0; scan.next(); looked++) {
                UploadId id = new UploadId(ByteBuffer.wrap(scan.key()).getLong());
                if (looked == list.limit()) {
                    return new Query.OldUploads(due, createdBefore, Optional.of(new UploadId(id.number() - 1)));
                }
                UploadIdRow row = EntryBatch.parse(Family.UPLOAD_ID, scan.value(), UploadIdRow.parser());
                if (UploadRows.isForgotten(row, now)
                        || (!row.hasCompleted() && (row.getCreatedMillis() < createdBefore || isStray(row)))) {
                    due.add(id);
                }
            }
        }
        return new Query.OldUploads(due, createdBefore, Optional.empty());
    }
}
