package flare.metadata;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.CanonicalId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.ObjectPart;
import flare.model.PartInfo;
import flare.model.UploadId;
import flare.model.UploadInfo;
import flare.model.UploadRef;
import flare.model.UserInfo;
import flare.model.UserName;
import flare.model.VersionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A question to the state machine, with the type of its answer; answered from one snapshot. */
public sealed interface Query<R> {

    // ---- cluster ----------------------------------------------------------------------------------------------------

    /** Empty before the cluster is initialised. */
    record GetCluster() implements Query<Optional<ClusterState>> {}

    /** All nodes, also REMOVED ones, with what they hold. */
    record ListNodes() implements Query<List<NodeUsage>> {}

    /** Live sessions, and the lowest read mark among them: copies freed below it may be deleted (I13). */
    record ListSessions() implements Query<Sessions> {}

    /** Row counts for metrics and reports; estimates where a count would cost a scan. */
    record GetCounts() implements Query<Counts> {}

    /** What a background worker kept, and what is wanted of it. */
    record GetWorker(String worker) implements Query<WorkerState> {}

    /** Bytes that are stored for users and why more may be occupied; what it costs does not depend on how much there is. */
    record GetSpace() implements Query<Space> {}

    /**
     * What each bucket takes, in the order of their names.
     *
     * @param after exclusive; may be empty
     */
    record ListBucketSpace(String after, int limit) implements Query<BucketSpacePage> {}

    // ---- buckets and objects
    // ------------------------------------------------------------------------------------------

    /** Empty if there is none. */
    record FindBucket(BucketName name) implements Query<Optional<BucketId>> {}

    /** The bucket with its configuration; empty if there is none. */
    record GetBucket(BucketName name) implements Query<Optional<BucketInfo>> {}

    /**
     * Buckets in the order of their names, without their documents.
     *
     * @param owners whose; "" stands for those that are nobody's in particular; no owners: everybody's
     * @param prefix may be empty
     * @param after exclusive; may be empty
     */
    record ListBuckets(Set<String> owners, String prefix, String after, int limit) implements Query<BucketPage> {
        public ListBuckets {
            owners = Set.copyOf(owners);
        }
    }

    /**
     * NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION; METHOD_NOT_ALLOWED for a delete marker named by its id. Where a marker
     * is what stands there, the refusal names it ({@link flare.model.FlareException#deleteMarker}).
     *
     * @param version empty: the key's newest
     */
    record StatObject(BucketId bucket, ObjectKey key, Optional<VersionId> version) implements Query<ObjectInfo> {

        public StatObject(BucketId bucket, ObjectKey key) {
            this(bucket, key, Optional.empty());
        }
    }

    /**
     * For a read under a pin: refuses as {@link StatObject}; UNAVAILABLE if the pin's session is not live.
     *
     * @param part the number of a part to be found; most reads ask for none, and there can be ten thousand
     */
    record OpenObject(BucketId bucket, ObjectKey key, Optional<VersionId> version, Optional<Integer> part, long session)
            implements Query<OpenedObject> {

        public OpenObject(BucketId bucket, ObjectKey key, long session) {
            this(bucket, key, Optional.empty(), Optional.empty(), session);
        }
    }

    /** What an object was made of; refuses as {@link StatObject}. Parts behind a number, in order. */
    record ListObjectParts(BucketId bucket, ObjectKey key, Optional<VersionId> version, int after, int limit)
            implements Query<ObjectParts> {}

    /**
     * One page of a bucket's versions and delete markers: keys in byte order, newest first within a key. NO_SUCH_BUCKET.
     *
     * @param prefix may be empty
     * @param delimiter may be empty: none
     * @param after to go on behind
     * @param limit results, at least 1; a common prefix counts as one
     */
    record ListVersions(BucketId bucket, byte[] prefix, byte[] delimiter, VersionsMark after, int limit)
            implements Query<VersionPage> {}

    /** An upload while it is open, and for a while what it became. NO_SUCH_UPLOAD. */
    record StatUpload(UploadRef upload) implements Query<UploadState> {}

    /** Parts of an open upload behind a number, in order. NO_SUCH_UPLOAD. */
    record ListParts(UploadRef upload, int after, int limit) implements Query<PartPage> {}

    /** One page of a bucket's open uploads: keys in byte order, of a key the oldest first. NO_SUCH_BUCKET. */
    record ListUploads(BucketId bucket, byte[] prefix, byte[] delimiter, UploadsMark after, int limit)
            implements Query<UploadPage> {}

    /**
     * Uploads that are due for {@link Command.ExpireUploads}, oldest first.
     *
     * @param limit uploads looked at
     */
    record ListOldUploads(Optional<UploadId> after, Duration maxAge, int limit) implements Query<OldUploads> {}

    /**
     * Chunks of a blob in order, from an ordinal on; those of a dead blob with the nodes their FREED copies are on, which a
     * read under a pin may go on to use (I13).
     */
    record ListChunks(BlobId blob, int fromOrdinal, int limit) implements Query<List<ChunkRecord>> {}

    /**
     * One page of a bucket's keys in byte order. {@code after} is exclusive; with a delimiter, keys that share the text
     * from the prefix up to the delimiter are rolled up to one common prefix, which counts as one result. NO_SUCH_BUCKET.
     *
     * @param prefix may be empty
     * @param delimiter may be empty: none
     * @param after a key or a common prefix to go on behind; empty: from the start
     * @param limit results, at least 1
     */
    record ListObjects(BucketId bucket, byte[] prefix, byte[] delimiter, byte[] after, int limit)
            implements Query<ObjectPage> {}

    // ---- users ------------------------------------------------------------------------------------------------------

    /** Whose access key this is, with that very key among the user's; empty if it is nobody's. */
    record FindAccessKey(String accessKey) implements Query<Optional<UserInfo>> {}

    record GetUser(CanonicalId id) implements Query<Optional<UserInfo>> {}

    record FindUser(UserName name) implements Query<Optional<UserInfo>> {}

    /** What others see of these users; those that are not there are left out. */
    record NameUsers(Set<CanonicalId> ids) implements Query<Map<CanonicalId, String>> {
        public NameUsers {
            ids = Set.copyOf(ids);
        }
    }

    /** Which of these names are users'. */
    record KnownUsers(Set<UserName> names) implements Query<Set<UserName>> {
        public KnownUsers {
            names = Set.copyOf(names);
        }
    }

    /**
     * Users in the order of their names.
     *
     * @param after exclusive; may be empty
     */
    record ListUsers(String after, int limit) implements Query<UserPage> {}

    // ---- copies -----------------------------------------------------------------------------------------------------

    /** Blobs at count 0 whose chunks still have locations. */
    record ListDeadBlobs(int limit) implements Query<List<BlobId>> {}

    /** FREED rows of a node in chunk order, behind {@code after}. */
    record ListFreed(NodeId node, Optional<ChunkId> after, int limit) implements Query<List<Command.FreedCopy>> {}

    /** PENDING rows in (node, chunk) order; what a coordinator that died left behind. */
    record ListPending(int limit) implements Query<List<PendingCopy>> {}

    /** Chunks that lack copies or have more than wanted, fewest copies first. */
    record ListRepairs(int limit) implements Query<List<RepairItem>> {}

    /** What the state machine says of copies found on a node, in the order asked (I14). */
    record ExplainCopies(NodeId node, List<ChunkId> chunks) implements Query<List<CopyStanding>> {}

    /** Chunk records from {@code after} on in id order, for scrub and fsck. */
    record ScanChunks(Optional<ChunkId> after, int limit) implements Query<List<ChunkRecord>> {}

    // ---- answers ----------------------------------------------------------------------------------------------------

    /**
     * An object and where its bytes are.
     *
     * @param part that was asked for; empty where the object was not made of such a one
     * @param appliedIndex of the snapshot it was read from
     */
    record OpenedObject(ObjectInfo info, Content content, Optional<ObjectPart> part, long appliedIndex) {}

    sealed interface Content {

        record Inline(byte[] bytes) implements Content {}

        /**
         * Extents in order; {@code firstChunks} are the leading chunks of the first one's blob, to save a query for
         * small objects; the rest is read in pages with {@link ListChunks}.
         */
        record Extents(List<? extends Extent> extents, List<ChunkRecord> firstChunks) implements Content {}
    }

    /** A run of bytes; an object's are laid end to end. */
    sealed interface Extent {
        long length();
    }

    /** A run of a blob's bytes. */
    record Slice(BlobId blob, long offset, long length) implements Extent {}

    /** A run of bytes that are here. */
    record Run(byte[] bytes) implements Extent {
        @Override
        public long length() {
            return bytes.length;
        }
    }

    /**
     * Keys and common prefixes, each in order.
     *
     * @param next what to pass as {@code after} for the next page; empty on the last page
     */
    record ObjectPage(List<ObjectInfo> objects, List<byte[]> commonPrefixes, Optional<byte[]> next) {}

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record BucketPage(List<BucketInfo> buckets, Optional<String> next) {}

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record UserPage(List<UserInfo> users, Optional<String> next) {}

    /**
     * A place in a listing of versions.
     *
     * @param key a key or a common prefix; empty: the start
     * @param version empty: behind all versions of the key
     */
    record VersionsMark(byte[] key, Optional<VersionId> version) {

        public static final VersionsMark START = new VersionsMark(new byte[0], Optional.empty());
    }

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record VersionPage(List<ObjectInfo> versions, List<byte[]> commonPrefixes, Optional<VersionsMark> next) {}

    /** @param more whether there are parts behind these */
    record ObjectParts(ObjectInfo info, List<ObjectPart> parts, boolean more) {}

    /** Exactly one of the two. */
    record UploadState(Optional<UploadInfo> open, Optional<ObjectInfo> completed) {}

    /** @param more whether there are parts behind these */
    record PartPage(UploadInfo upload, List<PartInfo> parts, boolean more) {}

    /**
     * A place in a listing of uploads.
     *
     * @param key a key or a common prefix; empty: the start
     * @param upload empty: behind all uploads of the key
     */
    record UploadsMark(byte[] key, Optional<UploadId> upload) {

        public static final UploadsMark START = new UploadsMark(new byte[0], Optional.empty());
    }

    /** @param next what to pass as {@code after} for the next page; empty on the last page */
    record UploadPage(List<UploadInfo> uploads, List<byte[]> commonPrefixes, Optional<UploadsMark> next) {}

    /**
     * @param createdBeforeMillis what {@link Command.ExpireUploads} is to say, in the log's time
     * @param next what to pass as {@code after}; empty at the end
     */
    record OldUploads(List<UploadId> due, long createdBeforeMillis, Optional<UploadId> next) {}

    /**
     * @param copies chunks with a location on the node
     * @param leftBehind at most so many that were freed while it was LOST may still lie there
     */
    record NodeUsage(NodeInfo node, long copies, long bytes, long leftBehind) {}

    record SessionInfo(long id, String process, long writeMark, long readMark, Instant lastRenewed) {}

    /**
     * @param lowestReadMark just past the last applied entry when no session is live: one opened since may read what is
     *     freed after that
     */
    record Sessions(List<SessionInfo> live, long lowestReadMark) {}

    /**
     * @param cursor {@link WorkerCursor#NONE} where it kept nothing yet
     * @param started unique to the last start that was ordered, and higher than those before; 0: none was
     */
    record WorkerState(WorkerCursor cursor, long started, boolean paused) {}

    record PendingCopy(NodeId node, ChunkId chunk, long index) {}

    /** @param wanted copies the chunk should have */
    record RepairItem(ChunkRecord chunk, int wanted) {}

    record Counts(long objects, long blobs, long chunks, long deadBlobs, long freed, long pending, long repairs) {}

    /**
     * Logical bytes: each as often as users stored it, not as often as it is copied.
     *
     * @param counted whether all rows have been counted; until then the other bytes but those of freed copies are 0
     * @param bytes of objects as readers see them: the newest versions
     * @param olderBytes of versions that are not their key's newest
     * @param uploadBytes of parts of open uploads
     * @param blobBytes of blobs that something refers to
     * @param deadBytes of blobs that nothing refers to any more, and copies of which are still there
     * @param heldBytes of blobs of which slices are in use: at least so many are in no slice
     * @param freed nodes that still have copies to delete
     */
    record Space(
            boolean counted,
            long bytes,
            long olderBytes,
            long uploadBytes,
            long blobBytes,
            long deadBytes,
            long heldBytes,
            List<FreedSpace> freed) {
        public Space {
            freed = List.copyOf(freed);
        }
    }

    /** @param bytes of those copies whose length is known: of leftovers of failed writes it is not */
    record FreedSpace(NodeId node, long copies, long bytes) {}

    /**
     * @param counted as in {@link Space}
     * @param next what to pass as {@code after} for the next page; empty on the last page
     */
    record BucketSpacePage(boolean counted, List<BucketSpace> buckets, Optional<String> next) {}

    /**
     * @param olderVersions and delete markers
     * @param uploads open ones
     */
    record BucketSpace(
            BucketName name,
            String owner,
            long objects,
            long bytes,
            long olderVersions,
            long olderBytes,
            long uploads,
            long uploadBytes) {}

    /** Why a copy on a node exists, or that nothing says it may. */
    enum CopyStanding {
        /** A location names it. */
        LOCATED,
        /** A pull of it is under way. */
        PENDING,
        /** On its way out already. */
        FREED,
        /** Its blob's outcome is unknown: an upload may be under way. */
        IN_FLIGHT,
        /** Its chunk is counted on, and its record does not name the node: it may be one that is missed elsewhere. */
        UNLOCATED,
        /** Nothing names it and nothing can any more. */
        ORPHAN,
        /** Its session was never issued: a foreign disk or lost metadata. Stop and alarm. */
        UNKNOWN_SESSION
    }
}
