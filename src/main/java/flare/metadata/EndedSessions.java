package flare.metadata;

import flare.metadata.wire.EndedSessionsRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The ids of sessions that were issued and have ended: all that is kept of them, for ever, since it decides between an
 * orphan and an alarm (I14). A few bytes each, many to a row, and apart from the live ones, which are listed every few
 * seconds. A row is keyed by its highest id and holds all ended ids above the highest of the row before.
 */
final class EndedSessions {

    static final int MAX_IDS = 512;

    private EndedSessions() {}

    static boolean contains(RowReader rows, long id) {
        try (RowScan scan = rows.scan(Family.META, Keys.ended(id), Keys.behind(Keys.ENDED))) {
            return scan.next() && Collections.binarySearch(decode(scan.value()), id) >= 0;
        }
    }

    /** Does nothing if the id is there. */
    static void add(EntryBatch batch, long id) {
        long highest = batch.counters().getHighestEndedSession();
        if (id > highest) {
            append(batch, id, highest);
            batch.counters().setHighestEndedSession(id);
        } else {
            insert(batch, id);
        }
    }

    private static void append(EntryBatch batch, long id, long highest) {
        List<Long> ids = new ArrayList<>();
        byte[] last = highest == 0 ? null : batch.get(Family.META, Keys.ended(highest));
        if (last != null) {
            ids.addAll(decode(last));
        }
        if (ids.size() < MAX_IDS) {
            batch.delete(Family.META, Keys.ended(highest));
        } else {
            ids.clear();
        }
        ids.add(id);
        put(batch, ids);
    }

    private static void insert(EntryBatch batch, long id) {
        List<Long> ids;
        try (RowScan scan = batch.scan(Family.META, Keys.ended(id), Keys.behind(Keys.ENDED))) {
            if (!scan.next()) {
                throw new IllegalStateException("no row of ended sessions covers id " + id);
            }
            ids = decode(scan.value());
        }
        int at = Collections.binarySearch(ids, id);
        if (at >= 0) {
            return;
        }
        ids.add(-at - 1, id);
        if (ids.size() > MAX_IDS) {
            List<Long> lower = ids.subList(0, MAX_IDS / 2);
            put(batch, lower);
            lower.clear();
        }
        put(batch, ids);
    }

    private static void put(EntryBatch batch, List<Long> ids) {
        EndedSessionsRow.Builder row = EndedSessionsRow.newBuilder();
        long before = 0;
        for (long id : ids) {
            row.addGaps(id - before);
            before = id;
        }
        batch.put(Family.META, Keys.ended(before), row.build());
    }

    private static List<Long> decode(byte[] row) {
        List<Long> ids = new ArrayList<>();
        long id = 0;
        for (long gap :
                EntryBatch.parse(Family.META, row, EndedSessionsRow.parser()).getGapsList()) {
            id += gap;
            ids.add(id);
        }
        return ids;
    }
}
