package flare.metadata;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import flare.metadata.wire.Operation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The bytes of a log entry: its commands, the leader's stamp, and the feature level needed to read them. */
final class EntryCodec {

    /** Commands of one entry; their place in it is part of a version. */
    static final int MAX_COMMANDS = 1 << 16;

    /** @param stampMillis the proposer's clock until the leader stamps it with the log's */
    record Entry(long stampMillis, List<Envelope> commands) {
        Entry {
            commands = List.copyOf(commands);
        }
    }

    private EntryCodec() {}

    /** Throws {@link flare.model.FlareException} INVALID_ARGUMENT for a command that must not reach the log. */
    static byte[] encode(Entry entry) {
        if (entry.commands().size() > MAX_COMMANDS) {
            throw new IllegalArgumentException(entry.commands().size() + " commands in one entry");
        }
        flare.metadata.wire.Entry.Builder encoded = flare.metadata.wire.Entry.newBuilder()
                .setLevel(FeatureLevel.SUPPORTED)
                .setStampMillis(entry.stampMillis());
        for (Envelope envelope : entry.commands()) {
            CommandCheck.check(envelope.command());
            Operation.Builder operation = Operation.newBuilder()
                    .setSession(envelope.session())
                    .setSequence(envelope.sequence())
                    .setLowestUnanswered(envelope.lowestUnanswered());
            CommandEncoder.encode(envelope.command(), operation);
            encoded.addOperations(operation);
        }
        return encoded.build().toByteArray();
    }

    /**
     * The encoded entry under the leader's stamp, without decoding it: of a field given twice, Protocol Buffers keep the
     * last. Not 0, which they leave out.
     */
    static byte[] stamp(byte[] encoded, long stampMillis) {
        byte[] stamp = flare.metadata.wire.Entry.newBuilder()
                .setStampMillis(stampMillis)
                .build()
                .toByteArray();
        ByteArrayOutputStream joined = new ByteArrayOutputStream(encoded.length + stamp.length);
        joined.writeBytes(encoded);
        joined.writeBytes(stamp);
        return joined.toByteArray();
    }

    /** Of an entry as {@link #encode} gives it: its small fields come first. 0 if it has none. */
    static long stampOf(byte[] encoded) throws IOException {
        CodedInputStream in = CodedInputStream.newInstance(encoded);
        int tag = in.readTag();
        if (WireFormat.getTagFieldNumber(tag) == flare.metadata.wire.Entry.LEVEL_FIELD_NUMBER) {
            in.skipField(tag);
            tag = in.readTag();
        }
        return WireFormat.getTagFieldNumber(tag) == flare.metadata.wire.Entry.STAMP_MILLIS_FIELD_NUMBER
                ? in.readInt64()
                : 0;
    }

    static Entry decode(byte[] encoded) throws IOException {
        return decode(ByteBuffer.wrap(encoded));
    }

    /** Throws {@link MalformedEntryException} naming the field, or an IOException telling of a newer feature level. */
    static Entry decode(ByteBuffer encoded) throws IOException {
        flare.metadata.wire.Entry entry;
        try {
            entry = flare.metadata.wire.Entry.parseFrom(encoded);
        } catch (InvalidProtocolBufferException e) {
            throw new MalformedEntryException("a log entry is not a message: " + e.getMessage(), e);
        }
        FeatureLevel.check("a log entry", entry.getLevel());
        Field.require(entry.getLevel() >= 1, "level");
        Field.require(entry.getOperationsCount() <= MAX_COMMANDS, "operations");
        List<Envelope> commands = new ArrayList<>(entry.getOperationsCount());
        for (Operation operation : entry.getOperationsList()) {
            Field.require(operation.getSession() >= 0, "session");
            commands.add(new Envelope(
                    operation.getSession(),
                    operation.getSequence(),
                    operation.getLowestUnanswered(),
                    CommandDecoder.decode(operation)));
        }
        return new Entry(entry.getStampMillis(), commands);
    }
}
