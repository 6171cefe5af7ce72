package flare.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import flare.metadata.wire.BucketRow;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.SessionRow;
import flare.metadata.wire.UsageRow;
import flare.model.BucketId;
import flare.model.NodeId;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatchWithIndex;

/**
 * The effects of one log entry on their way into one write. Reads see what the entry has written so far. Rows that nearly
 * every command changes (counters, sessions, buckets, usage) are kept as builders and written once, by {@link #finish}.
 */
final class EntryBatch implements RowReader, AutoCloseable {

    private final Store store;
    private final WriteBatchWithIndex batch = new WriteBatchWithIndex(true);
    private final CountersRow.Builder counters;
    private final SpaceTally space;
    private final Map<Long, SessionRow.Builder> sessions = new TreeMap<>();
    private final Map<Long, Long> answeredFrom = new TreeMap<>();
    private final Map<Long, BucketRow.Builder> buckets = new TreeMap<>();
    private final Map<NodeId, UsageRow.Builder> usages = new TreeMap<>();
    private final Set<Family> listedDeleted = EnumSet.noneOf(Family.class);

    EntryBatch(Store store) {
        this.store = store;
        CountersRow kept = read(Family.META, Keys.COUNTERS, CountersRow.parser());
        this.counters = kept == null ? CountersRow.newBuilder() : kept.toBuilder();
        this.space = new SpaceTally(counters);
    }

    @Override
    public byte @Nullable [] get(Family family, byte[] key) {
        return store.get(batch, family, key);
    }

    @Override
    public RowScan scan(Family family, byte[] from, byte[] to) {
        return store.scan(batch, family, from, to);
    }

    void put(Family family, byte[] key, byte[] value) {
        try {
            batch.put(store.handle(family), key, value);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a row of " + family.id() + " can't be kept", e));
        }
    }

    void put(Family family, byte[] key, MessageLite row) {
        put(family, key, row.toByteArray());
    }

    void delete(Family family, byte[] key) {
        if (family.isListed()) {
            listedDeleted.add(family);
        }
        try {
            batch.delete(store.handle(family), key);
        } catch (RocksDBException e) {
            throw new UncheckedIOException(RocksState.failure("a row of " + family.id() + " can't be deleted", e));
        }
    }

    private <T> @Nullable T read(Family family, byte[] key, Parser<T> parser) {
        byte[] row = get(family, key);
        return row == null ? null : parse(family, row, parser);
    }

    static <T> T parse(Family family, byte[] row, Parser<T> parser) {
        try {
            return parser.parseFrom(row);
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException(
                    new MalformedEntryException("a row of " + family.id() + " is damaged: " + e.getMessage(), e));
        }
    }

    CountersRow.Builder counters() {
        return counters;
    }

    SpaceTally space() {
        return space;
    }

    /** Null if never issued, or ended before this entry. Changes to the builder are kept. */
    SessionRow.@Nullable Builder session(long id) {
        SessionRow.Builder known = sessions.get(id);
        if (known == null && id > 0) {
            SessionRow row = read(Family.SESSION, Keys.number(id), SessionRow.parser());
            if (row != null) {
                known = row.toBuilder();
                sessions.put(id, known);
                answeredFrom.put(id, row.getLowestUnanswered());
            }
        }
        return known;
    }

    void addSession(long id, SessionRow.Builder session) {
        sessions.put(id, session);
        answeredFrom.put(id, 0L);
    }

    /** Null if there is none. Changes to the builder are kept. */
    BucketRow.@Nullable Builder bucket(BucketId id) {
        BucketRow.Builder known = buckets.get(id.value());
        if (known == null) {
            BucketRow row = read(Family.BUCKET, Keys.bucket(id), BucketRow.parser());
            if (row != null) {
                known = row.toBuilder();
                buckets.put(id.value(), known);
            }
        }
        return known;
    }

    void addBucket(BucketRow.Builder bucket) {
        buckets.put(bucket.getId(), bucket);
        // The owner beside the id, so that listing one's own buckets reads no others' rows.
        byte[] owner = bucket.getOwnerBytes().toByteArray();
        byte[] value = ByteBuffer.allocate(8 + owner.length)
                .putLong(bucket.getId())
                .put(owner)
                .array();
        put(Family.BUCKET_NAME, Keys.name(bucket.getName()), value);
    }

    void removeBucket(BucketRow.Builder bucket) {
        buckets.remove(bucket.getId());
        delete(Family.BUCKET, Keys.number(bucket.getId()));
        delete(Family.BUCKET_NAME, Keys.name(bucket.getName()));
    }

    UsageRow.Builder usage(NodeId node) {
        return usages.computeIfAbsent(node, id -> {
            UsageRow row = read(Family.USAGE, Keys.node(id), UsageRow.parser());
            return row == null ? UsageRow.newBuilder() : row.toBuilder();
        });
    }

    /** Forgets what sessions have heard, and writes what was held back. */
    void finish() {
        sessions.forEach((id, session) -> {
            long from = answeredFrom.getOrDefault(id, 0L);
            long to = session.getClosed() ? Long.MAX_VALUE : session.getLowestUnanswered();
            if (from < to) {
                deleteAll(Family.RESULT, Keys.result(id, from), Keys.result(id, to));
            }
            if (session.getClosed()) {
                delete(Family.SESSION, Keys.number(id));
                EndedSessions.add(this, id);
            } else {
                put(Family.SESSION, Keys.number(id), session.build());
            }
        });
        buckets.forEach((id, bucket) -> put(Family.BUCKET, Keys.number(id), bucket.build()));
        usages.forEach((node, usage) -> put(Family.USAGE, Keys.node(node), usage.build()));
        put(Family.META, Keys.COUNTERS, counters.build());
    }

    /** Deletes rows one by one: how many there can be is bounded by what was put. */
    void deleteAll(Family family, byte[] from, byte[] to) {
        try (RowScan scan = scan(family, from, to)) {
            while (scan.next()) {
                delete(family, scan.key());
            }
        }
    }

    void write() throws RocksDBException {
        store.write(batch, listedDeleted);
    }

    @Override
    public void close() {
        batch.close();
    }
}
