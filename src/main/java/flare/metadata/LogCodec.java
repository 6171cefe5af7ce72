package flare.metadata;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Bytes of what travels through the log and back: an entry's commands and stamp, and its outcomes. */
interface LogCodec {

    /**
     * Throws {@link flare.model.FlareException} for a command that must not reach the log.
     *
     * @param stampMillis the proposer's clock
     */
    byte[] encode(long stampMillis, List<Envelope> commands);

    /** The stamp the entry was encoded with, without decoding the rest. Throws {@link IOException} for damaged bytes. */
    long stampOf(byte[] encoded) throws IOException;

    /** The same entry under another stamp. */
    byte[] stamp(byte[] encoded, long stampMillis);

    /** Throws {@link IOException} for bytes that are damaged or of a newer version. */
    EntryCodec.Entry decode(ByteBuffer encoded) throws IOException;

    byte[] encodeOutcomes(List<Outcome> outcomes);

    /** Throws {@link IOException} for bytes that are damaged or of a newer version. */
    List<Outcome> decodeOutcomes(ByteBuffer encoded) throws IOException;
}
