package flare.metadata;

import com.google.protobuf.ByteString;
import flare.metadata.wire.CompleteUploadOrder;
import flare.metadata.wire.CopyPartOrder;
import flare.metadata.wire.CreateUploadOrder;
import flare.metadata.wire.Operation;
import flare.metadata.wire.PutPartOrder;
import flare.metadata.wire.UploadRefValue;
import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Commands of multipart uploads to and from Protocol Buffers. */
final class UploadCodec {

    private UploadCodec() {}

    static boolean encode(Command<?> command, Operation.Builder to) {
        if (command instanceof Command.CreateUpload create) {
            CreateUploadOrder.Builder order = to.getCreateUploadBuilder()
                    .setBucket(create.bucket().value())
                    .setKey(ValueCodec.bytes(create.key()))
                    .setAttributes(ValueCodec.encode(create.attributes()))
                    .setExtras(ValueCodec.encode(create.extras()))
                    .setChecksumComposite(create.checksumType() == Checksum.Type.COMPOSITE);
            create.algorithm().ifPresent(algorithm -> order.setChecksumAlgorithm(algorithm.name()));
        } else if (command instanceof Command.PutPart put) {
            encode(put, to.getPutPartBuilder());
        } else if (command instanceof Command.CopyPart copy) {
            CopyPartOrder.Builder order = to.getCopyPartBuilder()
                    .setUpload(encode(copy.upload()))
                    .setNumber(copy.number())
                    .setSource(CommandEncoder.source(copy.source()))
                    .setOffset(copy.range().offset())
                    .setLength(copy.range().length());
            copy.etag().ifPresent(order::setEtag);
            copy.checksum().ifPresent(checksum -> order.setChecksum(ValueCodec.encode(checksum)));
        } else if (command instanceof Command.CompleteUpload complete) {
            CompleteUploadOrder.Builder order = to.getCompleteUploadBuilder()
                    .setUpload(encode(complete.upload()))
                    .setEtag(complete.etag())
                    .setCondition(CommandEncoder.condition(complete.condition()));
            complete.parts().forEach(part -> order.addNumbers(part.number()).addVersions(part.version()));
            complete.checksum().ifPresent(checksum -> order.setChecksum(ValueCodec.encode(checksum)));
        } else if (command instanceof Command.AbortUpload abort) {
            to.getAbortUploadBuilder().setUpload(encode(abort.upload()));
        } else if (command instanceof Command.ExpireUploads expire) {
            to.getExpireUploadsBuilder()
                    .setCreatedBeforeMillis(expire.createdBeforeMillis())
                    .setTerm(expire.term());
            expire.uploads().forEach(id -> to.getExpireUploadsBuilder().addUploads(id.number()));
        } else {
            return false;
        }
        return true;
    }

    private static void encode(Command.PutPart put, PutPartOrder.Builder order) {
        order.setUpload(encode(put.upload()))
                .setNumber(put.number())
                .setSize(put.size())
                .setEtag(put.etag());
        put.checksum().ifPresent(checksum -> order.setChecksum(ValueCodec.encode(checksum)));
        if (put.content() instanceof Command.NewContent.Inline inline) {
            order.setInline(ByteString.copyFrom(inline.bytes()));
        } else if (put.content() instanceof Command.NewContent.Blob blob) {
            order.setBlob(ValueCodec.encode(blob));
        }
    }

    private static UploadRefValue encode(UploadRef upload) {
        return UploadRefValue.newBuilder()
                .setBucket(upload.bucket().value())
                .setKey(ValueCodec.bytes(upload.key()))
                .setUpload(upload.id().number())
                .build();
    }

    static Command<?> decode(Operation from) throws MalformedEntryException {
        return switch (from.getCommandCase()) {
            case CREATE_UPLOAD -> Field.of("create_upload", () -> create(from.getCreateUpload()));
            case PUT_PART -> Field.of("put_part", () -> put(from.getPutPart()));
            case COPY_PART -> Field.of("copy_part", () -> copy(from.getCopyPart()));
            case COMPLETE_UPLOAD -> Field.of("complete_upload", () -> complete(from.getCompleteUpload()));
            case ABORT_UPLOAD ->
                Field.of(
                        "abort_upload",
                        () -> new Command.AbortUpload(
                                decode(from.getAbortUpload().getUpload())));
            default ->
                Field.of(
                        "expire_uploads",
                        () -> new Command.ExpireUploads(
                                from.getExpireUploads().getUploadsList().stream()
                                        .map(UploadId::new)
                                        .toList(),
                                from.getExpireUploads().getCreatedBeforeMillis(),
                                from.getExpireUploads().getTerm()));
        };
    }

    private static Command<?> create(CreateUploadOrder create) {
        return new Command.CreateUpload(
                new BucketId(create.getBucket()),
                ObjectKey.of(create.getKey().toByteArray()),
                ValueCodec.decode(create.getAttributes()),
                create.hasExtras() ? ValueCodec.decode(create.getExtras()) : ObjectExtras.NONE,
                UploadRows.algorithm(create.getChecksumAlgorithm()),
                UploadRows.type(create.getChecksumComposite()));
    }

    private static Command<?> put(PutPartOrder put) throws MalformedEntryException {
        Field.require(put.hasInline() || put.hasBlob(), "put_part.content");
        return new Command.PutPart(
                decode(put.getUpload()),
                put.getNumber(),
                put.getSize(),
                put.getEtag(),
                put.hasChecksum() ? Optional.of(ValueCodec.decode(put.getChecksum())) : Optional.empty(),
                put.hasInline()
                        ? new Command.NewContent.Inline(put.getInline().toByteArray())
                        : ValueCodec.decode(put.getBlob()));
    }

    private static Command<?> copy(CopyPartOrder copy) throws MalformedEntryException {
        return new Command.CopyPart(
                decode(copy.getUpload()),
                copy.getNumber(),
                CommandDecoder.source(copy.getSource()),
                new ByteRange(copy.getOffset(), copy.getLength()),
                copy.getEtag().isEmpty() ? Optional.empty() : Optional.of(copy.getEtag()),
                copy.hasChecksum() ? Optional.of(ValueCodec.decode(copy.getChecksum())) : Optional.empty());
    }

    private static Command<?> complete(CompleteUploadOrder complete) throws MalformedEntryException {
        Field.require(complete.getNumbersCount() == complete.getVersionsCount(), "complete_upload.versions");
        List<Command.PartRef> parts = new ArrayList<>(complete.getNumbersCount());
        for (int i = 0; i < complete.getNumbersCount(); i++) {
            parts.add(new Command.PartRef(complete.getNumbers(i), complete.getVersions(i)));
        }
        return new Command.CompleteUpload(
                decode(complete.getUpload()),
                parts,
                complete.getEtag(),
                complete.hasChecksum() ? Optional.of(ValueCodec.decode(complete.getChecksum())) : Optional.empty(),
                CommandDecoder.condition(complete.getCondition()));
    }

    private static UploadRef decode(UploadRefValue upload) {
        return new UploadRef(
                new BucketId(upload.getBucket()),
                ObjectKey.of(upload.getKey().toByteArray()),
                new UploadId(upload.getUpload()));
    }
}
