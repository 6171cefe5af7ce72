package flare.metadata;

import flare.metadata.wire.PartInfoValue;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.UploadIdRow;
import flare.metadata.wire.UploadRow;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Rows of uploads: open ones by key, all by their number, which leads to the row by key or to how the upload ended. */
final class UploadRows {

    /** So long, in the log's time, a finished upload answers a repeated completion as it did the first. */
    static final Duration RESULT_KEPT = Duration.ofDays(1);

    private final RowReader rows;

    UploadRows(RowReader rows) {
        this.rows = rows;
    }

    /** NO_SUCH_UPLOAD if it never was, is aborted, or is another key's. */
    UploadIdRow byId(UploadRef upload) {
        UploadIdRow row = byId(upload.id());
        if (row == null
                || row.getBucket() != upload.bucket().value()
                || !row.getKey().equals(ValueCodec.bytes(upload.key()))) {
            throw none(upload);
        }
        return row;
    }

    @Nullable
    UploadIdRow byId(UploadId id) {
        byte[] row = rows.get(Family.UPLOAD_ID, Keys.number(id.number()));
        return row == null ? null : EntryBatch.parse(Family.UPLOAD_ID, row, UploadIdRow.parser());
    }

    /** NO_SUCH_UPLOAD also if it is finished. */
    UploadRow open(UploadRef upload) {
        byId(upload);
        byte[] row = rows.get(Family.UPLOAD, Keys.upload(upload.bucket(), upload.key(), upload.id()));
        if (row == null) {
            throw none(upload);
        }
        return EntryBatch.parse(Family.UPLOAD, row, UploadRow.parser());
    }

    static FlareException none(UploadRef upload) {
        return new FlareException(
                Fault.NO_SUCH_UPLOAD, "there is no upload " + upload.id() + " of key " + upload.key());
    }

    /** What the upload became; empty while it is open, or when that is too long ago. */
    static Optional<ObjectInfo> completed(UploadIdRow row, long nowMillis) {
        if (!row.hasCompleted() || isForgotten(row, nowMillis)) {
            return Optional.empty();
        }
        return Optional.of(ValueCodec.decode(
                ObjectKey.of(row.getKey().toByteArray()), row.getCompleted().getRow(), true));
    }

    static boolean isForgotten(UploadIdRow row, long nowMillis) {
        return row.hasCompleted() && nowMillis - row.getCompletedMillis() > RESULT_KEPT.toMillis();
    }

    RowScan parts(UploadId upload, int after) {
        return rows.scan(Family.PART, Keys.part(upload, after + 1), Keys.behind(Keys.number(upload.number())));
    }

    static PartRow part(RowScan scan) {
        return EntryBatch.parse(Family.PART, scan.value(), PartRow.parser());
    }

    static UploadInfo info(UploadId id, ObjectKey key, UploadRow row) {
        return new UploadInfo(
                id,
                key,
                Instant.ofEpochMilli(row.getCreatedMillis()),
                ValueCodec.decode(row.getAttributes()),
                row.hasExtras() ? ValueCodec.decode(row.getExtras()) : ObjectExtras.NONE,
                algorithm(row.getChecksumAlgorithm()),
                type(row.getChecksumComposite()));
    }

    static Optional<ChecksumAlgorithm> algorithm(String name) {
        return name.isEmpty() ? Optional.empty() : Optional.of(ChecksumAlgorithm.valueOf(name));
    }

    static Checksum.Type type(boolean composite) {
        return composite ? Checksum.Type.COMPOSITE : Checksum.Type.FULL_OBJECT;
    }

    static PartInfoValue encode(PartInfo part) {
        PartInfoValue.Builder encoded = PartInfoValue.newBuilder()
                .setNumber(part.number())
                .setVersion(part.version())
                .setSize(part.size())
                .setEtag(part.etag())
                .setModifiedMillis(part.lastModified().toEpochMilli());
        part.checksum().ifPresent(checksum -> encoded.setChecksum(ValueCodec.encode(checksum)));
        return encoded.build();
    }

    static PartInfo decode(PartInfoValue part) {
        return new PartInfo(
                part.getNumber(),
                part.getVersion(),
                part.getSize(),
                part.getEtag(),
                Instant.ofEpochMilli(part.getModifiedMillis()),
                part.hasChecksum() ? Optional.of(ValueCodec.decode(part.getChecksum())) : Optional.empty());
    }
}
