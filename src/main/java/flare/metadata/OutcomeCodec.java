package flare.metadata;

import com.google.protobuf.InvalidProtocolBufferException;
import flare.metadata.wire.ObjectValue;
import flare.metadata.wire.OutcomeValue;
import flare.metadata.wire.RefusalValue;
import flare.model.BucketId;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.NodeId;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.UploadId;
import java.util.List;

/** What apply answered, as kept for a retry and as sent to the process that asked. */
final class OutcomeCodec {

    private OutcomeCodec() {}

    static byte[] encode(Outcome outcome) {
        OutcomeValue.Builder encoded = OutcomeValue.newBuilder();
        if (outcome instanceof Outcome.Refused refused) {
            encoded.setRefused(
                    RefusalValue.newBuilder().setFault(refused.fault().name()).setMessage(refused.message()));
        } else if (outcome instanceof Outcome.Accepted accepted) {
            encode(accepted.value(), encoded);
        }
        return encoded.build().toByteArray();
    }

    private static void encode(Object value, OutcomeValue.Builder to) {
        if (value instanceof ObjectInfo info) {
            to.setObject(ObjectValue.newBuilder()
                    .setKey(ValueCodec.bytes(info.key()))
                    .setRow(ValueCodec.encode(info))
                    .setOlder(!info.mark().latest()));
        } else if (value instanceof Command.Done) {
            to.setDone(true);
        } else if (value instanceof Long number) {
            to.setNumber(number);
        } else if (value instanceof Boolean truth) {
            to.setTruth(truth);
        } else if (value instanceof BucketId bucket) {
            to.setBucket(bucket.value());
        } else if (value instanceof NodeId node) {
            to.setNode(node.value());
        } else if (value instanceof ClusterState cluster) {
            to.setCluster(ValueCodec.encode(cluster));
        } else if (value instanceof UploadId upload) {
            to.setUpload(upload.number());
        } else if (value instanceof PartInfo part) {
            to.setPart(UploadRows.encode(part));
        } else if (value instanceof Deletion deletion) {
            to.setDeletion(ValueCodec.encode(deletion));
        } else if (value instanceof List<?> copies) {
            to.getFreedBuilder();
            copies.forEach(copy -> to.getFreedBuilder().addCopies(ValueCodec.encode((Command.FreedCopy) copy)));
        } else {
            throw new AssertionError("no encoding of the result " + value);
        }
    }

    static Outcome decode(byte[] encoded) throws MalformedEntryException {
        try {
            OutcomeValue outcome = OutcomeValue.parseFrom(encoded);
            return Field.of("outcome", () -> decode(outcome));
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedEntryException("an outcome is not a message: " + e.getMessage(), e);
        }
    }

    private static Outcome decode(OutcomeValue outcome) throws MalformedEntryException {
        return switch (outcome.getOutcomeCase()) {
            case REFUSED ->
                new Outcome.Refused(
                        Fault.valueOf(outcome.getRefused().getFault()),
                        outcome.getRefused().getMessage());
            case DONE -> new Outcome.Accepted(new Command.Done());
            case NUMBER -> new Outcome.Accepted(outcome.getNumber());
            case TRUTH -> new Outcome.Accepted(outcome.getTruth());
            case BUCKET -> new Outcome.Accepted(new BucketId(outcome.getBucket()));
            case NODE -> new Outcome.Accepted(new NodeId(outcome.getNode()));
            case CLUSTER -> new Outcome.Accepted(ValueCodec.decode(outcome.getCluster()));
            case OBJECT -> {
                ObjectKey key = ObjectKey.of(outcome.getObject().getKey().toByteArray());
                yield new Outcome.Accepted(ValueCodec.decode(
                        key, outcome.getObject().getRow(), !outcome.getObject().getOlder()));
            }
            case UPLOAD -> new Outcome.Accepted(new UploadId(outcome.getUpload()));
            case PART -> new Outcome.Accepted(UploadRows.decode(outcome.getPart()));
            case DELETION -> new Outcome.Accepted(ValueCodec.decode(outcome.getDeletion()));
            case FREED ->
                new Outcome.Accepted(outcome.getFreed().getCopiesList().stream()
                        .map(ValueCodec::decode)
                        .toList());
            default -> throw new MalformedEntryException("field outcome is missing or unknown to this version", null);
        };
    }
}
