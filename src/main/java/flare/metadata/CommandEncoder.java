package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.AmendVersionOrder;
import flare.metadata.wire.ConditionValue;
import flare.metadata.wire.CopyObjectOrder;
import flare.metadata.wire.CopyOrder;
import flare.metadata.wire.CopySourceValue;
import flare.metadata.wire.Operation;
import flare.metadata.wire.PlaceNodeOrder;
import flare.metadata.wire.PutObjectOrder;
import flare.metadata.wire.RenewSessionOrder;
import flare.model.ChunkId;
import flare.model.NodeId;
import flare.model.WriteCondition;

/** Commands to Protocol Buffers; {@link CommandDecoder} is its mirror. */
final class CommandEncoder {

    private CommandEncoder() {}

    static void encode(Command<?> command, Operation.Builder to) {
        if (!encodeObject(command, to)
                && !UploadCodec.encode(command, to)
                && !UserCodec.encode(command, to)
                && !WorkerCodec.encode(command, to)
                && !encodeCluster(command, to)
                && !encodeCopy(command, to)) {
            encodeSession(command, to);
        }
    }

    private static boolean encodeObject(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.PutObject put) {
            to.setPutObject(put(put));
        } else if (command instanceof Command.DeleteObject delete) {
            to.getDeleteObjectBuilder()
                    .setBucket(delete.bucket().value())
                    .setKey(ValueCodec.bytes(delete.key()))
                    .setCondition(condition(delete.condition()));
            delete.version().ifPresent(id -> to.getDeleteObjectBuilder().setVersion(ValueCodec.encode(id)));
        } else if (command instanceof Command.CopyObject copy) {
            to.setCopyObject(copy(copy));
        } else if (command instanceof Command.AmendVersion amend) {
            AmendVersionOrder.Builder order = to.getAmendVersionBuilder()
                    .setBucket(amend.bucket().value())
                    .setKey(ValueCodec.bytes(amend.key()));
            amend.version().ifPresent(id -> order.setVersion(ValueCodec.encode(id)));
            amend.tags().ifPresent(tags -> order.setTags(ValueCodec.encode(tags)));
            amend.acl().ifPresent(order::setAcl);
        } else {
            return encodeBucket(command, to);
        }
        return true;
    }

    private static boolean encodeBucket(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.CreateBucket create) {
            to.getCreateBucketBuilder().setName(create.name().value()).setOwner(create.owner());
            create.documents()
                    .forEach((kind, document) -> to.getCreateBucketBuilder()
                            .addDocumentsBuilder()
                            .setKind(kind.name())
                            .setDocument(ByteString.copyFrom(document.bytes())));
        } else if (command instanceof Command.DeleteBucket delete) {
            to.getDeleteBucketBuilder().setBucket(delete.bucket().value());
        } else if (command instanceof Command.SetVersioning set) {
            to.getSetVersioningBuilder().setBucket(set.bucket().value()).setEnabled(set.enabled());
        } else if (command instanceof Command.SetDocument set) {
            to.getSetDocumentBuilder()
                    .setBucket(set.bucket().value())
                    .setKind(set.kind().name());
            set.document()
                    .ifPresent(
                            document -> to.getSetDocumentBuilder().setDocument(ByteString.copyFrom(document.bytes())));
        } else {
            return false;
        }
        return true;
    }

    private static CopyObjectOrder copy(Command.CopyObject copy) {
        CopyObjectOrder.Builder order = CopyObjectOrder.newBuilder()
                .setSource(source(copy.source()))
                .setBucket(copy.bucket().value())
                .setKey(ValueCodec.bytes(copy.key()))
                .setCondition(condition(copy.condition()));
        copy.attributes().ifPresent(attributes -> order.setAttributes(ValueCodec.encode(attributes)));
        copy.tags().ifPresent(tags -> order.setTags(ValueCodec.encode(tags)));
        copy.checksum().ifPresent(checksum -> order.setChecksum(ValueCodec.encode(checksum)));
        copy.owner().ifPresent(order::setOwner);
        copy.acl().ifPresent(order::setAcl);
        return order.build();
    }

    static CopySourceValue source(Command.CopySource source) {
        CopySourceValue.Builder encoded = CopySourceValue.newBuilder()
                .setBucket(source.bucket().value())
                .setKey(ValueCodec.bytes(source.key()))
                .setSeen(source.seen());
        source.version().ifPresent(id -> encoded.setVersion(ValueCodec.encode(id)));
        return encoded.build();
    }

    private static PutObjectOrder put(Command.PutObject put) {
        PutObjectOrder.Builder order = PutObjectOrder.newBuilder()
                .setBucket(put.bucket().value())
                .setKey(ValueCodec.bytes(put.key()))
                .setSize(put.size())
                .setEtag(put.etag())
                .setAttributes(ValueCodec.encode(put.attributes()))
                .setCondition(condition(put.condition()));
        if (!put.extras().isNone()) {
            order.setExtras(ValueCodec.encode(put.extras()));
        }
        if (put.content() instanceof Command.NewContent.Inline inline) {
            order.setInline(ByteString.copyFrom(inline.bytes()));
        } else if (put.content() instanceof Command.NewContent.Blob blob) {
            order.setBlob(ValueCodec.encode(blob));
        }
        return order.build();
    }

    static ConditionValue condition(WriteCondition condition) {
        return ConditionValue.newBuilder()
                .addAllIfMatch(condition.ifMatch())
                .addAllIfNoneMatch(condition.ifNoneMatch())
                .build();
    }

    private static boolean encodeCluster(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.InitCluster init) {
            to.getInitClusterBuilder()
                    .setClusterId(ValueCodec.encode(init.clusterId()))
                    .setSettings(ValueCodec.encode(init.settings()));
        } else if (command instanceof Command.AddNode add) {
            to.getAddNodeBuilder()
                    .setUuid(ValueCodec.encode(add.uuid()))
                    .setUrl(add.url().toString())
                    .setZone(add.zone())
                    .setWeight(add.weight());
        } else if (command instanceof Command.UpdateNode update) {
            to.getUpdateNodeBuilder()
                    .setNode(update.node().value())
                    .setUrl(update.url().toString())
                    .setIncarnation(update.incarnation());
        } else if (command instanceof Command.SetNodeState set) {
            to.getSetNodeStateBuilder()
                    .setNode(set.node().value())
                    .setState(set.state().name());
        } else if (command instanceof Command.MarkLost mark) {
            to.getMarkLostBuilder().setNode(mark.node().value());
            mark.term().ifPresent(term -> to.getMarkLostBuilder().setTerm(term));
        } else if (command instanceof Command.ReturnNode back) {
            to.getReturnNodeBuilder()
                    .setNode(back.node().value())
                    .setIncarnation(back.incarnation())
                    .setTerm(back.term());
        } else if (command instanceof Command.PlaceNode place) {
            PlaceNodeOrder.Builder order =
                    to.getPlaceNodeBuilder().setNode(place.node().value());
            place.zone().ifPresent(order::setZone);
            place.weight().ifPresent(order::setWeight);
        } else if (command instanceof Command.RaiseFeatureLevel raise) {
            to.getRaiseFeatureLevelBuilder().setLevel(raise.level());
        } else {
            return false;
        }
        return true;
    }

    private static boolean encodeCopy(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.FreeBlob free) {
            to.getFreeBlobBuilder()
                    .setBlob(ValueCodec.encode(free.blob()))
                    .setLimit(free.limit())
                    .setTerm(free.term());
        } else if (command instanceof Command.FreeOrphans free) {
            to.getFreeOrphansBuilder().setNode(free.node().value()).setTerm(free.term());
            free.chunks().forEach(chunk -> to.getFreeOrphansBuilder().addChunks(ValueCodec.encode(chunk)));
        } else if (command instanceof Command.AdoptCopies adopt) {
            to.getAdoptCopiesBuilder().setNode(adopt.node().value()).setTerm(adopt.term());
            adopt.chunks().forEach(chunk -> to.getAdoptCopiesBuilder().addChunks(ValueCodec.encode(chunk)));
        } else if (command instanceof Command.ClearFreed clear) {
            to.getClearFreedBuilder();
            clear.copies().forEach(copy -> to.getClearFreedBuilder().addCopies(ValueCodec.encode(copy)));
        } else if (command instanceof Command.PlanCopy plan) {
            to.getPlanCopyBuilder()
                    .setChunk(ValueCodec.encode(plan.chunk()))
                    .setTarget(plan.target().value())
                    .setTerm(plan.term());
        } else if (command instanceof Command.CommitCopy commit) {
            to.setCommitCopy(copy(commit.chunk(), commit.target(), commit.pendingIndex()));
        } else if (command instanceof Command.AbandonCopy abandon) {
            to.setAbandonCopy(copy(abandon.chunk(), abandon.target(), abandon.pendingIndex()));
        } else if (command instanceof Command.DropCopy drop) {
            to.setDropCopy(copy(drop.chunk(), drop.node(), 0));
        } else {
            return false;
        }
        return true;
    }

    private static CopyOrder copy(ChunkId chunk, NodeId node, long pendingIndex) {
        return CopyOrder.newBuilder()
                .setChunk(ValueCodec.encode(chunk))
                .setNode(node.value())
                .setPendingIndex(pendingIndex)
                .build();
    }

    private static void encodeSession(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.OpenSession open) {
            to.getOpenSessionBuilder()
                    .setProcess(ValueCodec.encode(open.process()))
                    .setFeatureLevel(open.featureLevel());
            open.url().ifPresent(url -> to.getOpenSessionBuilder().setUrl(url.toString()));
        } else if (command instanceof Command.RenewSession renew) {
            RenewSessionOrder.Builder order = to.getRenewSessionBuilder()
                    .setSession(renew.session())
                    .setWriteMark(renew.writeMark())
                    .setReadMark(renew.readMark());
            renew.abandoned().forEach(blob -> order.addAbandoned(ValueCodec.encode(blob)));
        } else if (command instanceof Command.CloseSession close) {
            to.getCloseSessionBuilder().setSession(close.session());
        } else if (command instanceof Command.ExpireSession expire) {
            to.getExpireSessionBuilder().setSession(expire.session()).setTerm(expire.term());
        } else {
            throw new AssertionError("no encoding of " + command.getClass());
        }
    }
}
