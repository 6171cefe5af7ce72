package flare.metadata;

import flare.metadata.wire.ObjectRow;
import flare.model.BucketId;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a bucket's versions: two walks in step, over the newest and over the others. Each row met is a result or
 * begins a common prefix, behind which both walks go on with one seek each.
 */
final class VersionListing {

    private final RowReader rows;
    private final Query.ListVersions list;
    private final BucketId bucket;
    private final KeyGroups groups;
    private final VersionRows versions;
    private final List<ObjectInfo> found = new ArrayList<>();
    private final List<byte[]> commonPrefixes = new ArrayList<>();

    VersionListing(RowReader rows, Query.ListVersions list) {
        this.rows = rows;
        this.list = list;
        this.bucket = list.bucket();
        this.groups = new KeyGroups(list.prefix(), list.delimiter());
        this.versions = new VersionRows(rows);
    }

    Query.VersionPage page() {
        byte[] end = Keys.behind(Keys.object(bucket, list.prefix()));
        byte[] newestFrom = newestFrom();
        byte[] olderFrom = olderFrom();
        boolean newestEnded = Arrays.compareUnsigned(newestFrom, end) >= 0;
        boolean olderEnded = Arrays.compareUnsigned(olderFrom, end) >= 0;
        try (RowScan newest = rows.scan(Family.OBJECT, newestEnded ? end : newestFrom, end);
                RowScan older = rows.scan(Family.VERSION, olderEnded ? end : olderFrom, end)) {
            return merge(newest, older);
        }
    }

    private Query.VersionPage merge(RowScan newest, RowScan older) {
        boolean inNewest = newest.next();
        boolean inOlder = older.next();
        Query.VersionsMark last = Query.VersionsMark.START;
        byte @Nullable [] keyBefore = null;
        while (inNewest || inOlder) {
            if (found.size() + commonPrefixes.size() == list.limit()) {
                return new Query.VersionPage(found, commonPrefixes, Optional.of(last));
            }
            byte[] newestKey = inNewest ? Keys.keyOfObject(newest.key()) : Keys.LAST;
            byte[] olderKey = inOlder ? Keys.keyOfVersion(older.key()) : Keys.LAST;
            boolean takeNewest = inNewest && Arrays.compareUnsigned(newestKey, olderKey) <= 0;
            byte[] key = takeNewest ? newestKey : olderKey;
            byte[] group = groups.group(key);
            if (group != null) {
                commonPrefixes.add(group);
                last = new Query.VersionsMark(group, Optional.empty());
                byte[] behind = Keys.behind(Keys.object(bucket, group));
                inNewest = inNewest && newest.seek(behind);
                inOlder = inOlder && older.seek(behind);
                continue;
            }
            ObjectKey objectKey = ObjectKey.of(key);
            ObjectRow row = EntryBatch.parse(
                    takeNewest ? Family.OBJECT : Family.VERSION,
                    takeNewest ? newest.value() : older.value(),
                    ObjectRow.parser());
            boolean latest = takeNewest
                    || (!Arrays.equals(key, keyBefore)
                            && (!found.isEmpty() || !isResumed(key) || versions.isLatest(bucket, objectKey, row)));
            found.add(ValueCodec.decode(objectKey, row, latest));
            last = new Query.VersionsMark(key, Optional.of(VersionRows.id(row)));
            keyBefore = key;
            if (takeNewest) {
                inNewest = newest.next();
            } else {
                inOlder = older.next();
            }
        }
        return new Query.VersionPage(found, commonPrefixes, Optional.empty());
    }

    /** Whether the page begins among this key's versions, so that what it meets first need not be the newest. */
    private boolean isResumed(byte[] key) {
        return Arrays.equals(key, list.after().key());
    }

    private byte[] newestFrom() {
        byte[] prefix = Keys.object(bucket, list.prefix());
        byte[] mark = list.after().key();
        if (mark.length == 0) {
            return prefix;
        }
        byte[] row = Keys.object(bucket, mark);
        return later(prefix, groups.isGroup(mark) ? Keys.behind(row) : Keys.after(row));
    }

    private byte[] olderFrom() {
        byte[] prefix = Keys.object(bucket, list.prefix());
        byte[] mark = list.after().key();
        if (mark.length == 0) {
            return prefix;
        }
        if (groups.isGroup(mark)) {
            return later(prefix, Keys.behind(Keys.object(bucket, mark)));
        }
        Optional<VersionId> version = list.after().version();
        long number = version.map(id -> versions.number(bucket, ObjectKey.of(mark), id))
                .orElse(0L);
        // Versions are numbered from 1 on: behind the mark's versions begins where number 0 would be.
        return later(prefix, Keys.after(Keys.version(bucket, mark, number)));
    }

    private static byte[] later(byte[] one, byte[] other) {
        return Arrays.compareUnsigned(one, other) > 0 ? one : other;
    }
}
