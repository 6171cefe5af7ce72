package flare.metadata;

import flare.metadata.ModelBucket.Version;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo.Versioning;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.UploadInfo;
import flare.model.VersionId;
import flare.model.VersionMark;
import flare.model.WriteCondition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The state machine as plain maps, written to be read: the twin of {@link RocksState} and the core of the fake. */
final class ModelState implements ReplicatedState {

    record Copy(NodeId node, ChunkId chunk) implements Comparable<Copy> {
        @Override
        public int compareTo(Copy other) {
            return node.equals(other.node) ? chunk.compareTo(other.chunk) : node.compareTo(other.node);
        }
    }

    static final class Blob {
        long size;
        int wanted;

        int count;
        final List<ChunkRecord> chunks = new ArrayList<>();
        final Map<ChunkId, ChunkRecord> beforeFreed = new HashMap<>();
    }

    static final class SessionRow {
        String process = "";
        int level;
        boolean live = true;
        long writeMark;
        long readMark;
        long lowest;
        Instant renewed = Instant.EPOCH;
        final Map<Long, Outcome> results = new HashMap<>();
        final Set<BlobId> abandoned = new HashSet<>();
    }

    Position applied = new Position(0, 0);
    long now;

    @Nullable
    ClusterState cluster;

    final TreeMap<Long, ModelBucket> buckets = new TreeMap<>();
    final TreeMap<BlobId, Blob> blobs = new TreeMap<>();
    final TreeMap<Copy, Long> freed = new TreeMap<>();
    final TreeMap<Copy, Long> pending = new TreeMap<>();
    final TreeMap<NodeId, NodeInfo> nodes = new TreeMap<>();
    final Map<NodeId, Long> leftBehind = new HashMap<>();
    private final Set<NodeId> lostByCoordinator = new HashSet<>();
    final TreeMap<Long, SessionRow> sessions = new TreeMap<>();
    final ModelUploads uploads = new ModelUploads(this);
    final ModelUsers users = new ModelUsers();
    final ModelWorkers workers = new ModelWorkers(this);
    final ModelSpace space = new ModelSpace(this);
    private long lastBucket;
    private long lastSession;
    private long version;

    @Override
    public Position applied() {
        return applied;
    }

    @Override
    public long stampMillis() {
        return now;
    }

    @Override
    public List<Outcome> apply(Position position, long stampMillis, List<Envelope> commands) {
        now = Math.max(now, stampMillis);
        applied = position;
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            version = position.index() * 65536 + i;
            outcomes.add(once(commands.get(i)));
        }
        return outcomes;
    }

    @Override
    public void skip(Position position) {
        applied = position;
    }

    @Override
    public <R> R query(Query<R> query) {
        return new ModelQueries(this).answer(query);
    }

    @Override
    public void checkpoint(Path directory) {
        throw new UnsupportedOperationException("the model lives in memory");
    }

    @Override
    public void check(Path checkpoint, Position position, Collection<String> files) {
        throw new UnsupportedOperationException("the model lives in memory");
    }

    @Override
    public void close() {}

    private Outcome once(Envelope envelope) {
        Command<?> command = envelope.command();
        if (envelope.session() == 0
                || command instanceof Command.CloseSession
                || command instanceof Command.ExpireSession) {
            return attempt(command);
        }
        SessionRow session = sessions.get(envelope.session());
        if (session == null || !session.live) {
            return new Outcome.Refused(Fault.UNAVAILABLE, "session");
        }
        if (envelope.sequence() < session.lowest) {
            return new Outcome.Refused(Fault.CONFLICT, "answered");
        }
        if (envelope.lowestUnanswered() > session.lowest) {
            session.lowest = envelope.lowestUnanswered();
            session.results.keySet().removeIf(sequence -> sequence < session.lowest);
        }
        Outcome kept = session.results.get(envelope.sequence());
        if (kept != null) {
            return kept;
        }
        Outcome outcome = attempt(command);
        if (envelope.sequence() >= session.lowest) {
            session.results.put(envelope.sequence(), outcome);
        }
        return outcome;
    }

    private Outcome attempt(Command<?> command) {
        try {
            CommandCheck.check(command);
            List<String> map = map();
            Object result = execute(command);
            if (!map.equals(map())) {
                workers.nodesChanged(version);
            }
            return new Outcome.Accepted(result);
        } catch (FlareException refusal) {
            return new Outcome.Refused(refusal.fault(), String.valueOf(refusal.getMessage()));
        }
    }

    private List<String> map() {
        return nodes.values().stream()
                .map(node -> node.id() + " " + node.state() + " " + node.zone() + " " + node.weight())
                .toList();
    }

    private Object execute(Command<?> command) {
        if (command instanceof Command.InitCluster init) {
            return init(init);
        } else if (command instanceof Command.AddNode add) {
            return addNode(add);
        } else if (command instanceof Command.UpdateNode update) {
            return updateNode(update);
        } else if (command instanceof Command.MarkLost mark) {
            mark.term().ifPresent(this::fence);
            return markLost(mark);
        } else if (command instanceof Command.ReturnNode back) {
            fence(back.term());
            NodeInfo node = node(back.node());
            require(node.state() == NodeState.LOST, Fault.CONFLICT, "not lost");
            require(lostByCoordinator.contains(node.id()), Fault.CONFLICT, "an operator's");
            require(back.incarnation() >= node.incarnation(), Fault.CONFLICT, "restored");
            lostByCoordinator.remove(node.id());
            return put(node, back.incarnation(), NodeState.ACTIVE);
        } else if (command instanceof Command.PlaceNode place) {
            NodeInfo node = node(place.node());
            require(node.state() != NodeState.REMOVED, Fault.CONFLICT, "removed");
            nodes.put(
                    node.id(),
                    new NodeInfo(
                            node.id(),
                            node.uuid(),
                            node.url(),
                            place.zone().orElse(node.zone()),
                            place.weight().orElse(node.weight()),
                            node.incarnation(),
                            node.state()));
            return new Command.Done();
        } else if (command instanceof Command.SetNodeState set) {
            return setNodeState(set);
        } else if (command instanceof Command.RaiseFeatureLevel raise) {
            require(cluster != null && raise.level() == cluster.featureLevel(), Fault.CONFLICT, "level");
            return new Command.Done();
        } else if (command instanceof Command.CreateBucket create) {
            ModelBucket other = named(create.name());
            require(
                    other == null,
                    other != null && other.owner.equals(create.owner())
                            ? Fault.BUCKET_ALREADY_OWNED
                            : Fault.BUCKET_ALREADY_EXISTS,
                    "name");
            long id = createBucket(create.name(), create.owner());
            bucket(new BucketId(id)).documents.putAll(create.documents());
            return new BucketId(id);
        } else if (command instanceof Command.DeleteBucket delete) {
            require(bucket(delete.bucket()).isEmpty(), Fault.BUCKET_NOT_EMPTY, "not empty");
            buckets.remove(delete.bucket().value());
            return new Command.Done();
        } else if (command instanceof Command.SetVersioning set) {
            bucket(set.bucket()).versioning = set.enabled() ? Versioning.ENABLED : Versioning.SUSPENDED;
            return new Command.Done();
        } else if (command instanceof Command.SetDocument set) {
            ModelBucket bucket = bucket(set.bucket());
            bucket.documents.remove(set.kind());
            set.document().ifPresent(document -> bucket.documents.put(set.kind(), document));
            return new Command.Done();
        } else if (command instanceof Command.CopyObject copy) {
            return copy(copy);
        } else if (command instanceof Command.AmendVersion amend) {
            return amend(amend);
        } else if (command instanceof Command.PutObject put) {
            return put(put);
        } else if (command instanceof Command.DeleteObject delete) {
            return delete(delete);
        } else if (command instanceof Command.CreateUpload
                || command instanceof Command.PutPart
                || command instanceof Command.CopyPart
                || command instanceof Command.CompleteUpload
                || command instanceof Command.AbortUpload
                || command instanceof Command.ExpireUploads) {
            return uploads.execute(command, version, Instant.ofEpochMilli(now));
        } else if (command instanceof Command.CreateUser
                || command instanceof Command.RemoveUser
                || command instanceof Command.EnableUser
                || command instanceof Command.AddUserKey
                || command instanceof Command.RemoveUserKey
                || command instanceof Command.EnableUserKey
                || command instanceof Command.SetUserPolicy) {
            return users.execute(command, version, Instant.ofEpochMilli(now));
        } else if (command instanceof Command.SetClusterSettings set) {
            return set(set);
        } else if (command instanceof Command.AlignChunks align) {
            return align(align);
        } else if (command instanceof Command.CountSpace count) {
            return space.count(count);
        } else if (command instanceof Command.SaveCursor save) {
            return workers.save(save);
        } else if (command instanceof Command.OrderWorker order) {
            return workers.order(order, version);
        } else if (command instanceof Command.OpenSession open) {
            return open(open);
        } else if (command instanceof Command.RenewSession renew) {
            return renew(renew);
        } else if (command instanceof Command.CloseSession close) {
            return closeSession(close.session());
        } else if (command instanceof Command.ExpireSession expire) {
            fence(expire.term());
            return closeSession(expire.session());
        }
        return executeOnCopies(command);
    }

    private Object executeOnCopies(Command<?> command) {
        if (command instanceof Command.FreeBlob free) {
            return freeBlob(free);
        } else if (command instanceof Command.FreeOrphans orphans) {
            return freeOrphans(orphans);
        } else if (command instanceof Command.AdoptCopies adopt) {
            return adopt(adopt);
        } else if (command instanceof Command.ClearFreed clear) {
            for (Command.FreedCopy copy : clear.copies()) {
                if (freed.remove(new Copy(copy.node(), copy.chunk()), copy.index())) {
                    space.cleared(new Copy(copy.node(), copy.chunk()));
                    NodeInfo node = nodes.get(copy.node());
                    if (node != null && node.state() == NodeState.LOST) {
                        leftBehind.merge(copy.node(), 1L, Long::sum);
                    }
                }
                dropDead(copy.chunk().blob());
            }
            return new Command.Done();
        } else if (command instanceof Command.PlanCopy plan) {
            return plan(plan);
        } else if (command instanceof Command.CommitCopy commit) {
            Copy copy = new Copy(commit.target(), commit.chunk());
            isPending(copy, commit.pendingIndex());
            ChunkRecord chunk = liveChunk(commit.chunk());
            pending.remove(copy);
            List<NodeId> more = new ArrayList<>(chunk.nodes());
            more.add(commit.target());
            setNodes(chunk, more);
            return new Command.Done();
        } else if (command instanceof Command.AbandonCopy abandon) {
            Copy copy = new Copy(abandon.target(), abandon.chunk());
            isPending(copy, abandon.pendingIndex());
            pending.remove(copy);
            putFreed(copy, Math.max(applied.index(), abandon.pendingIndex() + 1));
            return new Command.Done();
        } else if (command instanceof Command.DropCopy drop) {
            ChunkRecord chunk = liveChunk(drop.chunk());
            require(chunk.nodes().contains(drop.node()), Fault.CONFLICT, "no copy there");
            require(chunk.nodes().size() > 1, Fault.CONFLICT, "the last copy");
            setNodes(chunk, without(chunk.nodes(), drop.node()));
            putFreed(new Copy(drop.node(), drop.chunk()), applied.index());
            return new Command.Done();
        }
        throw new AssertionError(command);
    }

    private ClusterState init(Command.InitCluster init) {
        if (cluster == null) {
            cluster = new ClusterState(init.clusterId(), 1, 0, init.settings());
            BucketName first = new BucketName("object");
            if (named(first) == null) {
                createBucket(first, "");
            }
        }
        return cluster;
    }

    private ClusterState set(Command.SetClusterSettings set) {
        if (cluster == null) {
            throw new FlareException(Fault.CONFLICT, "no cluster");
        }
        ClusterSettings old = cluster.settings();
        int copies = set.copies().orElse(old.wantedCopies());
        String strategy = set.strategy().orElse(old.placementStrategy());
        if (copies != old.wantedCopies()) {
            long active = nodes.values().stream()
                    .filter(node -> node.state() == NodeState.ACTIVE)
                    .count();
            require(copies <= active, Fault.CONFLICT, "too few nodes");
            workers.copiesChanged(version);
        }
        if (!strategy.equals(old.placementStrategy())) {
            workers.nodesChanged(version);
        }
        cluster = new ClusterState(
                cluster.clusterId(),
                cluster.featureLevel(),
                cluster.epoch(),
                new ClusterSettings(copies, old.chunkBytes(), strategy));
        return cluster;
    }

    private long align(Command.AlignChunks align) {
        fence(align.term());
        long changed = 0;
        for (ChunkId id : align.chunks()) {
            Blob blob = blobs.get(id.blob());
            if (cluster != null
                    && blob != null
                    && blob.count > 0
                    && blob.wanted != cluster.settings().wantedCopies()) {
                blob.wanted = cluster.settings().wantedCopies();
                changed += blob.chunks.size();
            }
        }
        return changed;
    }

    private @Nullable ModelBucket named(BucketName name) {
        return buckets.values().stream()
                .filter(bucket -> bucket.name.equals(name))
                .findFirst()
                .orElse(null);
    }

    private long createBucket(BucketName name, String owner) {
        lastBucket++;
        buckets.put(lastBucket, new ModelBucket(new BucketId(lastBucket), name, owner, Instant.ofEpochMilli(now)));
        return lastBucket;
    }

    private NodeId addNode(Command.AddNode add) {
        for (NodeInfo node : nodes.values()) {
            if (node.uuid().equals(add.uuid())) {
                require(node.state() != NodeState.REMOVED, Fault.CONFLICT, "removed");
                return node.id();
            }
        }
        NodeId id = new NodeId(nodes.size() + 1);
        nodes.put(id, new NodeInfo(id, add.uuid(), add.url(), add.zone(), add.weight(), 0, NodeState.ACTIVE));
        return id;
    }

    private NodeInfo node(NodeId id) {
        NodeInfo node = nodes.get(id);
        if (node == null) {
            throw new FlareException(Fault.NO_SUCH_NODE, "node " + id);
        }
        return node;
    }

    private Command.Done updateNode(Command.UpdateNode update) {
        NodeInfo node = node(update.node());
        require(node.state() != NodeState.REMOVED, Fault.CONFLICT, "removed");
        boolean same = node.incarnation() == update.incarnation() && node.url().equals(update.url());
        require(same || update.incarnation() > node.incarnation(), Fault.CONFLICT, "restored");
        nodes.put(
                node.id(),
                new NodeInfo(
                        node.id(),
                        node.uuid(),
                        update.url(),
                        node.zone(),
                        node.weight(),
                        update.incarnation(),
                        node.state()));
        return new Command.Done();
    }

    private Command.Done markLost(Command.MarkLost mark) {
        NodeInfo node = node(mark.node());
        require(node.state() != NodeState.REMOVED, Fault.CONFLICT, "removed");
        if (node.state() == NodeState.LOST) {
            if (mark.term().isEmpty()) {
                lostByCoordinator.remove(node.id());
            }
            return new Command.Done();
        }
        require(mark.term().isEmpty() || node.state() == NodeState.ACTIVE, Fault.CONFLICT, "not active");
        List<NodeInfo> members = nodes.values().stream()
                .filter(one -> one.state() != NodeState.REMOVED)
                .toList();
        long lost =
                members.stream().filter(one -> one.state() == NodeState.LOST).count();
        require(3 * (lost + 1) <= members.size(), Fault.CONFLICT, "too many lost");
        if (mark.term().isPresent()) {
            lostByCoordinator.add(node.id());
        }
        return put(node, node.incarnation(), NodeState.LOST);
    }

    private Command.Done put(NodeInfo node, long incarnation, NodeState state) {
        nodes.put(
                node.id(),
                new NodeInfo(node.id(), node.uuid(), node.url(), node.zone(), node.weight(), incarnation, state));
        return new Command.Done();
    }

    private Command.Done setNodeState(Command.SetNodeState set) {
        NodeInfo node = node(set.node());
        if (set.state() == NodeState.REMOVED) {
            boolean named = freed.keySet().stream().anyMatch(copy -> copy.node().equals(set.node()))
                    || pending.keySet().stream().anyMatch(copy -> copy.node().equals(set.node()))
                    || blobs.values().stream()
                            .flatMap(blob -> blob.chunks.stream())
                            .anyMatch(chunk -> chunk.nodes().contains(set.node()));
            require(!named, Fault.CONFLICT, "still named");
        } else {
            require(node.state() != NodeState.REMOVED, Fault.CONFLICT, "removed");
        }
        nodes.put(
                node.id(),
                new NodeInfo(
                        node.id(),
                        node.uuid(),
                        node.url(),
                        node.zone(),
                        node.weight(),
                        node.incarnation(),
                        set.state()));
        return new Command.Done();
    }

    ModelBucket bucket(BucketId id) {
        ModelBucket bucket = buckets.get(id.value());
        if (bucket == null) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "bucket");
        }
        return bucket;
    }

    static void holds(WriteCondition condition, @Nullable Version version) {
        boolean match = condition.ifMatch().isEmpty() || (version != null && names(condition.ifMatch(), version));
        boolean noneMatch =
                condition.ifNoneMatch().isEmpty() || version == null || !names(condition.ifNoneMatch(), version);
        Fault fault = match || version != null ? Fault.PRECONDITION_FAILED : Fault.NO_SUCH_KEY;
        require(match && noneMatch, fault, "condition");
    }

    private static boolean names(List<String> etags, Version version) {
        return etags.contains("*") || etags.contains(version.info().etag());
    }

    private ObjectInfo put(Command.PutObject put) {
        ModelBucket bucket = bucket(put.bucket());
        holds(put.condition(), bucket.current(put.key()));
        ObjectInfo info =
                new ObjectInfo(put.key(), version, put.size(), put.etag(), Instant.ofEpochMilli(now), put.attributes());
        return add(bucket, info.withExtras(put.extras()), content(put.content(), put.size()));
    }

    /** Its own references are not counted yet, unless it is a new blob, which begins with one. */
    ModelBucket.Content content(Command.NewContent content, long size) {
        if (content instanceof Command.NewContent.Inline inline) {
            return new ModelBucket.Content(inline.bytes(), List.of(), List.of());
        }
        Command.NewContent.Blob blob = (Command.NewContent.Blob) content;
        create(blob, size);
        return new ModelBucket.Content(null, List.of(new Query.Slice(blob.id(), 0, size)), List.of());
    }

    private ObjectInfo add(ModelBucket bucket, ObjectInfo info, ModelBucket.Content content) {
        boolean named = bucket.versioning == Versioning.ENABLED;
        VersionId id = named ? new VersionId(info.version()) : VersionId.NULL;
        ObjectInfo made = info.withMark(new VersionMark(id, true, info.mark().deleteMarker()));
        bucket.add(new Version(made, content)).forEach(gone -> count(gone.content(), -1));
        return made;
    }

    private ObjectInfo copy(Command.CopyObject copy) {
        ModelBucket bucket = bucket(copy.bucket());
        Version from = source(copy.source());
        holds(copy.condition(), bucket.current(copy.key()));
        ObjectExtras extras = new ObjectExtras(
                copy.tags().orElse(from.info().extras().tags()),
                copy.checksum().or(() -> from.info().extras().checksum()),
                copy.owner(),
                copy.acl());
        count(from.content(), 1);
        ObjectInfo info = new ObjectInfo(
                copy.key(),
                version,
                from.info().size(),
                from.info().etag(),
                Instant.ofEpochMilli(now),
                copy.attributes().orElse(from.info().attributes()),
                extras,
                VersionMark.ONLY,
                from.info().parts());
        return add(bucket, info, from.content());
    }

    Version source(Command.CopySource source) {
        Version from = bucket(source.bucket()).readable(source.key(), source.version());
        require(from.info().version() == source.seen(), Fault.CONFLICT, "another version");
        return from;
    }

    ObjectInfo addCompleted(
            ModelBucket bucket,
            UploadInfo upload,
            Command.CompleteUpload complete,
            int parts,
            ModelBucket.Content content) {
        long size = content.parts().stream().mapToLong(part -> part.size()).sum();
        ObjectInfo info = new ObjectInfo(
                upload.key(),
                version,
                size,
                complete.etag(),
                Instant.ofEpochMilli(now),
                upload.attributes(),
                upload.extras().withChecksum(complete.checksum()),
                VersionMark.ONLY,
                parts);
        return add(bucket, info, content);
    }

    private ObjectInfo amend(Command.AmendVersion amend) {
        ModelBucket bucket = bucket(amend.bucket());
        Version old = bucket.readable(amend.key(), amend.version());
        ObjectExtras extras = amend.tags()
                .map(tags -> old.info().extras().withTags(tags))
                .orElse(old.info().extras());
        ObjectInfo info = old.info().withExtras(amend.acl().map(extras::withAcl).orElse(extras));
        bucket.replace(old, new Version(info, old.content()));
        return info;
    }

    private Deletion delete(Command.DeleteObject delete) {
        ModelBucket bucket = bucket(delete.bucket());
        if (delete.version().isPresent()) {
            VersionId id = delete.version().get();
            Version version = bucket.find(delete.key(), id);
            if (version == null) {
                return new Deletion(false, Optional.of(id), false);
            }
            boolean marker = version.info().mark().deleteMarker();
            holds(delete.condition(), marker ? null : version);
            count(bucket.remove(version).content(), -1);
            return new Deletion(true, Optional.of(id), marker);
        }
        Version current = bucket.current(delete.key());
        holds(delete.condition(), current);
        if (bucket.versioning == Versioning.UNVERSIONED) {
            if (current != null) {
                count(bucket.remove(current).content(), -1);
            }
            return new Deletion(current != null, Optional.empty(), false);
        }
        ObjectInfo marker = new ObjectInfo(
                        delete.key(), version, 0, "", Instant.ofEpochMilli(now), ObjectAttributes.NONE)
                .withMark(new VersionMark(VersionId.NULL, true, true));
        ObjectInfo made = add(bucket, marker, ModelBucket.Content.NONE);
        return new Deletion(current != null, Optional.of(made.versionId()), true);
    }

    void count(ModelBucket.Content content, int change) {
        for (Query.Extent extent : content.extents()) {
            if (extent instanceof Query.Slice slice) {
                Blob blob = blob(slice.blob());
                require(blob.count > 0, Fault.INTERNAL, "a count rises from 0");
                blob.count += change;
            }
        }
    }

    private void create(Command.NewContent.Blob content, long size) {
        SessionRow session = sessions.get(content.id().session());
        require(
                session != null
                        && session.live
                        && content.id().counter() >= session.writeMark
                        && !session.abandoned.contains(content.id()),
                Fault.UNAVAILABLE,
                "blob below the mark");
        require(!blobs.containsKey(content.id()), Fault.CONFLICT, "blob exists");
        for (ChunkRecord chunk : content.chunks()) {
            for (NodeId node : chunk.nodes()) {
                NodeInfo info = nodes.get(node);
                require(info != null && info.state() != NodeState.REMOVED, Fault.UNAVAILABLE, "node gone");
                require(!freed.containsKey(new Copy(node, chunk.id())), Fault.UNAVAILABLE, "freed");
            }
        }
        Blob blob = new Blob();
        blob.size = size;
        blob.wanted = content.wantedCopies();
        blob.count = 1;
        blob.chunks.addAll(content.chunks());
        if (cluster != null && cluster.settings().wantedCopies() != blob.wanted) {
            workers.otherCopies(version);
        }
        blobs.put(content.id(), blob);
    }

    private Blob blob(BlobId id) {
        Blob blob = blobs.get(id);
        if (blob == null) {
            throw new AssertionError("no blob " + id);
        }
        return blob;
    }

    private long open(Command.OpenSession open) {
        lastSession = Math.max(applied.index(), lastSession + 1);
        SessionRow session = new SessionRow();
        session.process = open.process().toString();
        session.level = open.featureLevel();
        session.readMark = applied.index();
        session.renewed = Instant.ofEpochMilli(now);
        sessions.put(lastSession, session);
        return lastSession;
    }

    private Command.Done renew(Command.RenewSession renew) {
        SessionRow session = sessions.get(renew.session());
        if (session == null || !session.live) {
            throw new FlareException(Fault.UNAVAILABLE, "session");
        }
        session.writeMark = Math.max(session.writeMark, renew.writeMark());
        session.readMark = Math.max(session.readMark, renew.readMark());
        session.renewed = Instant.ofEpochMilli(Math.max(now, session.renewed.toEpochMilli() + 1));
        for (Command.NewContent.Blob abandoned : renew.abandoned()) {
            if (!blobs.containsKey(abandoned.id())) {
                session.abandoned.add(abandoned.id());
            }
            for (ChunkRecord chunk : abandoned.chunks()) {
                for (NodeId node : chunk.nodes()) {
                    free(new Copy(node, chunk.id()));
                }
            }
        }
        session.abandoned.removeIf(blob -> blob.counter() < session.writeMark);
        return new Command.Done();
    }

    /** FREED unless something else is said of the copy or its node left. */
    private boolean free(Copy copy) {
        NodeInfo node = nodes.get(copy.node);
        if (node == null
                || node.state() == NodeState.REMOVED
                || located(copy)
                || pending.containsKey(copy)
                || freed.containsKey(copy)) {
            return false;
        }
        putFreed(copy, applied.index());
        return true;
    }

    private void putFreed(Copy copy, long index) {
        freed.put(copy, index);
        space.freed(copy);
    }

    private Command.Done closeSession(long id) {
        SessionRow session = sessions.get(id);
        require(session != null, Fault.CONFLICT, "never issued");
        if (session != null) {
            session.live = false;
            session.results.clear();
            session.abandoned.clear();
        }
        return new Command.Done();
    }

    // ---- copies

    private boolean freeBlob(Command.FreeBlob free) {
        fence(free.term());
        Blob blob = blobs.get(free.blob());
        if (blob == null) {
            return false;
        }
        require(blob.count == 0, Fault.CONFLICT, "in use");
        List<ChunkRecord> left =
                blob.chunks.stream().filter(chunk -> !chunk.nodes().isEmpty()).toList();
        for (ChunkRecord chunk : left.subList(0, Math.min(free.limit(), left.size()))) {
            setNodes(chunk, List.of());
            blob.beforeFreed.put(chunk.id(), chunk);
            for (NodeId node : chunk.nodes()) {
                putFreed(new Copy(node, chunk.id()), applied.index());
            }
        }
        return left.size() > free.limit();
    }

    private List<Command.FreedCopy> freeOrphans(Command.FreeOrphans orphans) {
        fence(orphans.term());
        node(orphans.node());
        List<Command.FreedCopy> made = new ArrayList<>();
        for (ChunkId chunk : orphans.chunks()) {
            Copy copy = new Copy(orphans.node(), chunk);
            if (standing(copy) == Query.CopyStanding.ORPHAN && free(copy)) {
                made.add(new Command.FreedCopy(copy.node, chunk, applied.index()));
                leftBehind.computeIfPresent(copy.node, (node, left) -> Math.max(0, left - 1));
            }
        }
        return made;
    }

    private long adopt(Command.AdoptCopies adopt) {
        fence(adopt.term());
        NodeState state = node(adopt.node()).state();
        long adopted = 0;
        for (ChunkId id : adopt.chunks()) {
            Blob blob = blobs.get(id.blob());
            ChunkRecord chunk = chunk(id);
            if ((state == NodeState.ACTIVE || state == NodeState.DRAINING)
                    && blob != null
                    && blob.count > 0
                    && chunk != null
                    && standing(new Copy(adopt.node(), id)) == Query.CopyStanding.ORPHAN) {
                List<NodeId> more = new ArrayList<>(chunk.nodes());
                more.add(adopt.node());
                setNodes(chunk, more);
                leftBehind.computeIfPresent(adopt.node(), (node, left) -> Math.max(0, left - 1));
                adopted++;
            }
        }
        return adopted;
    }

    Query.CopyStanding standing(Copy copy) {
        SessionRow session = sessions.get(copy.chunk.blob().session());
        if (located(copy)) {
            return Query.CopyStanding.LOCATED;
        } else if (pending.containsKey(copy)) {
            return Query.CopyStanding.PENDING;
        } else if (freed.containsKey(copy)) {
            return Query.CopyStanding.FREED;
        } else if (session == null) {
            return Query.CopyStanding.UNKNOWN_SESSION;
        } else if (session.live && copy.chunk.blob().counter() >= session.writeMark) {
            return Query.CopyStanding.IN_FLIGHT;
        }
        return Query.CopyStanding.ORPHAN;
    }

    /** As a question is answered, which looks also at what the chunk is. */
    Query.CopyStanding explained(Copy copy) {
        Query.CopyStanding standing = standing(copy);
        Blob blob = blobs.get(copy.chunk.blob());
        boolean counted = blob != null && blob.count > 0 && chunk(copy.chunk) != null;
        return standing == Query.CopyStanding.ORPHAN && counted ? Query.CopyStanding.UNLOCATED : standing;
    }

    private boolean located(Copy copy) {
        ChunkRecord chunk = chunk(copy.chunk);
        return chunk != null && chunk.nodes().contains(copy.node);
    }

    @Nullable
    ChunkRecord chunk(ChunkId id) {
        Blob blob = blobs.get(id.blob());
        return blob == null || id.ordinal() >= blob.chunks.size() ? null : blob.chunks.get(id.ordinal());
    }

    /** A blob nobody counts on leaves with the last trace of its copies. */
    private void dropDead(BlobId id) {
        Blob blob = blobs.get(id);
        if (blob != null
                && blob.count == 0
                && blob.chunks.stream().allMatch(chunk -> chunk.nodes().isEmpty())
                && freed.keySet().stream().noneMatch(copy -> copy.chunk.blob().equals(id))
                && pending.keySet().stream().noneMatch(copy -> copy.chunk.blob().equals(id))) {
            blobs.remove(id);
        }
    }

    private long plan(Command.PlanCopy plan) {
        fence(plan.term());
        NodeInfo target = node(plan.target());
        Copy copy = new Copy(plan.target(), plan.chunk());
        ChunkRecord chunk = liveChunk(plan.chunk());
        require(target.state() == NodeState.ACTIVE, Fault.CONFLICT, "takes no copies");
        require(!chunk.nodes().contains(plan.target()), Fault.CONFLICT, "located");
        require(!pending.containsKey(copy) && !freed.containsKey(copy), Fault.CONFLICT, "in transition");
        pending.put(copy, applied.index());
        return applied.index();
    }

    private ChunkRecord liveChunk(ChunkId id) {
        ChunkRecord chunk = chunk(id);
        if (chunk == null || blob(id.blob()).count == 0) {
            throw new FlareException(Fault.CONFLICT, "chunk " + id + " is gone");
        }
        return chunk;
    }

    private void isPending(Copy copy, long index) {
        Long row = pending.get(copy);
        require(row != null && row == index, Fault.CONFLICT, "not pending");
    }

    private void setNodes(ChunkRecord chunk, List<NodeId> nodeIds) {
        Blob blob = blob(chunk.id().blob());
        blob.chunks.set(chunk.id().ordinal(), new ChunkRecord(chunk.id(), chunk.length(), chunk.crc32c(), nodeIds));
    }

    private static List<NodeId> without(List<NodeId> nodeIds, NodeId gone) {
        return nodeIds.stream().filter(node -> !node.equals(gone)).toList();
    }

    void fence(long term) {
        require(term == applied.term(), Fault.CONFLICT, "term");
    }

    static void require(boolean holds, Fault fault, String message) {
        if (!holds) {
            throw new FlareException(fault, message);
        }
    }

    /** For tests: the process ids of live sessions. */
    List<UUID> processes() {
        return sessions.values().stream()
                .filter(session -> session.live)
                .map(session -> UUID.fromString(session.process))
                .toList();
    }

    Optional<ClusterState> cluster() {
        return Optional.ofNullable(cluster);
    }
}
