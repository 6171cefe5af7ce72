package flare.metadata;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Entries as {@link EntryCodec} writes them; outcomes each behind its length, between processes of one version or two. */
final class ProtobufLogCodec implements LogCodec {

    @Override
    public byte[] encode(long stampMillis, List<Envelope> commands) {
        return EntryCodec.encode(new EntryCodec.Entry(stampMillis, commands));
    }

    @Override
    public long stampOf(byte[] encoded) throws IOException {
        return EntryCodec.stampOf(encoded);
    }

    @Override
    public byte[] stamp(byte[] encoded, long stampMillis) {
        return EntryCodec.stamp(encoded, stampMillis);
    }

    @Override
    public EntryCodec.Entry decode(ByteBuffer encoded) throws IOException {
        return EntryCodec.decode(encoded);
    }

    @Override
    public byte[] encodeOutcomes(List<Outcome> outcomes) {
        List<byte[]> encoded = outcomes.stream().map(OutcomeCodec::encode).toList();
        int length =
                encoded.stream().mapToInt(bytes -> Integer.BYTES + bytes.length).sum();
        ByteBuffer buffer = ByteBuffer.allocate(length);
        encoded.forEach(bytes -> buffer.putInt(bytes.length).put(bytes));
        return buffer.array();
    }

    @Override
    public List<Outcome> decodeOutcomes(ByteBuffer encoded) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        try {
            while (encoded.hasRemaining()) {
                int length = encoded.getInt();
                if (length < 0 || length > encoded.remaining()) {
                    throw new IOException("an outcome of " + length + " bytes, " + encoded.remaining() + " are left");
                }
                byte[] outcome = new byte[length];
                encoded.get(outcome);
                outcomes.add(OutcomeCodec.decode(outcome));
            }
        } catch (BufferUnderflowException e) {
            throw new IOException("outcomes are cut off", e);
        }
        return outcomes;
    }
}
