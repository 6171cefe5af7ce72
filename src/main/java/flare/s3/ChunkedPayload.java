package flare.s3;

import flare.sigv4.ChunkedBody;
import flare.sigv4.SignatureRefusedException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * The object within an aws-chunked body.
 *
 * <pre>
 *   body ──aws-chunked──► ChunkedBody ──object──► digests, chunker, …      trailers(), once it has ended
 *                          signatures
 * </pre>
 *
 * Bytes go on before their chunk's signature can be known to hold, since a chunk may be larger than memory. That harms
 * nothing: the stream ends well only if all of them held, and nothing is committed before it has (DESIGN section 3, 6). To be
 * run once.
 */
final class ChunkedPayload {

    private final Source<ByteString, ?> body;
    private final ChunkedBody decoder;
    private volatile Optional<Map<String, String>> trailers = Optional.empty();

    ChunkedPayload(Source<ByteString, ?> body, ChunkedBody decoder) {
        this.body = body;
        this.decoder = decoder;
    }

    /** Of the object, as announced; {@link #bytes} fails if there are more or less. */
    long length() {
        return decoder.decodedBytes();
    }

    /** Fails with {@link flare.model.FlareException} as {@link SignatureRefusals} has it. */
    Source<ByteString, ?> bytes() {
        // The end is an element of its own, which a failing body never reaches.
        return body.map(Optional::of).concat(Source.single(Optional.empty())).mapConcat(this::step);
    }

    /** By lower-case name. Known to stages behind {@link #bytes} when these see its end. */
    Map<String, String> trailers() {
        return trailers.orElseThrow(() -> new IllegalStateException("the body has not come to its end"));
    }

    /** The same of a body in memory; throws what {@link #bytes} fails with. */
    ByteString decodedAtOnce(ByteString whole) {
        ByteString decoded = ByteString.emptyByteString();
        for (ByteString part : step(Optional.of(whole))) {
            decoded = decoded.concat(part);
        }
        step(Optional.empty());
        return decoded;
    }

    private List<ByteString> step(Optional<ByteString> piece) {
        try {
            if (piece.isPresent()) {
                return decoded(piece.get());
            }
            trailers = Optional.of(decoder.finish());
            return List.of();
        } catch (SignatureRefusedException refusal) {
            throw SignatureRefusals.translated(refusal);
        }
    }

    private List<ByteString> decoded(ByteString piece) {
        List<ByteString> decoded = new ArrayList<>();
        for (ByteBuffer bytes : decoder.decode(ByteBuffer.wrap(piece.toArrayUnsafe()))) {
            decoded.add(ByteString.fromArrayUnsafe(
                    bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining()));
        }
        return decoded;
    }
}
