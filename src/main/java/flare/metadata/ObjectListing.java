package flare.metadata;

import flare.metadata.wire.ObjectRow;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One page of a bucket's keys. A common prefix costs one seek however many keys it stands for; the walk is bounded to the
 * prefix asked for, so that it never wades through what lies behind it.
 */
final class ObjectListing {

    private final RowReader rows;
    private final Query.ListObjects list;
    private final KeyGroups groups;
    private final List<ObjectInfo> objects = new ArrayList<>();
    private final List<byte[]> commonPrefixes = new ArrayList<>();

    ObjectListing(RowReader rows, Query.ListObjects list) {
        this.rows = rows;
        this.list = list;
        this.groups = new KeyGroups(list.prefix(), list.delimiter());
    }

    Query.ObjectPage page() {
        byte[] prefix = row(list.prefix());
        byte[] start = start();
        byte[] end = Keys.behind(prefix);
        if (Arrays.compareUnsigned(start, end) >= 0) {
            return new Query.ObjectPage(List.of(), List.of(), Optional.empty());
        }
        byte[] last = Keys.FIRST;
        try (RowScan scan = rows.scan(Family.OBJECT, start, end)) {
            boolean found = scan.next();
            while (found) {
                if (objects.size() + commonPrefixes.size() == list.limit()) {
                    return new Query.ObjectPage(objects, commonPrefixes, Optional.of(last));
                }
                byte[] key = Keys.keyOfObject(scan.key());
                byte[] group = groups.group(key);
                if (group == null) {
                    ObjectRow object = EntryBatch.parse(Family.OBJECT, scan.value(), ObjectRow.parser());
                    objects.add(ValueCodec.decode(ObjectKey.of(key), object, true));
                    last = key;
                    found = scan.next();
                } else {
                    commonPrefixes.add(group);
                    last = group;
                    found = scan.seek(Keys.behind(row(group)));
                }
            }
        }
        return new Query.ObjectPage(objects, commonPrefixes, Optional.empty());
    }

    /** Behind the mark: behind all it stands for, if it is a common prefix of this listing. */
    private byte[] start() {
        byte[] prefix = row(list.prefix());
        if (list.after().length == 0) {
            return prefix;
        }
        byte[] mark = row(list.after());
        byte[] behind = groups.isGroup(list.after()) ? Keys.behind(mark) : Keys.after(mark);
        return Arrays.compareUnsigned(behind, prefix) > 0 ? behind : prefix;
    }

    private byte[] row(byte[] key) {
        return Keys.object(list.bucket(), key);
    }
}
