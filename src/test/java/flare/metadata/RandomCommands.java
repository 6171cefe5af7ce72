package flare.metadata;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;

/** Commands that make sense often enough, and no sense often enough, drawn from few names so that they meet. */
final class RandomCommands {

    static final List<String> WORKERS = List.of("scrub", WorkerCursor.REBALANCE, WorkerCursor.POLICY);
    private static final int NODES = 5;
    private final Random random;
    private final ModelState model;
    private final RandomUsers users;
    private long counter;

    RandomCommands(Random random, ModelState model) {
        this.random = random;
        this.model = model;
        this.users = new RandomUsers(random);
    }

    List<Envelope> entry(long term) {
        List<Envelope> commands = new ArrayList<>();
        int size = 1 + random.nextInt(5);
        for (int i = 0; i < size; i++) {
            long session = random.nextInt(3) == 0 ? 0 : session();
            long sequence = random.nextInt(40);
            long lowest = Math.max(0, sequence - random.nextInt(30));
            Command<?> command = command(random.nextInt(12) == 0 ? term - 1 : term);
            if (mayBeProposed(command)) {
                commands.add(new Envelope(session, sequence, lowest, command));
            }
        }
        return commands;
    }

    /** What a cluster begins with, so that a short sequence is not all refusals. */
    List<Envelope> firstEntry() {
        List<Command<?>> commands = new ArrayList<>();
        commands.add(new Command.InitCluster(new UUID(1, 0), new ClusterSettings(3, 1 << 20, "x")));
        for (int node = 0; node < NODES - 1; node++) {
            commands.add(new Command.AddNode(new UUID(2, node), url(), "z", 1));
        }
        commands.add(new Command.OpenSession(new UUID(3, 0), Optional.of(url())));
        commands.add(new Command.CreateBucket(new BucketName("bucket0")));
        return commands.stream().map(command -> new Envelope(0, 0, 0, command)).toList();
    }

    private static boolean mayBeProposed(Command<?> command) {
        try {
            CommandCheck.check(command);
            return true;
        } catch (FlareException refused) {
            return false;
        }
    }

    private Command<?> command(long term) {
        return switch (random.nextInt(50)) {
            case 0 -> new Command.InitCluster(new UUID(1, random.nextInt(3)), new ClusterSettings(3, 1 << 20, "x"));
            case 1, 2 -> new Command.AddNode(new UUID(2, random.nextInt(NODES)), url(), "z", 1 + random.nextInt(3));
            case 3 -> updateOrPlace(node(), random.nextInt(6));
            case 4 ->
                moveNode(
                        node(),
                        random.nextInt(4) > 0
                                ? NodeState.ACTIVE
                                : List.of(NodeState.values()).get(random.nextInt(4)),
                        term);
            case 5 ->
                new Command.CreateBucket(
                        new BucketName("bucket" + random.nextInt(3)),
                        random.nextInt(4) == 0 ? "someone" : "",
                        documents());
            case 6 -> new Command.DeleteBucket(bucket());
            case 7, 8, 9, 10 -> putBlob();
            case 11, 12 -> putInline();
            case 13, 14 -> new Command.DeleteObject(bucket(), key(), condition());
            case 26, 27, 28 -> new Command.DeleteObject(bucket(), key(), Optional.of(version()), condition());
            case 29 ->
                random.nextBoolean()
                        ? new Command.SetVersioning(bucket(), random.nextInt(3) > 0)
                        : new Command.SetDocument(
                                bucket(),
                                List.of(DocumentKind.values()).get(random.nextInt(3)),
                                random.nextBoolean()
                                        ? Optional.of(new Document(new byte[random.nextInt(4)]))
                                        : Optional.empty());
            case 30, 31 -> copy();
            case 33, 34 ->
                new Command.CreateUpload(
                        bucket(),
                        key(),
                        attributes(),
                        extras(),
                        random.nextBoolean() ? Optional.of(ChecksumAlgorithm.CRC32) : Optional.empty(),
                        Checksum.Type.COMPOSITE);
            case 35, 36, 37, 38 -> putPart();
            case 39, 40 -> copyPart();
            case 41, 42, 43 -> complete();
            case 44 -> new Command.AbortUpload(upload());
            case 45 ->
                new Command.ExpireUploads(
                        List.of(upload().id(), upload().id()), 1_000_000L + random.nextInt(600), term);
            case 48, 49 -> users.command();
            case 32 ->
                new Command.AmendVersion(
                        bucket(),
                        key(),
                        random.nextBoolean() ? Optional.of(version()) : Optional.empty(),
                        random.nextBoolean() ? Optional.of(Map.of("t", "" + random.nextInt(9))) : Optional.empty(),
                        random.nextBoolean() ? Optional.of("private") : Optional.empty());
            case 15, 16 -> new Command.FreeBlob(blob(), 1 + random.nextInt(2), term);
            case 17 -> freeOrAdopt(node(), List.of(chunk(), chunk()), term);
            case 18, 19 -> new Command.ClearFreed(freed());
            case 20, 21, 46, 47 -> plannedOrNot(term);
            case 22 -> new Command.DropCopy(chunk(), node());
            case 23 -> new Command.OpenSession(new UUID(3, random.nextInt(3)), Optional.of(url()));
            case 24 -> renew();
            default ->
                random.nextInt(4) > 0
                        ? raiseOrWorkers(random.nextInt(3), term)
                        : random.nextBoolean()
                                ? new Command.CloseSession(session())
                                : new Command.ExpireSession(session(), term);
        };
    }

    /** Told by how far it went, as in {@link #documents}. */
    private Command<?> freeOrAdopt(NodeId node, List<ChunkId> chunks, long term) {
        return counter % 2 == 0
                ? new Command.FreeOrphans(node, chunks, term)
                : new Command.AdoptCopies(node, chunks, term);
    }

    /** Levels that are refused leave room for workers' commands, told without another draw, as {@link #documents}. */
    private Command<?> raiseOrWorkers(int level, long term) {
        String worker = WORKERS.get((int) (counter % 3));
        if (level == 0 && counter % 4 == 1) {
            return new Command.SetClusterSettings(
                    counter % 3 == 0 ? Optional.empty() : Optional.of((int) (counter % 7)),
                    counter % 5 > 0 ? Optional.empty() : Optional.of("round-robin"));
        } else if (level == 0 && counter % 4 == 2) {
            List<ChunkId> chunks = new ArrayList<>();
            for (BlobId blob : model.blobs.keySet()) {
                chunks.add(new ChunkId(blob, (int) (counter % 3)));
            }
            return new Command.AlignChunks(chunks, term);
        } else if (level == 0) {
            Map<String, Long> numbers = counter % 3 == 0 ? Map.of() : Map.of("started", counter, "a", -counter);
            return new Command.SaveCursor(
                    worker, new WorkerCursor(counter % 5 == 0 ? "" : "ü" + counter, numbers), term);
        } else if (level == 1 && counter % 2 == 0) {
            return new Command.CountSpace(1 + (int) (counter % 29), term);
        } else if (level == 2 && counter % 4 > 0) {
            return new Command.OrderWorker(
                    worker, List.of(Command.WorkerOrder.values()).get((int) (counter % 4) - 1));
        }
        return new Command.RaiseFeatureLevel(level);
    }

    /** Told by how far it went, as in {@link #documents}. */
    private Command<?> moveNode(NodeId node, NodeState state, long term) {
        if (state == NodeState.LOST && counter % 2 == 0) {
            return new Command.MarkLost(node, counter % 4 == 0 ? OptionalLong.of(term) : OptionalLong.empty());
        }
        return state == NodeState.ACTIVE && counter % 3 == 0
                ? new Command.ReturnNode(node, 5, term)
                : new Command.SetNodeState(node, state);
    }

    /** Incarnation 0 is never news: without another draw there is room for places. */
    private Command<?> updateOrPlace(NodeId node, int incarnation) {
        return incarnation > 0
                ? new Command.UpdateNode(node, url(), incarnation)
                : new Command.PlaceNode(
                        node,
                        counter % 3 > 0 ? Optional.of("zone" + counter % 2) : Optional.empty(),
                        counter % 3 < 2 ? Optional.of(1.0 + counter % 5) : Optional.empty());
    }

    /** Told by how far it went and not drawn: each draw more makes other sequences, which may reach other commands less. */
    private Map<DocumentKind, Document> documents() {
        return counter % 3 == 0
                ? Map.of()
                : Map.of(
                        List.of(DocumentKind.values()).get((int) (counter % 3)),
                        new Document(new byte[(int) (counter % 4)]));
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + (20_000 + random.nextInt(4)));
    }

    private NodeId node() {
        return new NodeId(1 + random.nextInt(NODES));
    }

    private BucketId bucket() {
        return new BucketId(1 + random.nextInt(4));
    }

    private ObjectKey key() {
        return ObjectKey.of("k" + random.nextInt(6));
    }

    /** The null version, one that is there, or one that never was. */
    private VersionId version() {
        List<VersionId> known = new ArrayList<>(List.of(VersionId.NULL, new VersionId(77)));
        model.buckets
                .values()
                .forEach(bucket ->
                        bucket.all().forEach(version -> known.add(version.info().versionId())));
        return known.get(random.nextInt(known.size()));
    }

    private Command<?> copy() {
        List<ModelBucket> buckets = List.copyOf(model.buckets.values());
        List<ModelBucket.Version> all = buckets.isEmpty()
                ? List.of()
                : buckets.get(random.nextInt(buckets.size())).all();
        Command.CopySource source = new Command.CopySource(bucket(), key(), Optional.empty(), 77);
        if (!all.isEmpty()) {
            ModelBucket.Version from = all.get(random.nextInt(all.size()));
            BucketId bucket = buckets.stream()
                    .filter(one -> one.all().contains(from))
                    .findFirst()
                    .map(one -> one.id)
                    .orElseThrow();
            source = new Command.CopySource(
                    bucket,
                    from.info().key(),
                    random.nextBoolean() ? Optional.of(from.info().versionId()) : Optional.empty(),
                    from.info().version() - random.nextInt(8) / 7);
        }
        return new Command.CopyObject(
                source,
                bucket(),
                key(),
                random.nextBoolean() ? Optional.of(attributes()) : Optional.empty(),
                random.nextBoolean() ? Optional.of(Map.of("copied", "yes")) : Optional.empty(),
                Optional.empty(),
                Optional.of("owner"),
                Optional.empty(),
                condition());
    }

    private UploadRef upload() {
        List<UploadRef> known = new ArrayList<>();
        model.uploads.all.values().forEach(upload -> known.add(upload.ref));
        return known.isEmpty() || random.nextInt(12) == 0
                ? new UploadRef(bucket(), key(), new UploadId(5))
                : known.get(known.size() - 1 - random.nextInt(Math.min(3, known.size())));
    }

    private Command<?> putPart() {
        int number = 1 + random.nextInt(4);
        String etag = "p" + random.nextInt(3);
        if (random.nextBoolean()) {
            byte[] bytes = new byte[random.nextInt(6)];
            random.nextBytes(bytes);
            return new Command.PutPart(
                    upload(), number, bytes.length, etag, extras().checksum(), new Command.NewContent.Inline(bytes));
        }
        Command.NewContent.Blob blob = newBlob(session());
        long size = blob.chunks().stream().mapToLong(ChunkRecord::length).sum();
        return new Command.PutPart(upload(), number, size, etag, Optional.empty(), blob);
    }

    private Command<?> copyPart() {
        Command.CopySource source = ((Command.CopyObject) copy()).source();
        long size = 20;
        ModelBucket bucket = model.buckets.get(source.bucket().value());
        if (bucket != null) {
            size = bucket.all().stream()
                    .filter(version -> version.info().version() == source.seen())
                    .mapToLong(version -> version.info().size())
                    .findFirst()
                    .orElse(20);
        }
        int offset = random.nextBoolean() ? 0 : random.nextInt((int) size + 1);
        ByteRange range = new ByteRange(
                offset, random.nextBoolean() ? Math.max(1, size - offset) : 1 + random.nextInt((int) size + 1));
        return new Command.CopyPart(upload(), 1 + random.nextInt(4), source, range, Optional.empty(), Optional.empty());
    }

    private Command<?> complete() {
        UploadRef upload = upload();
        ModelUploads.Upload known = model.uploads.all.get(upload.id());
        List<Command.PartRef> parts = new ArrayList<>();
        if (known != null) {
            known.parts.values().forEach(part -> {
                if (random.nextInt(5) > 0) {
                    parts.add(new Command.PartRef(
                            part.info().number(), part.info().version() - random.nextInt(20) / 19));
                }
            });
        }
        if (parts.isEmpty()) {
            parts.add(new Command.PartRef(1, 7));
        }
        return new Command.CompleteUpload(upload, parts, "m-" + parts.size(), Optional.empty(), condition());
    }

    private ObjectExtras extras() {
        Checksum checksum = new Checksum(ChecksumAlgorithm.CRC32, "AAAAAA==", Checksum.Type.FULL_OBJECT);
        return random.nextBoolean()
                ? ObjectExtras.NONE
                : new ObjectExtras(
                        Map.of("b", "2", "a", ""), Optional.of(checksum), Optional.of("me"), Optional.empty());
    }

    private long session() {
        List<Long> issued = new ArrayList<>(model.sessions.keySet());
        issued.add(999_999L);
        int last = issued.size() - 1;
        return issued.get(Math.max(0, last - random.nextInt(random.nextInt(5) == 0 ? issued.size() : 3)));
    }

    private WriteCondition condition() {
        return switch (random.nextInt(8)) {
            case 0 -> new WriteCondition(List.of("*"), List.of());
            case 1 -> new WriteCondition(List.of(), List.of("*"));
            case 2 -> new WriteCondition(List.of("e1"), List.of("e2"));
            default -> WriteCondition.NONE;
        };
    }

    private BlobId blob() {
        List<BlobId> known = new ArrayList<>(model.blobs.keySet());
        return known.isEmpty() || random.nextInt(8) == 0
                ? new BlobId(session(), random.nextInt(20))
                : known.get(random.nextInt(known.size()));
    }

    private ChunkId chunk() {
        return new ChunkId(blob(), random.nextInt(3));
    }

    private Command.NewContent.Blob newBlob(long session) {
        BlobId id = new BlobId(session, random.nextInt(6) == 0 ? random.nextInt(20) : ++counter);
        List<ChunkRecord> chunks = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            chunks.add(new ChunkRecord(new ChunkId(id, i), 1 + random.nextInt(99), random.nextInt(), nodes()));
        }
        return new Command.NewContent.Blob(id, 1 + random.nextInt(3), chunks);
    }

    /** Copies of a blob that is there, or was: some are its locations, some are not. */
    private Command.NewContent.Blob leftOver(BlobId id) {
        return new Command.NewContent.Blob(
                id, 1, List.of(new ChunkRecord(new ChunkId(id, random.nextInt(3)), 1, 0, nodes())));
    }

    private List<NodeId> nodes() {
        int first = random.nextInt(NODES);
        List<NodeId> nodes = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            nodes.add(new NodeId(1 + (first + i) % NODES));
        }
        return nodes;
    }

    private Command.PutObject putBlob() {
        Command.NewContent.Blob blob = newBlob(session());
        long size = blob.chunks().stream().mapToLong(ChunkRecord::length).sum();
        long claimed = random.nextInt(30) == 0 ? size + 1 : size;
        return new Command.PutObject(
                bucket(), key(), claimed, "e" + random.nextInt(3), attributes(), extras(), blob, condition());
    }

    private Command.PutObject putInline() {
        byte[] bytes = new byte[random.nextInt(10)];
        random.nextBytes(bytes);
        return new Command.PutObject(
                bucket(),
                key(),
                bytes.length,
                "e" + random.nextInt(3),
                attributes(),
                extras(),
                new Command.NewContent.Inline(bytes),
                condition());
    }

    private ObjectAttributes attributes() {
        return random.nextBoolean()
                ? ObjectAttributes.NONE
                : new ObjectAttributes(Optional.of("t"), Map.of("expires", "never"), Map.of("b", "2", "a", "1"));
    }

    private List<Command.FreedCopy> freed() {
        List<Command.FreedCopy> copies = new ArrayList<>();
        model.freed.forEach((copy, index) -> {
            if (random.nextInt(3) == 0) {
                copies.add(new Command.FreedCopy(copy.node(), copy.chunk(), index - random.nextInt(5) / 4));
            }
        });
        return copies;
    }

    private Command<?> plannedOrNot(long term) {
        List<Map.Entry<ModelState.Copy, Long>> pending = new ArrayList<>(model.pending.entrySet());
        if (pending.isEmpty() || random.nextInt(3) == 0) {
            return new Command.PlanCopy(chunk(), node(), term);
        }
        Map.Entry<ModelState.Copy, Long> one = pending.get(random.nextInt(pending.size()));
        long index = one.getValue() - random.nextInt(6) / 5;
        return random.nextBoolean()
                ? new Command.CommitCopy(one.getKey().chunk(), one.getKey().node(), index)
                : new Command.AbandonCopy(one.getKey().chunk(), one.getKey().node(), index);
    }

    private Command<?> renew() {
        long session = session();
        List<Command.NewContent.Blob> abandoned = switch (random.nextInt(4)) {
            case 0, 1 -> List.of();
            case 2 -> List.of(newBlob(random.nextInt(20) == 0 ? 1 : session));
            default -> List.of(leftOver(blob()));
        };
        return new Command.RenewSession(
                session, Math.max(0, counter - random.nextInt(20)), random.nextInt(500), abandoned);
    }
}
