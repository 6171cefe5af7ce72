package flare.sigv4;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decodes an aws-chunked body and checks its signatures on the way. A chunk's bytes are handed out before its signature can
 * be known to hold, since a chunk may be larger than memory: whoever takes them must not commit anything before {@link
 * #finish} has returned. For one thread.
 */
public final class ChunkedBody {

    private final ChunkedFraming framing;
    private final AwsChunkedParser parser;
    private final @Nullable ChunkSignatures signatures;
    private final Map<String, String> trailers = new LinkedHashMap<>();
    private @Nullable Signature claimed;

    private ChunkedBody(ChunkedFraming framing, @Nullable ChunkSignatures signatures) {
        this.framing = framing;
        this.parser = new AwsChunkedParser(framing);
        this.signatures = signatures;
    }

    /** Of a request whose payload mode is chunked; signatures are checked where the mode has any. */
    public static ChunkedBody of(VerifiedRequest request) {
        ChunkedFraming framing = ChunkedFraming.of(request.payload().mode(), request.request());
        return new ChunkedBody(framing, framing.mode().hasSignedChunks() ? request.chunkSignatures() : null);
    }

    /** Of a request that nobody had to sign: signatures, which clients send all the same, are read and not checked. */
    public static ChunkedBody ofAnyone(ChunkedFraming framing) {
        return new ChunkedBody(framing, null);
    }

    /** Bytes of the object. */
    public long decodedBytes() {
        return framing.decodedBytes();
    }

    /**
     * The decoded bytes in this piece, which they share the content of.
     *
     * @throws SignatureRefusedException for what is malformed, and for a signature that does not hold
     */
    public List<ByteBuffer> decode(ByteBuffer piece) {
        List<ByteBuffer> decoded = new ArrayList<>();
        parser.parse(piece, event -> follow(event, decoded));
        return decoded;
    }

    /** The trailers by lower-case name, once the body has come to its end and everything in it held. */
    public Map<String, String> finish() {
        parser.finish();
        return Map.copyOf(trailers);
    }

    private void follow(ChunkedEvent event, List<ByteBuffer> decoded) {
        if (event instanceof ChunkedEvent.Data data) {
            if (signatures != null) {
                signatures.update(data.bytes().duplicate());
            }
            decoded.add(data.bytes());
        } else if (event instanceof ChunkedEvent.ChunkBegins begins) {
            claimed = begins.signature().orElse(null);
        } else if (event instanceof ChunkedEvent.ChunkEnds) {
            if (signatures != null && claimed != null) {
                signatures.verifyChunk(claimed);
            }
        } else if (event instanceof ChunkedEvent.Trailer trailer) {
            add(trailer);
        } else if (event instanceof ChunkedEvent.TrailerSignature trailer) {
            if (signatures != null) {
                signatures.verifyTrailer(lines(), trailer.signature());
            }
        } else if (event instanceof ChunkedEvent.End
                && trailers.size() < framing.trailers().size()) {
            throw new SignatureRefusedException(
                    SignatureFault.MALFORMED_TRAILER,
                    "announced were the trailers " + framing.trailers() + ", sent were " + trailers.keySet());
        }
    }

    private void add(ChunkedEvent.Trailer trailer) {
        if (!framing.trailers().contains(trailer.name()) || trailers.put(trailer.name(), trailer.value()) != null) {
            throw new SignatureRefusedException(
                    SignatureFault.MALFORMED_TRAILER,
                    "the trailer " + trailer.name() + " was not announced, or comes twice");
        }
    }

    private String lines() {
        StringBuilder lines = new StringBuilder();
        trailers.forEach(
                (name, value) -> lines.append(name).append(':').append(value).append('\n'));
        return lines.toString();
    }
}
