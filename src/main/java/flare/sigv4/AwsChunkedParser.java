package flare.sigv4;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes the framing off an aws-chunked body, handed over in pieces of any size. It is here and not with the HTTP port, since
 * the framing carries the signatures, and needs nothing but bytes.
 *
 * <pre>
 *   400;chunk-signature=… CRLF  1,024 bytes CRLF  …  0;chunk-signature=… CRLF  name:value CRLF …  CRLF
 * </pre>
 *
 * Strict: plain hex, CR LF, no extension but the signature, no trailer that does not belong. Memory is one line. One thing is
 * forgiven, because a client in wide use writes it: a trailer ended by a bare line feed, with CR LF behind it.
 *
 * <p>Not for chunked transfer coding, though they look alike: that is the connection's, this is the object's.
 */
public final class AwsChunkedParser {

    /** Longer than a size, the name of the extension and a signature. */
    static final int MAX_CHUNK_LINE_BYTES = 128;

    /** Longer than a SHA-512 in base64 under the longest name. */
    static final int MAX_TRAILER_LINE_BYTES = 1024;

    /** 2^52 and more in one chunk is no size anybody means. */
    static final int MAX_SIZE_DIGITS = 13;

    private static final String EXTENSION = ";chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private enum State {
        CHUNK_LINE,
        DATA,
        DATA_END,
        TRAILER_LINE,
        DONE
    }

    private final ChunkedFraming framing;
    private final StringBuilder line = new StringBuilder(MAX_CHUNK_LINE_BYTES);
    private State state = State.CHUNK_LINE;
    /** Of the body, for messages. */
    private long offset;

    private long left;
    private long decoded;
    private int trailers;
    private boolean afterBareLineFeed;
    private boolean trailerSigned;

    public AwsChunkedParser(ChunkedFraming framing) {
        this.framing = framing;
    }

    /**
     * Tells the sink of each event as soon as it is read: what comes before a refusal has been told.
     *
     * @throws SignatureRefusedException with MALFORMED_CHUNK, MALFORMED_TRAILER, INCOMPLETE_CHUNKS or SIGNATURE_MISMATCH
     */
    public void parse(ByteBuffer piece, Consumer<ChunkedEvent> sink) {
        while (piece.hasRemaining()) {
            if (state == State.DATA) {
                data(piece, sink);
            } else {
                step(piece.get(), sink);
                offset++;
            }
        }
    }

    /** Whether the end was seen. */
    public boolean isDone() {
        return state == State.DONE;
    }

    /** To be called when no more comes. Throws {@link SignatureRefusedException} with INCOMPLETE_CHUNKS before the end. */
    public void finish() {
        if (!isDone()) {
            throw refused(SignatureFault.INCOMPLETE_CHUNKS, "the body ended before its last chunk or trailer");
        }
    }

    private void data(ByteBuffer piece, Consumer<ChunkedEvent> sink) {
        int count = (int) Math.min(left, piece.remaining());
        sink.accept(new ChunkedEvent.Data(piece.slice(piece.position(), count)));
        piece.position(piece.position() + count);
        offset += count;
        left -= count;
        if (left == 0) {
            state = State.DATA_END;
        }
    }

    private void step(byte b, Consumer<ChunkedEvent> sink) {
        switch (state) {
            case CHUNK_LINE -> {
                if (endsLine(b, MAX_CHUNK_LINE_BYTES, SignatureFault.MALFORMED_CHUNK)) {
                    chunkLine(takeLine(), sink);
                }
            }
            case DATA_END -> dataEnd(b, sink);
            case TRAILER_LINE -> {
                if (endsLine(b, MAX_TRAILER_LINE_BYTES, SignatureFault.MALFORMED_TRAILER)) {
                    trailerLine(sink);
                }
            }
            case DONE -> throw refused(SignatureFault.MALFORMED_CHUNK, "the body goes on behind its end");
            case DATA -> throw new IllegalStateException("data is not read byte by byte");
        }
    }

    private boolean endsLine(byte b, int maxBytes, SignatureFault malformed) {
        if (b == '\n') {
            return true;
        }
        if (line.length() >= maxBytes) {
            throw refused(malformed, "a line is longer than " + maxBytes + " bytes");
        }
        line.append((char) (b & 0xFF));
        return false;
    }

    private String takeLine() {
        int length = line.length();
        if (length == 0 || line.charAt(length - 1) != '\r') {
            throw refused(SignatureFault.MALFORMED_CHUNK, "a line of the framing does not end with CR LF");
        }
        String taken = line.substring(0, length - 1);
        line.setLength(0);
        return taken;
    }

    private void chunkLine(String text, Consumer<ChunkedEvent> sink) {
        int end = 0;
        while (end < text.length() && isHexDigit(text.charAt(end))) {
            end++;
        }
        if (end == 0 || end > MAX_SIZE_DIGITS) {
            throw refused(
                    SignatureFault.MALFORMED_CHUNK,
                    "the size of a chunk is not 1 to " + MAX_SIZE_DIGITS + " hex digits");
        }
        long size = Long.parseLong(text.substring(0, end), 16);
        sink.accept(new ChunkedEvent.ChunkBegins(size, signature(text.substring(end))));
        decoded += size;
        if (decoded > framing.decodedBytes() || (size == 0 && decoded < framing.decodedBytes())) {
            throw refused(
                    SignatureFault.INCOMPLETE_CHUNKS,
                    "the chunks hold " + (size == 0 ? "" : "at least ") + decoded + " bytes, announced were "
                            + framing.decodedBytes());
        }
        left = size;
        if (size == 0) {
            sink.accept(new ChunkedEvent.ChunkEnds());
            state = State.TRAILER_LINE;
        } else {
            state = State.DATA;
        }
    }

    private Optional<Signature> signature(String extension) {
        if (!framing.mode().hasSignedChunks()) {
            if (!extension.isEmpty()) {
                throw refused(SignatureFault.MALFORMED_CHUNK, "a chunk of an unsigned body has an extension");
            }
            return Optional.empty();
        }
        if (extension.isEmpty()) {
            throw refused(SignatureFault.SIGNATURE_MISMATCH, "a chunk has no signature");
        }
        if (!extension.startsWith(EXTENSION)) {
            throw refused(SignatureFault.MALFORMED_CHUNK, "a chunk has another extension than its signature");
        }
        return Optional.of(Signature.of(extension.substring(EXTENSION.length())));
    }

    private void dataEnd(byte b, Consumer<ChunkedEvent> sink) {
        line.append((char) (b & 0xFF));
        if (!"\r\n".startsWith(line.toString())) {
            throw refused(SignatureFault.MALFORMED_CHUNK, "the bytes of a chunk are not followed by CR LF");
        }
        if (line.length() == 2) {
            line.setLength(0);
            sink.accept(new ChunkedEvent.ChunkEnds());
            state = State.CHUNK_LINE;
        }
    }

    private void trailerLine(Consumer<ChunkedEvent> sink) {
        boolean bareLineFeed = line.length() > 0 && line.charAt(line.length() - 1) != '\r';
        if (bareLineFeed) {
            line.append('\r');
        }
        String text = takeLine();
        if (!text.isEmpty()) {
            trailer(text, sink);
        } else if (!afterBareLineFeed) {
            end(sink);
        }
        afterBareLineFeed = bareLineFeed;
    }

    private void trailer(String text, Consumer<ChunkedEvent> sink) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : text.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1);
        if (!framing.mode().hasTrailer() || !isName(name) || !isValue(value) || trailerSigned) {
            throw refused(SignatureFault.MALFORMED_TRAILER, "a trailer is malformed or has no place here");
        }
        if (name.equals(TRAILER_SIGNATURE)) {
            trailerSigned = true;
            sink.accept(new ChunkedEvent.TrailerSignature(Signature.of(value.strip())));
            return;
        }
        trailers++;
        if (trailers > ChunkedFraming.MAX_TRAILERS) {
            throw refused(
                    SignatureFault.MALFORMED_TRAILER,
                    "there are more than " + ChunkedFraming.MAX_TRAILERS + " trailers");
        }
        sink.accept(new ChunkedEvent.Trailer(name, value.strip()));
    }

    private void end(Consumer<ChunkedEvent> sink) {
        if (framing.mode().hasSignedChunks() && framing.mode().hasTrailer() && !trailerSigned) {
            throw refused(SignatureFault.SIGNATURE_MISMATCH, "the trailer has no signature");
        }
        sink.accept(new ChunkedEvent.End());
        state = State.DONE;
    }

    private SignatureRefusedException refused(SignatureFault fault, String what) {
        return new SignatureRefusedException(fault, what + " (at byte " + offset + " of the aws-chunked body)");
    }

    private static boolean isHexDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    }

    private static boolean isName(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    }

    /** Spaces are the only white space, so that none is taken away unseen. */
    private static boolean isValue(String text) {
        return text.chars().allMatch(c -> c >= ' ' && c < 0x7F);
    }
}
