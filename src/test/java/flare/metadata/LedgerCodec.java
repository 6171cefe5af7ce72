package flare.metadata;

import flare.metadata.Command.CloseSession;
import flare.metadata.Command.CreateBucket;
import flare.metadata.Command.OpenSession;
import flare.metadata.Command.RenewSession;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.Fault;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** As little as {@link LedgerState} needs, in the plainest way. */
final class LedgerCodec implements LogCodec {

    @Override
    public byte[] encode(long stampMillis, List<Envelope> commands) {
        return bytes(out -> {
            out.writeLong(stampMillis);
            out.writeInt(commands.size());
            for (Envelope envelope : commands) {
                out.writeLong(envelope.session());
                out.writeLong(envelope.sequence());
                out.writeLong(envelope.lowestUnanswered());
                write(envelope.command(), out);
            }
        });
    }

    @Override
    public long stampOf(byte[] encoded) {
        return ByteBuffer.wrap(encoded).getLong();
    }

    @Override
    public byte[] stamp(byte[] encoded, long stampMillis) {
        byte[] stamped = encoded.clone();
        ByteBuffer.wrap(stamped).putLong(stampMillis);
        return stamped;
    }

    @Override
    public EntryCodec.Entry decode(ByteBuffer encoded) throws IOException {
        DataInputStream in = input(encoded);
        long stamp = in.readLong();
        List<Envelope> commands = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            commands.add(new Envelope(in.readLong(), in.readLong(), in.readLong(), read(in)));
        }
        return new EntryCodec.Entry(stamp, commands);
    }

    @Override
    public byte[] encodeOutcomes(List<Outcome> outcomes) {
        return bytes(out -> {
            out.writeInt(outcomes.size());
            for (Outcome outcome : outcomes) {
                write(outcome, out);
            }
        });
    }

    @Override
    public List<Outcome> decodeOutcomes(ByteBuffer encoded) throws IOException {
        DataInputStream in = input(encoded);
        List<Outcome> outcomes = new ArrayList<>();
        for (int count = in.readInt(); count > 0; count--) {
            outcomes.add(readOutcome(in));
        }
        return outcomes;
    }

    static void write(Outcome outcome, DataOutputStream out) throws IOException {
        if (outcome instanceof Outcome.Refused refused) {
            out.writeUTF(refused.fault().name());
            out.writeUTF(refused.message());
        } else if (outcome instanceof Outcome.Accepted accepted) {
            Object value = accepted.value();
            out.writeUTF("");
            out.writeUTF(value instanceof BucketId ? "bucket" : value instanceof Long ? "number" : "done");
            out.writeLong(
                    value instanceof BucketId bucket ? bucket.value() : value instanceof Long number ? number : 0);
        }
    }

    static Outcome readOutcome(DataInputStream in) throws IOException {
        String fault = in.readUTF();
        String second = in.readUTF();
        if (!fault.isEmpty()) {
            return new Outcome.Refused(Fault.valueOf(fault), second);
        }
        long number = in.readLong();
        return new Outcome.Accepted(
                switch (second) {
                    case "bucket" -> new BucketId(number);
                    case "number" -> number;
                    default -> new Command.Done();
                });
    }

    private static void write(Command<?> command, DataOutputStream out) throws IOException {
        out.writeUTF(command.getClass().getSimpleName());
        if (command instanceof CreateBucket create) {
            out.writeUTF(create.name().toString());
        } else if (command instanceof RenewSession renewal) {
            out.writeLong(renewal.session());
            out.writeLong(renewal.writeMark());
            out.writeLong(renewal.readMark());
        } else if (command instanceof CloseSession close) {
            out.writeLong(close.session());
        } else if (command instanceof OpenSession open) {
            out.writeUTF(open.process().toString());
        } else {
            throw new AssertionError(command);
        }
    }

    private static Command<?> read(DataInputStream in) throws IOException {
        String name = in.readUTF();
        return switch (name) {
            case "CreateBucket" -> new CreateBucket(new BucketName(in.readUTF()));
            case "RenewSession" -> new RenewSession(in.readLong(), in.readLong(), in.readLong(), List.of());
            case "CloseSession" -> new CloseSession(in.readLong());
            case "OpenSession" -> new OpenSession(UUID.fromString(in.readUTF()), Optional.empty());
            default -> throw new IOException("unknown command " + name);
        };
    }

    static DataInputStream input(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return new DataInputStream(new ByteArrayInputStream(bytes));
    }

    interface Writer {
        void to(DataOutputStream out) throws IOException;
    }

    static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writer.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
