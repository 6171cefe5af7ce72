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
import flare.metadata.wire.UsageRow;
import flare.metadata.wire.WorkerRow;
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
import flare.model.ObjectPart;
import flare.model.VersionId;
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
    private final BucketQueries buckets;
    private final VersionRows versions;
    private final UploadQueries uploads;
    private final UserQueries users;

    StateQueries(RowReader rows) {
        this.rows = rows;
        this.copies = new CopyQueries(rows);
        this.buckets = new BucketQueries(rows);
        this.versions = new VersionRows(rows);
        this.uploads = new UploadQueries(rows);
        this.users = new UserQueries(rows);
    }

    /** What each query answers is its type parameter; the dispatch below is where that is held true. */
    @SuppressWarnings("unchecked")
    <R> R answer(Query<R> query) {
        return (R) ask(query);
    }

    private Object ask(Query<?> query) {
        if (query instanceof Query.StatObject stat) {
            return object(stat.bucket(), stat.key(), stat.version());
        } else if (query instanceof Query.OpenObject open) {
            return open(open);
        } else if (query instanceof Query.ListObjects list) {
            bucket(list.bucket());
            CopyQueries.checkLimit(list.limit());
            return new ObjectListing(rows, list).page();
        } else if (query instanceof Query.FindBucket find) {
            return buckets.find(find.name());
        } else if (query instanceof Query.GetBucket get) {
            return buckets.get(get.name());
        } else if (query instanceof Query.ListBuckets list) {
            return buckets.list(list);
        } else if (query instanceof Query.ListVersions list) {
            bucket(list.bucket());
            CopyQueries.checkLimit(list.limit());
            return new VersionListing(rows, list).page();
        } else if (query instanceof Query.ListObjectParts list) {
            return parts(list);
        } else if (query instanceof Query.StatUpload stat) {
            return uploads.stat(stat.upload());
        } else if (query instanceof Query.ListParts list) {
            return uploads.parts(list);
        } else if (query instanceof Query.ListUploads list) {
            return uploads.list(list);
        } else if (query instanceof Query.ListOldUploads list) {
            return uploads.old(list);
        }
        return askUsers(query);
    }

    private Object askUsers(Query<?> query) {
        if (query instanceof Query.FindAccessKey find) {
            return users.byAccessKey(find.accessKey());
        } else if (query instanceof Query.GetUser get) {
            return users.byId(get.id());
        } else if (query instanceof Query.FindUser find) {
            return users.byName(find.name());
        } else if (query instanceof Query.NameUsers name) {
            return users.names(name.ids());
        } else if (query instanceof Query.KnownUsers known) {
            return users.known(known.names());
        } else if (query instanceof Query.ListUsers list) {
            return users.list(list);
        }
        return askCluster(query);
    }

    private Object askCluster(Query<?> query) {
        if (query instanceof Query.GetCluster) {
            return Optional.ofNullable(read(Family.META, Keys.CLUSTER, ClusterValue.parser()))
                    .map(ValueCodec::decode);
        } else if (query instanceof Query.ListNodes) {
            return nodes();
        } else if (query instanceof Query.ListSessions) {
            return sessions();
        } else if (query instanceof Query.GetCounts) {
            return counts();
        } else if (query instanceof Query.GetSpace) {
            return new SpaceQueries(rows).space();
        } else if (query instanceof Query.ListBucketSpace list) {
            return new SpaceQueries(rows).buckets(list);
        } else if (query instanceof Query.GetWorker get) {
            return worker(get.worker());
        }
        return copies.ask(query);
    }

    private <T> @Nullable T read(Family family, byte[] key, com.google.protobuf.Parser<T> parser) {
        byte[] row = rows.get(family, key);
        return row == null ? null : EntryBatch.parse(family, row, parser);
    }

    private BucketRow bucket(BucketId id) {
        BucketRow bucket = buckets.row(id);
        if (bucket == null) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket with id " + id.value());
        }
        return bucket;
    }

    private ObjectInfo object(BucketId bucket, ObjectKey key, Optional<VersionId> version) {
        ObjectRow row = versions.readable(bucket(bucket), key, version);
        boolean latest = version.isEmpty() || versions.isLatest(bucket, key, row);
        return ValueCodec.decode(key, row, latest);
    }

    private Query.OpenedObject open(Query.OpenObject open) {
        SessionRow session = read(Family.SESSION, Keys.number(open.session()), SessionRow.parser());
        if (session == null || session.getClosed()) {
            throw SessionCommands.notLive(open.session());
        }
        ObjectInfo info = object(open.bucket(), open.key(), open.version());
        PositionRow position = read(Family.META, Keys.POSITION, PositionRow.parser());
        ExtentsRow extents = extents(info);
        return new Query.OpenedObject(
                info,
                content(extents),
                open.part().flatMap(number -> Extents.part(extents, number)),
                position == null ? 0 : position.getIndex());
    }

    private Query.ObjectParts parts(Query.ListObjectParts list) {
        CopyQueries.checkLimit(list.limit());
        ObjectInfo info = object(list.bucket(), list.key(), list.version());
        if (info.parts() == 0) {
            return new Query.ObjectParts(info, List.of(), false);
        }
        List<ObjectPart> behind = Extents.parts(extents(info)).stream()
                .filter(part -> part.number() > list.after())
                .toList();
        boolean more = behind.size() > list.limit();
        return new Query.ObjectParts(info, more ? behind.subList(0, list.limit()) : behind, more);
    }

    private ExtentsRow extents(ObjectInfo info) {
        ExtentsRow extents = read(Family.EXTENTS, Keys.number(info.version()), ExtentsRow.parser());
        if (extents == null) {
            throw new IllegalStateException("version " + info.version() + " of " + info.key() + " has no extents");
        }
        return extents;
    }

    private Query.Content content(ExtentsRow row) {
        if (row.hasInline()) {
            return new Query.Content.Inline(row.getInline().toByteArray());
        }
        List<Query.Extent> extents = Extents.of(row);
        return new Query.Content.Extents(
                extents,
                !extents.isEmpty() && extents.get(0) instanceof Query.Slice first
                        ? firstChunks(first.blob())
                        : List.of());
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
                        usage == null ? 0 : usage.getBytes(),
                        usage == null ? 0 : usage.getLeftBehind()));
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

    private Query.WorkerState worker(String name) {
        CommandCheck.worker(name);
        WorkerRow row = read(Family.META, Keys.worker(name), WorkerRow.parser());
        return row == null
                ? new Query.WorkerState(WorkerCursor.NONE, 0, false)
                : new Query.WorkerState(WorkerCodec.decode(row.getCursor()), row.getStarted(), row.getPaused());
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
