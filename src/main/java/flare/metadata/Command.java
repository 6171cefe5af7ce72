package flare.metadata;

import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.CanonicalId;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Deletion;
import flare.model.KeyPair;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.PolicyName;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.UserProfile;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.net.URI;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;

/**
 * An order to the state machine, with the type of its result. Time, operation id and session are added on the way; apply
 * is deterministic and answers a refusal instead of throwing (I4).
 *
 * <p>A command of the coordinator carries the Raft term it acts in and is refused (CONFLICT) when applied in another.
 */
public sealed interface Command<R> {

    /** Nothing to say but that it took effect. */
    record Done() {}

    // ---- cluster ----------------------------------------------------------------------------------------------------

    /**
     * Creates the cluster's identity, settings and the bucket {@code object}, once; later ones change nothing. Answers the
     * cluster's state either way.
     */
    record InitCluster(UUID clusterId, ClusterSettings settings) implements Command<ClusterState> {}

    /** Adds the node, or answers the entry that has this UUID. A REMOVED UUID is refused with CONFLICT. */
    record AddNode(UUID uuid, URI url, String zone, double weight) implements Command<NodeId> {}

    /** Records what a node said of itself. An incarnation not above the recorded one marks a restored disk: CONFLICT. */
    record UpdateNode(NodeId node, URI url, long incarnation) implements Command<Done> {}

    /** Moves a node between states; REMOVED is refused with CONFLICT while a copy, PENDING or FREED row names it. */
    record SetNodeState(NodeId node, NodeState state) implements Command<Done> {}

    /** Gives a node another zone, weight, or both; CONFLICT once it was REMOVED. */
    record PlaceNode(NodeId node, Optional<String> zone, Optional<Double> weight) implements Command<Done> {}

    /**
     * Counts a node's copies as gone. CONFLICT if it was removed, or more than a third of the members would be LOST: that is
     * rather a mistake, or the network. {@link SetNodeState} has no such limit.
     *
     * @param term the coordinator's, who marks only what is ACTIVE and else is refused with CONFLICT; empty: an operator's, whose word no
     *     {@link ReturnNode} takes back
     */
    record MarkLost(NodeId node, OptionalLong term) implements Command<Done> {}

    /**
     * Makes a LOST node that answers again ACTIVE: copies whose locations still name it count again. CONFLICT if it is not
     * LOST or an operator marked it so, or the incarnation is below the recorded one, which marks a restored disk.
     */
    record ReturnNode(NodeId node, long incarnation, long term) implements Command<Done> {}

    /** Raises the feature level by one step; CONFLICT unless every live session's process supports it. */
    record RaiseFeatureLevel(int level) implements Command<Done> {}

    /**
     * Changes what is chosen for the whole cluster; empty stays as it is. CONFLICT for more copies than nodes are ACTIVE.
     * What is stored already follows: a worker aligns it to the copies, another moves it to where the strategy says.
     */
    record SetClusterSettings(Optional<Integer> copies, Optional<String> strategy) implements Command<ClusterState> {}

    // ---- buckets and objects ----------------------------------------------------------------------------------------

    /**
     * BUCKET_ALREADY_OWNED if the owner has one of that name, BUCKET_ALREADY_EXISTS if another has.
     *
     * @param owner empty: nobody in particular
     * @param documents of its configuration, which it has from the first moment on
     */
    record CreateBucket(BucketName name, String owner, Map<DocumentKind, Document> documents)
            implements Command<BucketId> {

        public CreateBucket {
            Map<DocumentKind, Document> copy = new EnumMap<>(DocumentKind.class);
            copy.putAll(documents);
            documents = Collections.unmodifiableMap(copy);
        }

        public CreateBucket(BucketName name, String owner) {
            this(name, owner, Map.of());
        }

        public CreateBucket(BucketName name) {
            this(name, "");
        }
    }

    /** BUCKET_NOT_EMPTY while it has a version or a delete marker. */
    record DeleteBucket(BucketId bucket) implements Command<Done> {}

    /** Enables versioning, or suspends it; it never goes back to what it was before either. */
    record SetVersioning(BucketId bucket, boolean enabled) implements Command<Done> {}

    /** Puts a document of the bucket's configuration, or removes it. */
    record SetDocument(BucketId bucket, DocumentKind kind, Optional<Document> document) implements Command<Done> {}

    /**
     * Makes {@code key} name new content, in one step. PRECONDITION_FAILED by the condition, NO_SUCH_KEY by an If-Match
     * where there is no object, as all commands that have a condition; NO_SUCH_BUCKET by the id,
     * UNAVAILABLE if a blob's session is not live or its counter is below that session's write mark (I7).
     */
    record PutObject(
            BucketId bucket,
            ObjectKey key,
            long size,
            String etag,
            ObjectAttributes attributes,
            ObjectExtras extras,
            NewContent content,
            WriteCondition condition)
            implements Command<ObjectInfo> {

        public PutObject(
                BucketId bucket,
                ObjectKey key,
                long size,
                String etag,
                ObjectAttributes attributes,
                NewContent content,
                WriteCondition condition) {
            this(bucket, key, size, etag, attributes, ObjectExtras.NONE, content, condition);
        }
    }

    /**
     * Makes {@code key} name the bytes of a version that is there, without moving them (I2): apply finds its extents.
     * NO_SUCH_BUCKET, NO_SUCH_KEY, NO_SUCH_VERSION; CONFLICT if the source is another version than was seen.
     *
     * @param attributes empty: the source's
     * @param tags empty: the source's
     * @param checksum empty: the source's
     */
    record CopyObject(
            CopySource source,
            BucketId bucket,
            ObjectKey key,
            Optional<ObjectAttributes> attributes,
            Optional<Map<String, String>> tags,
            Optional<Checksum> checksum,
            Optional<String> owner,
            Optional<String> acl,
            WriteCondition condition)
            implements Command<ObjectInfo> {

        public CopyObject {
            tags = tags.map(TreeMap::new);
        }
    }

    /**
     * Bytes to be shared.
     *
     * @param version empty: the key's newest
     * @param seen the internal version that was authorised and whose conditions were judged
     */
    record CopySource(BucketId bucket, ObjectKey key, Optional<VersionId> version, long seen) {}

    /**
     * Changes what may be changed of a version that is there: all its tags, its canned ACL. NO_SUCH_BUCKET, NO_SUCH_KEY,
     * NO_SUCH_VERSION; METHOD_NOT_ALLOWED for a delete marker.
     *
     * @param version empty: the key's newest
     */
    record AmendVersion(
            BucketId bucket,
            ObjectKey key,
            Optional<VersionId> version,
            Optional<Map<String, String>> tags,
            Optional<String> acl)
            implements Command<ObjectInfo> {

        public AmendVersion {
            tags = tags.map(TreeMap::new);
        }
    }

    /**
     * Without a version: removes the key, or hides it by a delete marker where the bucket has versions. With one: removes
     * exactly that version or marker. PRECONDITION_FAILED by the condition on what is named, if that is there.
     */
    record DeleteObject(BucketId bucket, ObjectKey key, Optional<VersionId> version, WriteCondition condition)
            implements Command<Deletion> {

        public DeleteObject(BucketId bucket, ObjectKey key, WriteCondition condition) {
            this(bucket, key, Optional.empty(), condition);
        }
    }

    // ---- multipart uploads ------------------------------------------------------------------------------------------

    /**
     * Begins an upload in parts. SLOW_DOWN past the number of open uploads that a bucket may have.
     *
     * @param algorithm of the object's checksum, if there is to be one
     */
    record CreateUpload(
            BucketId bucket,
            ObjectKey key,
            ObjectAttributes attributes,
            ObjectExtras extras,
            Optional<ChecksumAlgorithm> algorithm,
            Checksum.Type checksumType)
            implements Command<UploadId> {}

    /** A part, in place of one of the same number. NO_SUCH_UPLOAD; UNAVAILABLE as {@link PutObject}. */
    record PutPart(
            UploadRef upload, int number, long size, String etag, Optional<Checksum> checksum, NewContent content)
            implements Command<PartInfo> {}

    /**
     * A part that shares bytes of an object (I2). Refuses as {@link CopyObject}; NO_SUCH_UPLOAD; RANGE_NOT_SATISFIABLE for a
     * range that goes over the source's end.
     *
     * @param etag empty: the source's, if that is the MD5 of just these bytes, or one of its own
     */
    record CopyPart(
            UploadRef upload,
            int number,
            CopySource source,
            ByteRange range,
            Optional<String> etag,
            Optional<Checksum> checksum)
            implements Command<PartInfo> {}

    /**
     * Makes the parts the object and forgets the others. The parts were judged before: here it is only seen that they are
     * still the same, INVALID_PART otherwise. Said again of a finished upload it answers as the first time, for a while.
     * NO_SUCH_UPLOAD, PRECONDITION_FAILED.
     */
    record CompleteUpload(
            UploadRef upload, List<PartRef> parts, String etag, Optional<Checksum> checksum, WriteCondition condition)
            implements Command<ObjectInfo> {
        public CompleteUpload {
            parts = List.copyOf(parts);
        }
    }

    /** A part by its number, and the internal version of it that was judged. */
    record PartRef(int number, long version) {}

    /** Gives up an open upload and its parts. NO_SUCH_UPLOAD. */
    record AbortUpload(UploadRef upload) implements Command<Done> {}

    /** Aborts those that were begun before a time, and forgets how those ended that ended long ago. */
    record ExpireUploads(List<UploadId> uploads, long createdBeforeMillis, long term) implements Command<Done> {
        public ExpireUploads {
            uploads = List.copyOf(uploads);
        }
    }

    /** Bytes of a new version. Commands never carry an extent of an existing blob (I2). */
    sealed interface NewContent {

        /** The object itself, in the log and the store. */
        record Inline(byte[] bytes) implements NewContent {}

        /** A blob just written, its chunks in order, each durable on its nodes. */
        record Blob(BlobId id, int wantedCopies, List<ChunkRecord> chunks) implements NewContent {
            public Blob {
                chunks = List.copyOf(chunks);
            }
        }
    }

    // ---- users ------------------------------------------------------------------------------------------------------

    /**
     * USER_ALREADY_EXISTS if another has the id or the name, ACCESS_KEY_ALREADY_EXISTS if another has the key,
     * LIMIT_EXCEEDED past the number of users there may be.
     */
    record CreateUser(UserProfile profile, Optional<KeyPair> key) implements Command<Done> {}

    /** With keys and policies. What is the user's stays and goes on carrying the id. NO_SUCH_USER. */
    record RemoveUser(CanonicalId user) implements Command<Done> {}

    /** NO_SUCH_USER. */
    record EnableUser(CanonicalId user, boolean enabled) implements Command<Done> {}

    /** NO_SUCH_USER, ACCESS_KEY_ALREADY_EXISTS; LIMIT_EXCEEDED past {@link flare.model.UserInfo#MAX_KEYS}. */
    record AddUserKey(CanonicalId user, KeyPair key) implements Command<Done> {}

    /** NO_SUCH_USER, NO_SUCH_ACCESS_KEY. */
    record RemoveUserKey(CanonicalId user, String accessKey) implements Command<Done> {}

    /** NO_SUCH_USER, NO_SUCH_ACCESS_KEY. */
    record EnableUserKey(CanonicalId user, String accessKey, boolean enabled) implements Command<Done> {}

    /** Puts a policy in place of one of that name, or removes it. NO_SUCH_USER, NO_SUCH_USER_POLICY; LIMIT_EXCEEDED. */
    record SetUserPolicy(CanonicalId user, PolicyName name, Optional<Document> document) implements Command<Done> {}

    // ---- copies: reclaim and repair (I12)
    // -----------------------------------------------------------------------------

    /** Turns up to {@code limit} chunks of a blob at count 0 into FREED copies; answers whether any are left to do. */
    record FreeBlob(BlobId blob, int limit, long term) implements Command<Boolean> {}

    /** Turns copies into FREED rows; those with a location or a PENDING row are left alone. Answers the rows made. */
    record FreeOrphans(NodeId node, List<ChunkId> chunks, long term) implements Command<List<FreedCopy>> {}

    /**
     * Records copies that a node has and the records of their chunks do not name: what was moved after a backup, written
     * past the quorum, or kept by a node that was LOST. Passed over: chunks that nobody counts on, copies of which anything is
     * recorded, nodes that are neither ACTIVE nor DRAINING. Answers how many locations that made.
     */
    record AdoptCopies(NodeId node, List<ChunkId> chunks, long term) implements Command<Long> {
        public AdoptCopies {
            chunks = List.copyOf(chunks);
        }
    }

    /** The node durably has no such copy of a smaller generation: clears the rows that still have that index. */
    record ClearFreed(List<FreedCopy> copies) implements Command<Done> {}

    /**
     * Announces a copy about to be pulled. Answers its PENDING index, the copy's generation. CONFLICT where the chunk is
     * gone, the node has it already, or a PENDING or FREED row stands.
     */
    record PlanCopy(ChunkId chunk, NodeId target, long term) implements Command<Long> {}

    /** The pulled copy is durable and verified: its PENDING row becomes a location. */
    record CommitCopy(ChunkId chunk, NodeId target, long pendingIndex) implements Command<Done> {}

    /** The pull failed or was given up: its PENDING row becomes FREED. */
    record AbandonCopy(ChunkId chunk, NodeId target, long pendingIndex) implements Command<Done> {}

    /**
     * A copy turned out missing or corrupt, or is to be moved away: its location becomes FREED and the chunk is queued
     * for repair if it now lacks copies. A chunk's last location is kept and CONFLICT answered.
     */
    record DropCopy(ChunkId chunk, NodeId node) implements Command<Done> {}

    // ---- background workers -----------------------------------------------------------------------------------------

    /** Keeps how far a worker came, in place of what it kept before. */
    record SaveCursor(String worker, WorkerCursor cursor, long term) implements Command<Done> {}

    /** What an operator wants of a worker, of whatever process leads. */
    record OrderWorker(String worker, WorkerOrder order) implements Command<Done> {}

    /** What can be wanted of a worker; what it makes of a start is its business. */
    enum WorkerOrder {
        /** Begins anew, and ends a pause. */
        START,
        /** Rests until a start or a resumption, at the place it is at. */
        PAUSE,
        RESUME
    }

    /**
     * Has the blobs of chunks want as many copies as the cluster's settings say: chunks with fewer or more are queued for
     * repair. Answers of how many chunks that changed. Dead blobs are passed over.
     */
    record AlignChunks(List<ChunkId> chunks, long term) implements Command<Long> {
        public AlignChunks {
            chunks = List.copyOf(chunks);
        }
    }

    /**
     * Counts bytes of rows that were written before bytes were kept count of, some of them. Answers whether more are left:
     * then the next one goes on behind them. What is written meanwhile is counted as it is written.
     */
    record CountSpace(int limit, long term) implements Command<Boolean> {}

    // ---- sessions ---------------------------------------------------------------------------------------------------

    /**
     * Registers an API process; the result is the session's id.
     *
     * @param featureLevel the highest the process supports: the cluster's is raised only when all live sessions do
     */
    record OpenSession(UUID process, Optional<URI> url, int featureLevel) implements Command<Long> {

        public OpenSession(UUID process, Optional<URI> url) {
            this(process, url, FeatureLevel.SUPPORTED);
        }
    }

    /**
     * Renews the live session with its marks and reports blobs that will never be committed, and copies that committed
     * ones went without: they become FREED where no location or PENDING row stands. UNAVAILABLE if the session is not
     * live.
     */
    record RenewSession(long session, long writeMark, long readMark, List<NewContent.Blob> abandoned)
            implements Command<Done> {
        public RenewSession {
            abandoned = List.copyOf(abandoned);
        }
    }

    /** Ends a session by its own will. */
    record CloseSession(long session) implements Command<Done> {}

    /** Ends a session the coordinator has not seen renewed for too long. */
    record ExpireSession(long session, long term) implements Command<Done> {}

    // ---- records ----------------------------------------------------------------------------------------------------

    /** A copy to be deleted: its node must remove only a generation smaller than {@code index} (I12). */
    record FreedCopy(NodeId node, ChunkId chunk, long index) {}
}
