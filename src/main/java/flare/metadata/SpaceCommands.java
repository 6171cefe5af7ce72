package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.BlobRow;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.PartRow;
import flare.metadata.wire.UploadIdRow;
import flare.model.BucketId;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The walk that brings rows into the sums of {@link SpaceTally} which were there before these. */
final class SpaceCommands {

    private final Applying entry;
    private final EntryBatch batch;
    private final References references;

    SpaceCommands(Applying entry, References references) {
        this.entry = entry;
        this.batch = entry.batch();
        this.references = references;
    }

    boolean count(Command.CountSpace count) {
        entry.fence(count.term());
        int left = count.limit();
        while (left > 0 && !SpaceTally.isComplete(batch.counters())) {
            left -= page(left);
        }
        return !SpaceTally.isComplete(batch.counters());
    }

    /** Goes on in the family that the walk is in, and to the next where that ends before the limit; answers how many rows. */
    private int page(int limit) {
        CountersRow.Builder counters = batch.counters();
        int phase = Math.max(1, counters.getSpacePhase());
        Family family = SpaceTally.WALKED.get(phase - 1);
        byte[] position = counters.getSpacePosition().toByteArray();
        int rows = 0;
        try (RowScan scan = batch.scan(family, position.length == 0 ? Keys.FIRST : Keys.after(position), Keys.LAST)) {
            while (rows < limit && scan.next()) {
                position = scan.key();
                add(family, position, scan.value());
                rows++;
            }
        }
        boolean more = rows == limit;
        counters.setSpacePhase(more ? phase : phase + 1)
                .setSpacePosition(more ? ByteString.copyFrom(position) : ByteString.EMPTY);
        return rows;
    }

    private void add(Family family, byte[] key, byte[] row) {
        SpaceTally space = batch.space();
        switch (family) {
            case EXTENTS -> references.recount(EntryBatch.parse(family, row, ExtentsRow.parser()), true);
            case PART -> {
                PartRow part = EntryBatch.parse(family, row, PartRow.parser());
                references.recount(part.getExtents(), true);
                space.addPart(bucketOfUpload(key), part.getInfo().getSize());
            }
            case BLOB -> space.add(EntryBatch.parse(family, row, BlobRow.parser()), 1);
            case OBJECT ->
                space.addObject(
                        bucket(key),
                        EntryBatch.parse(family, row, ObjectRow.parser()).getSize());
            case VERSION ->
                space.addOlder(
                        bucket(key),
                        EntryBatch.parse(family, row, ObjectRow.parser()).getSize());
            default -> throw new AssertionError(family);
        }
    }

    private BucketRow.Builder bucket(byte[] key) {
        long id = ByteBuffer.wrap(key).getLong();
        BucketRow.Builder bucket = batch.bucket(new BucketId(id));
        if (bucket == null) {
            throw new IllegalStateException("a version is of bucket " + id + ", which has no row");
        }
        return bucket;
    }

    private BucketRow.@Nullable Builder bucketOfUpload(byte[] key) {
        byte[] upload =
                batch.get(Family.UPLOAD_ID, Keys.number(ByteBuffer.wrap(key).getLong()));
        return upload == null
                ? null
                : batch.bucket(new BucketId(EntryBatch.parse(Family.UPLOAD_ID, upload, UploadIdRow.parser())
                        .getBucket()));
    }
}
