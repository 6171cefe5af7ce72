package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.SliceRow;
import flare.metadata.wire.UploadIdRow;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.VersionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What has bytes in certain chunks. No row leads from a blob to what refers to it, so this walks over all contents and names. */
final class Referents {

    private final RowReader rows;
    private final int limit;
    private final Map<BlobId, List<Range>> wanted = new HashMap<>();
    private final List<Referent> found = new ArrayList<>();

    /** Bytes of a blob. */
    private record Range(long from, long until) {

        boolean meets(SliceRow slice) {
            return slice.getOffset() < until && from < slice.getOffset() + slice.getLength();
        }
    }

    /** @param limit so many are enough */
    Referents(RowReader rows, int limit) {
        this.rows = rows;
        this.limit = limit;
    }

    List<Referent> of(Set<ChunkId> chunks) {
        chunks.forEach(this::want);
        Set<Long> versions = versions();
        if (!versions.isEmpty()) {
            try (RowScan scan = rows.scan(Family.BUCKET, Keys.FIRST, Keys.LAST)) {
                while (scan.next() && found.size() < limit) {
                    BucketRow bucket = EntryBatch.parse(Family.BUCKET, scan.value(), BucketRow.parser());
                    name(Family.OBJECT, bucket, versions);
                    name(Family.VERSION, bucket, versions);
                }
            }
        }
        parts();
        return List.copyOf(found);
    }

    /** All chunks of a blob but the last are of one length. */
    private void want(ChunkId chunk) {
        byte[] row = rows.get(Family.CHUNK, Keys.chunk(chunk));
        byte[] first = rows.get(Family.CHUNK, Keys.chunk(new ChunkId(chunk.blob(), 0)));
        if (row != null && first != null) {
            long from = chunk.ordinal()
                    * EntryBatch.parse(Family.CHUNK, first, ChunkRow.parser()).getLength();
            long length = EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser()).getLength();
            wanted.computeIfAbsent(chunk.blob(), blob -> new ArrayList<>()).add(new Range(from, from + length));
        }
    }

    private boolean concerns(ExtentsRow extents) {
        return extents.getSlicesList().stream()
                .anyMatch(slice -> !slice.hasInline()
                        && wanted.getOrDefault(new BlobId(slice.getSession(), slice.getCounter()), List.of()).stream()
                                .anyMatch(range -> range.meets(slice)));
    }

    /** Internal numbers. */
    private Set<Long> versions() {
        Set<Long> versions = new HashSet<>();
        try (RowScan scan = rows.scan(Family.EXTENTS, Keys.FIRST, Keys.LAST)) {
            while (scan.next() && versions.size() < limit) {
                if (concerns(EntryBatch.parse(Family.EXTENTS, scan.value(), ExtentsRow.parser()))) {
                    versions.add(ByteBuffer.wrap(scan.key()).getLong());
                }
            }
        }
        return versions;
    }

    private void name(Family family, BucketRow bucket, Set<Long> versions) {
        byte[] from = Keys.bucket(new BucketId(bucket.getId()));
        try (RowScan scan = rows.scan(family, from, Keys.behind(from))) {
            while (scan.next()) {
                ObjectRow row = EntryBatch.parse(family, scan.value(), ObjectRow.parser());
                if (versions.contains(row.getVersion())) {
                    byte[] key = family == Family.OBJECT ? Keys.keyOfObject(scan.key()) : Keys.keyOfVersion(scan.key());
                    found.add(new Referent.Version(
                            new BucketName(bucket.getName()),
                            ObjectKey.of(key),
                            row.getNamed() ? new VersionId(row.getVersion()) : VersionId.NULL,
                            family == Family.OBJECT));
                }
            }
        }
    }

    private void parts() {
        try (RowScan scan = rows.scan(Family.PART, Keys.FIRST, Keys.LAST)) {
            while (scan.next() && found.size() < limit) {
                PartRow part = EntryBatch.parse(Family.PART, scan.value(), PartRow.parser());
                if (concerns(part.getExtents())) {
                    part(
                            new UploadId(ByteBuffer.wrap(scan.key()).getLong()),
                            part.getInfo().getNumber());
                }
            }
        }
    }

    private void part(UploadId upload, int number) {
        byte[] row = rows.get(Family.UPLOAD_ID, Keys.number(upload.number()));
        if (row == null) {
            return;
        }
        UploadIdRow kept = EntryBatch.parse(Family.UPLOAD_ID, row, UploadIdRow.parser());
        byte[] bucket = rows.get(Family.BUCKET, Keys.number(kept.getBucket()));
        if (bucket != null) {
            found.add(new Referent.Part(
                    new BucketName(EntryBatch.parse(Family.BUCKET, bucket, BucketRow.parser())
                            .getName()),
                    ObjectKey.of(kept.getKey().toByteArray()),
                    upload,
                    number));
        }
    }
}
