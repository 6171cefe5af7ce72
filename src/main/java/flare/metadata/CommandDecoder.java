package flare.metadata;

import flare.metadata.wire.AddNodeOrder;
import flare.metadata.wire.AmendVersionOrder;
import flare.metadata.wire.ConditionValue;
import flare.metadata.wire.CopyObjectOrder;
import flare.metadata.wire.CopyOrder;
import flare.metadata.wire.CopySourceValue;
import flare.metadata.wire.CreateBucketOrder;
import flare.metadata.wire.DocumentValue;
import flare.metadata.wire.FreeBlobOrder;
import flare.metadata.wire.OpenSessionOrder;
import flare.metadata.wire.Operation;
import flare.metadata.wire.PlaceNodeOrder;
import flare.metadata.wire.PutObjectOrder;
import flare.metadata.wire.RenewSessionOrder;
import flare.metadata.wire.UpdateNodeOrder;
import flare.metadata.wire.VersionIdValue;
import flare.model.BucketId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Commands from Protocol Buffers; whatever a value's constructor refuses is told with the field's name. */
final class CommandDecoder {

    private CommandDecoder() {}

    static Command<?> decode(Operation from) throws MalformedEntryException {
        return switch (from.getCommandCase()) {
            case PUT_OBJECT -> put(from.getPutObject());
            case DELETE_OBJECT ->
                Field.of(
                        "delete_object",
                        () -> new Command.DeleteObject(
                                bucket(
                                        "delete_object.bucket",
                                        from.getDeleteObject().getBucket()),
                                key(
                                        "delete_object.key",
                                        from.getDeleteObject().getKey().toByteArray()),
                                version(
                                        from.getDeleteObject().hasVersion(),
                                        from.getDeleteObject().getVersion()),
                                condition(from.getDeleteObject().getCondition())));
            case COPY_OBJECT -> Field.of("copy_object", () -> copyObject(from.getCopyObject()));
            case AMEND_VERSION -> Field.of("amend_version", () -> amend(from.getAmendVersion()));
            case CREATE_BUCKET, DELETE_BUCKET, SET_VERSIONING, SET_DOCUMENT -> decodeBucket(from);
            case CREATE_UPLOAD, PUT_PART, COPY_PART, COMPLETE_UPLOAD, ABORT_UPLOAD, EXPIRE_UPLOADS ->
                UploadCodec.decode(from);
            case CREATE_USER,
                    REMOVE_USER,
                    ENABLE_USER,
                    ADD_USER_KEY,
                    REMOVE_USER_KEY,
                    ENABLE_USER_KEY,
                    SET_USER_POLICY -> UserCodec.decode(from);
            case SAVE_CURSOR, ORDER_WORKER, SET_CLUSTER_SETTINGS, ALIGN_CHUNKS, COUNT_SPACE -> WorkerCodec.decode(from);
            case INIT_CLUSTER ->
                Field.of(
                        "init_cluster",
                        () -> new Command.InitCluster(
                                ValueCodec.decode(from.getInitCluster().getClusterId()),
                                ValueCodec.decode(from.getInitCluster().getSettings())));
            case ADD_NODE -> addNode(from.getAddNode());
            case UPDATE_NODE -> updateNode(from.getUpdateNode());
            case MARK_LOST ->
                new Command.MarkLost(
                        node("mark_lost.node", from.getMarkLost().getNode()),
                        from.getMarkLost().hasTerm()
                                ? OptionalLong.of(from.getMarkLost().getTerm())
                                : OptionalLong.empty());
            case RETURN_NODE ->
                new Command.ReturnNode(
                        node("return_node.node", from.getReturnNode().getNode()),
                        from.getReturnNode().getIncarnation(),
                        from.getReturnNode().getTerm());
            case PLACE_NODE -> placeNode(from.getPlaceNode());
            case SET_NODE_STATE ->
                Field.of(
                        "set_node_state",
                        () -> new Command.SetNodeState(
                                node(
                                        "set_node_state.node",
                                        from.getSetNodeState().getNode()),
                                NodeState.valueOf(from.getSetNodeState().getState())));
            case RAISE_FEATURE_LEVEL ->
                new Command.RaiseFeatureLevel(from.getRaiseFeatureLevel().getLevel());
            default -> decodeCopyOrSession(from);
        };
    }

    private static Command<?> decodeBucket(Operation from) throws MalformedEntryException {
        return switch (from.getCommandCase()) {
            case CREATE_BUCKET -> Field.of("create_bucket", () -> createBucket(from.getCreateBucket()));
            case DELETE_BUCKET ->
                new Command.DeleteBucket(
                        bucket("delete_bucket.bucket", from.getDeleteBucket().getBucket()));
            case SET_VERSIONING ->
                new Command.SetVersioning(
                        bucket("set_versioning.bucket", from.getSetVersioning().getBucket()),
                        from.getSetVersioning().getEnabled());
            default ->
                Field.of(
                        "set_document",
                        () -> new Command.SetDocument(
                                new BucketId(from.getSetDocument().getBucket()),
                                DocumentKind.valueOf(from.getSetDocument().getKind()),
                                from.getSetDocument().hasDocument()
                                        ? Optional.of(new Document(from.getSetDocument()
                                                .getDocument()
                                                .toByteArray()))
                                        : Optional.empty()));
        };
    }

    private static Command<?> createBucket(CreateBucketOrder create) {
        Map<DocumentKind, Document> documents = new EnumMap<>(DocumentKind.class);
        for (DocumentValue value : create.getDocumentsList()) {
            DocumentKind kind = DocumentKind.valueOf(value.getKind());
            if (documents.put(kind, new Document(value.getDocument().toByteArray())) != null) {
                throw new IllegalArgumentException("two documents " + kind);
            }
        }
        return new Command.CreateBucket(new BucketName(create.getName()), create.getOwner(), documents);
    }

    private static Command<?> copyObject(CopyObjectOrder copy) throws MalformedEntryException {
        return new Command.CopyObject(
                source(copy.getSource()),
                bucket("copy_object.bucket", copy.getBucket()),
                key("copy_object.key", copy.getKey().toByteArray()),
                copy.hasAttributes() ? Optional.of(ValueCodec.decode(copy.getAttributes())) : Optional.empty(),
                copy.hasTags() ? Optional.of(ValueCodec.decode(copy.getTags())) : Optional.empty(),
                copy.hasChecksum() ? Optional.of(ValueCodec.decode(copy.getChecksum())) : Optional.empty(),
                copy.hasOwner() ? Optional.of(copy.getOwner()) : Optional.empty(),
                copy.hasAcl() ? Optional.of(copy.getAcl()) : Optional.empty(),
                condition(copy.getCondition()));
    }

    static Command.CopySource source(CopySourceValue source) throws MalformedEntryException {
        return new Command.CopySource(
                bucket("source.bucket", source.getBucket()),
                key("source.key", source.getKey().toByteArray()),
                version(source.hasVersion(), source.getVersion()),
                source.getSeen());
    }

    private static Command<?> amend(AmendVersionOrder amend) throws MalformedEntryException {
        return new Command.AmendVersion(
                bucket("amend_version.bucket", amend.getBucket()),
                key("amend_version.key", amend.getKey().toByteArray()),
                version(amend.hasVersion(), amend.getVersion()),
                amend.hasTags() ? Optional.of(ValueCodec.decode(amend.getTags())) : Optional.empty(),
                amend.hasAcl() ? Optional.of(amend.getAcl()) : Optional.empty());
    }

    private static Optional<VersionId> version(boolean present, VersionIdValue id) {
        return present ? Optional.of(ValueCodec.decode(id)) : Optional.empty();
    }

    private static Command<?> decodeCopyOrSession(Operation from) throws MalformedEntryException {
        return switch (from.getCommandCase()) {
            case FREE_BLOB -> freeBlob(from.getFreeBlob());
            case FREE_ORPHANS ->
                Field.of(
                        "free_orphans",
                        () -> new Command.FreeOrphans(
                                node("free_orphans.node", from.getFreeOrphans().getNode()),
                                from.getFreeOrphans().getChunksList().stream()
                                        .map(ValueCodec::decode)
                                        .toList(),
                                from.getFreeOrphans().getTerm()));
            case ADOPT_COPIES ->
                Field.of(
                        "adopt_copies",
                        () -> new Command.AdoptCopies(
                                node("adopt_copies.node", from.getAdoptCopies().getNode()),
                                from.getAdoptCopies().getChunksList().stream()
                                        .map(ValueCodec::decode)
                                        .toList(),
                                from.getAdoptCopies().getTerm()));
            case CLEAR_FREED ->
                Field.of(
                        "clear_freed.copies",
                        () -> new Command.ClearFreed(from.getClearFreed().getCopiesList().stream()
                                .map(ValueCodec::decode)
                                .toList()));
            case PLAN_COPY ->
                Field.of(
                        "plan_copy",
                        () -> new Command.PlanCopy(
                                ValueCodec.decode(from.getPlanCopy().getChunk()),
                                node("plan_copy.target", from.getPlanCopy().getTarget()),
                                from.getPlanCopy().getTerm()));
            case COMMIT_COPY, ABANDON_COPY, DROP_COPY -> copy(from);
            case OPEN_SESSION -> openSession(from.getOpenSession());
            case RENEW_SESSION -> renewSession(from.getRenewSession());
            case CLOSE_SESSION ->
                new Command.CloseSession(from.getCloseSession().getSession());
            case EXPIRE_SESSION ->
                new Command.ExpireSession(
                        from.getExpireSession().getSession(),
                        from.getExpireSession().getTerm());
            default -> throw new MalformedEntryException("field command is missing or unknown to this version", null);
        };
    }

    private static Command<?> put(PutObjectOrder put) throws MalformedEntryException {
        return Field.of(
                "put_object",
                () -> new Command.PutObject(
                        bucket("put_object.bucket", put.getBucket()),
                        key("put_object.key", put.getKey().toByteArray()),
                        put.getSize(),
                        put.getEtag(),
                        Field.of("put_object.attributes", () -> ValueCodec.decode(put.getAttributes())),
                        put.hasExtras() ? ValueCodec.decode(put.getExtras()) : ObjectExtras.NONE,
                        content(put),
                        condition(put.getCondition())));
    }

    private static Command.NewContent content(PutObjectOrder put) throws MalformedEntryException {
        return switch (put.getContentCase()) {
            case INLINE -> new Command.NewContent.Inline(put.getInline().toByteArray());
            case BLOB -> Field.of("put_object.blob", () -> ValueCodec.decode(put.getBlob()));
            default ->
                throw new MalformedEntryException(
                        "field put_object.content is missing or unknown to this version", null);
        };
    }

    static WriteCondition condition(ConditionValue condition) {
        return condition.getIfMatchCount() == 0 && condition.getIfNoneMatchCount() == 0
                ? WriteCondition.NONE
                : new WriteCondition(condition.getIfMatchList(), condition.getIfNoneMatchList());
    }

    private static Command<?> addNode(AddNodeOrder add) throws MalformedEntryException {
        URI url = Field.of("add_node.url", () -> URI.create(add.getUrl()));
        return new Command.AddNode(ValueCodec.decode(add.getUuid()), url, add.getZone(), add.getWeight());
    }

    private static Command<?> updateNode(UpdateNodeOrder update) throws MalformedEntryException {
        URI url = Field.of("update_node.url", () -> URI.create(update.getUrl()));
        return new Command.UpdateNode(node("update_node.node", update.getNode()), url, update.getIncarnation());
    }

    private static Command<?> placeNode(PlaceNodeOrder place) throws MalformedEntryException {
        return new Command.PlaceNode(
                node("place_node.node", place.getNode()),
                place.hasZone() ? Optional.of(place.getZone()) : Optional.empty(),
                place.hasWeight() ? Optional.of(place.getWeight()) : Optional.empty());
    }

    private static Command<?> freeBlob(FreeBlobOrder free) throws MalformedEntryException {
        return new Command.FreeBlob(
                Field.of("free_blob.blob", () -> ValueCodec.decode(free.getBlob())), free.getLimit(), free.getTerm());
    }

    private static Command<?> copy(Operation from) throws MalformedEntryException {
        if (from.hasDropCopy()) {
            CopyOrder drop = from.getDropCopy();
            return Field.of(
                    "drop_copy",
                    () -> new Command.DropCopy(ValueCodec.decode(drop.getChunk()), new NodeId(drop.getNode())));
        } else if (from.hasCommitCopy()) {
            CopyOrder commit = from.getCommitCopy();
            return Field.of(
                    "commit_copy",
                    () -> new Command.CommitCopy(
                            ValueCodec.decode(commit.getChunk()),
                            new NodeId(commit.getNode()),
                            commit.getPendingIndex()));
        }
        CopyOrder abandon = from.getAbandonCopy();
        return Field.of(
                "abandon_copy",
                () -> new Command.AbandonCopy(
                        ValueCodec.decode(abandon.getChunk()),
                        new NodeId(abandon.getNode()),
                        abandon.getPendingIndex()));
    }

    private static Command<?> openSession(OpenSessionOrder open) throws MalformedEntryException {
        Optional<URI> url = open.hasUrl()
                ? Optional.of(Field.of("open_session.url", () -> URI.create(open.getUrl())))
                : Optional.empty();
        return new Command.OpenSession(ValueCodec.decode(open.getProcess()), url, open.getFeatureLevel());
    }

    private static Command<?> renewSession(RenewSessionOrder renew) throws MalformedEntryException {
        return Field.of(
                "renew_session.abandoned",
                () -> new Command.RenewSession(
                        renew.getSession(),
                        renew.getWriteMark(),
                        renew.getReadMark(),
                        renew.getAbandonedList().stream()
                                .map(ValueCodec::decode)
                                .toList()));
    }

    static BucketId bucket(String field, long id) throws MalformedEntryException {
        return Field.of(field, () -> new BucketId(id));
    }

    private static NodeId node(String field, int id) throws MalformedEntryException {
        return Field.of(field, () -> new NodeId(id));
    }

    static ObjectKey key(String field, byte[] key) throws MalformedEntryException {
        return Field.of(field, () -> ObjectKey.of(key));
    }
}
