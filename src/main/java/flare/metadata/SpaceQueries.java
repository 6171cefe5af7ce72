package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.UsageRow;
import flare.model.BucketId;
import flare.model.BucketName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers about bytes, from one snapshot. */
final class SpaceQueries {

    private final RowReader rows;
    private final CountersRow counters;
    private final boolean counted;

    SpaceQueries(RowReader rows) {
        this.rows = rows;
        byte[] row = rows.get(Family.META, Keys.COUNTERS);
        this.counters = row == null
                ? CountersRow.getDefaultInstance()
                : EntryBatch.parse(Family.META, row, CountersRow.parser());
        this.counted = SpaceTally.isComplete(counters);
    }

    Query.Space space() {
        return new Query.Space(
                counted,
                told(counters.getBytes()),
                told(counters.getOlderBytes()),
                told(counters.getUploadBytes()),
                told(counters.getBlobBytes()),
                told(counters.getDeadBytes()),
                told(counters.getHeldBytes()),
                freed());
    }

    /** A part of a sum would look like one. */
    private long told(long bytes) {
        return counted ? bytes : 0;
    }

    private List<Query.FreedSpace> freed() {
        List<Query.FreedSpace> freed = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.USAGE, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                UsageRow usage = EntryBatch.parse(Family.USAGE, scan.value(), UsageRow.parser());
                if (usage.getFreed() > 0) {
                    freed.add(new Query.FreedSpace(Keys.nodeOf(scan.key()), usage.getFreed(), usage.getFreedBytes()));
                }
            }
        }
        return freed;
    }

    Query.BucketSpacePage buckets(Query.ListBucketSpace list) {
        CopyQueries.checkLimit(list.limit());
        List<Query.BucketSpace> found = new ArrayList<>();
        byte[] from = list.after().isEmpty() ? Keys.FIRST : Keys.after(Keys.name(list.after()));
        try (RowScan scan = rows.scan(Family.BUCKET_NAME, from, Keys.LAST)) {
            while (scan.next()) {
                if (found.size() == list.limit()) {
                    return new Query.BucketSpacePage(
                            counted,
                            found,
                            Optional.of(found.get(found.size() - 1).name().value()));
                }
                found.add(bucket(new BucketId(ByteBuffer.wrap(scan.value()).getLong())));
            }
        }
        return new Query.BucketSpacePage(counted, found, Optional.empty());
    }

    private Query.BucketSpace bucket(BucketId id) {
        byte[] row = rows.get(Family.BUCKET, Keys.bucket(id));
        if (row == null) {
            throw new IllegalStateException("a name leads to bucket " + id.value() + ", which has no row");
        }
        BucketRow bucket = EntryBatch.parse(Family.BUCKET, row, BucketRow.parser());
        return new Query.BucketSpace(
                new BucketName(bucket.getName()),
                bucket.getOwner(),
                bucket.getObjects(),
                told(bucket.getBytes()),
                bucket.getVersions(),
                told(bucket.getOlderBytes()),
                bucket.getUploads(),
                told(bucket.getUploadBytes()));
    }
}
