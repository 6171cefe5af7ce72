package flare.metadata;

import flare.metadata.wire.BucketRow;
import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.CountersRow;
import flare.metadata.wire.ExtentsRow;
import flare.metadata.wire.NodeRow;
import flare.metadata.wire.ObjectRow;
import flare.metadata.wire.PositionRow;
import flare.metadata.wire.SessionRow;
import flare.metadata.wire.SliceRow;
import flare.metadata.wire.UsageRow;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Answers about cluster, sessions, buckets and objects, from one snapshot. */
final class StateQueries {

    /** Chunks answered with an opened object: most objects need no second query. */
    static final int FIRST_CHUNKS = 64;

    private final RowReader rows;
    private final CopyQueries copies;

    StateQueries(RowReader rows) {
        this.rows = rows;
        this.copies = new CopyQueries(rows);
    }

    /** What each query answers is its type parameter; the dispatch below is where that is held true. */
    @SuppressWarnings("unchecked")
    <R> R answer(Query<R> query) {
        return (R) ask(query);
    }

    private Object ask(Query<?> query) {
        if (query instanceof Query.StatObject stat) {
            bucket(stat.bucket());
            return ValueCodec.decode(stat.key(), object(stat.bucket(), stat.key()));
        } else if (query instanceof Query.OpenObject open) {
            return open(open);
        } else if (query instanceof Query.ListObjects list) {
            bucket(list.bucket());
            CopyQueries.checkLimit(list.limit());
            return new ObjectListing(rows, list).page();
        } else if (query instanceof Query.FindBucket find) {
            byte[] id = rows.get(Family.BUCKET_NAME, Keys.name(find.name().value()));
            return Optional.ofNullable(id)
                    .map(bytes -> new BucketId(ByteBuffer.wrap(bytes).getLong()));
        } else if (query instanceof Query.GetCluster) {
            return Optional.ofNullable(read(Family.META, Keys.CLUSTER, ClusterValue.parser()))
                    .map(ValueCodec::decode);
        } else if (query instanceof Query.ListNodes) {
            return nodes();
        } else if (query instanceof Query.ListSessions) {
            return sessions();
        } else if (query instanceof Query.GetCounts) {
            return counts();
        }
        return copies.ask(query);
    }

    private <T> @Nullable T read(Family family, byte[] key, com.google.protobuf.Parser<T> parser) {
        byte[] row = rows.get(family, key);
        return row == null ? null : EntryBatch.parse(family, row, parser);
    }

    private BucketRow bucket(BucketId id) {
        BucketRow bucket = read(Family.BUCKET, Keys.bucket(id), BucketRow.parser());
        if (bucket == null) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket with id " + id.value());
        }
        return bucket;
    }

    private ObjectRow object(BucketId bucket, ObjectKey key) {
        ObjectRow row = read(Family.OBJECT, Keys.object(bucket, key), ObjectRow.parser());
        if (row == null) {
            throw new FlareException(Fault.NO_SUCH_KEY, "there is no object with key " + key);
        }
        return row;
    }

    private Query.OpenedObject open(Query.OpenObject open) {
        SessionRow session = read(Family.SESSION, Keys.number(open.session()), SessionRow.parser());
        if (session == null || session.getClosed()) {
            throw SessionCommands.notLive(open.session());
        }
        bucket(open.bucket());
        ObjectInfo info = ValueCodec.decode(open.key(), object(open.bucket(), open.key()));
        PositionRow position = read(Family.META, Keys.POSITION, PositionRow.parser());
        return new Query.OpenedObject(info, content(info), position == null ? 0 : position.getIndex());
    }

    private Query.Content content(ObjectInfo info) {
        ExtentsRow extents = read(Family.EXTENTS, Keys.number(info.version()), ExtentsRow.parser());
        if (extents == null) {
            throw new IllegalStateException("version " + info.version() + " of " + info.key() + " has no extents");
        }
        if (extents.hasInline()) {
            return new Query.Content.Inline(extents.getInline().toByteArray());
        }
        List<Query.Slice> slices = new ArrayList<>();
        for (SliceRow slice : extents.getSlicesList()) {
            BlobId blob = new BlobId(slice.getSession(), slice.getCounter());
            slices.add(new Query.Slice(blob, slice.getOffset(), slice.getLength()));
        }
        return new Query.Content.Slices(slices, firstChunks(slices.get(0).blob()));
    }

    /** The first by a point read: with the usual object of one chunk, no iterator is needed. */
    private List<ChunkRecord> firstChunks(BlobId blob) {
        ChunkId first = new ChunkId(blob, 0);
        ChunkRow row = read(Family.CHUNK, Keys.chunk(first), ChunkRow.parser());
        if (row == null) {
            throw new IllegalStateException("chunk " + first + " has no row, though an object refers to it");
        }
        if (read(Family.CHUNK, Keys.chunk(blob, 1), ChunkRow.parser()) == null) {
            return List.of(CopyQueries.record(first, row));
        }
        return copies.chunks(blob, 0, FIRST_CHUNKS);
    }

    private List<Query.NodeUsage> nodes() {
        List<Query.NodeUsage> nodes = new ArrayList<>();
        try (RowScan scan = rows.scan(Family.NODE, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                NodeId id = Keys.nodeOf(scan.key());
                NodeRow node = EntryBatch.parse(Family.NODE, scan.value(), NodeRow.parser());
                UsageRow usage = read(Family.USAGE, scan.key(), UsageRow.parser());
                nodes.add(new Query.NodeUsage(
                        new NodeInfo(
                                id,
                                new UUID(node.getUuidHigh(), node.getUuidLow()),
                                URI.create(node.getUrl()),
                                node.getZone(),
                                node.getWeight(),
                                node.getIncarnation(),
                                NodeState.valueOf(node.getState())),
                        usage == null ? 0 : usage.getCopies(),
                        usage == null ? 0 : usage.getBytes()));
            }
        }
        return nodes;
    }

    private Query.Sessions sessions() {
        List<Query.SessionInfo> live = new ArrayList<>();
        PositionRow position = read(Family.META, Keys.POSITION, PositionRow.parser());
        // No mark is above it; and where none holds anything back, a session opened later still reads from here on.
        long lowest = position == null ? 0 : position.getIndex() + 1;
        try (RowScan scan = rows.scan(Family.SESSION, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                SessionRow session = EntryBatch.parse(Family.SESSION, scan.value(), SessionRow.parser());
                if (!session.getClosed()) {
                    lowest = Math.min(lowest, session.getReadMark());
                    live.add(new Query.SessionInfo(
                            ByteBuffer.wrap(scan.key()).getLong(),
                            session.getProcess(),
                            session.getWriteMark(),
                            session.getReadMark(),
                            Instant.ofEpochMilli(session.getRenewedMillis())));
                }
            }
        }
        return new Query.Sessions(live, lowest);
    }

    private Query.Counts counts() {
        CountersRow row = read(Family.META, Keys.COUNTERS, CountersRow.parser());
        CountersRow counters = row == null ? CountersRow.getDefaultInstance() : row;
        return new Query.Counts(
                counters.getObjects(),
                counters.getBlobs(),
                counters.getChunks(),
                counters.getDeadBlobs(),
                counters.getFreed(),
                counters.getPending(),
                counters.getRepairs());
    }
}
