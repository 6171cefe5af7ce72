package flare.s3;

import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.ChunkedBody;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * A request's body as its handler may read it: freed of aws-chunked, and failing before its end unless it is what was
 * signed. Whoever reads it must commit nothing before that end (DESIGN of the write path, step 6). Read once.
 */
final class RequestContent {

    private static final int SHA256_BYTES = ChecksumAlgorithm.SHA256.bytes();

    private final RequestBody body;
    private final Binding binding;

    /** How the bytes are bound to the request. */
    private sealed interface Binding {

        /** Not at all. */
        record None() implements Binding {}

        record Hash(byte[] sha256) implements Binding {}

        record Chunks(ChunkedPayload payload) implements Binding {}
    }

    private RequestContent(RequestBody body, Binding binding) {
        this.body = body;
        this.binding = binding;
    }

    static RequestContent asItIs(RequestBody body) {
        return new RequestContent(body, new Binding.None());
    }

    /** Fails with PAYLOAD_HASH_MISMATCH unless the bytes have this SHA-256. */
    static RequestContent hashed(RequestBody body, byte[] sha256) {
        if (sha256.length != SHA256_BYTES) {
            throw new IllegalArgumentException("a SHA-256 has " + SHA256_BYTES + " bytes, not " + sha256.length);
        }
        return new RequestContent(body, new Binding.Hash(sha256));
    }

    /** Fails as {@link SignatureRefusals} has it for what the decoder refuses. */
    static RequestContent chunked(RequestBody body, ChunkedBody decoder) {
        return new RequestContent(
                body, new Binding.Chunks(new ChunkedPayload(body.framed(decoder.decodedBytes()), decoder)));
    }

    /** Of the content; empty where only its end tells. Throws {@link FlareException} with ENTITY_TOO_LARGE. */
    Optional<Long> length() {
        if (binding instanceof Binding.Chunks chunks) {
            return Optional.of(body.allowed(chunks.payload().length()));
        }
        return body.length();
    }

    ContentType parsedContentType() {
        return body.parsedContentType();
    }

    Optional<String> contentType() {
        return body.contentType();
    }

    /** Whether there may be any behind the content. */
    boolean hasTrailers() {
        return binding instanceof Binding.Chunks;
    }

    /** Trailers by lower-case name, to be asked at the content's end. */
    Supplier<Map<String, String>> trailers() {
        return binding instanceof Binding.Chunks chunks ? chunks.payload()::trailers : Map::of;
    }

    /** All of it, where it came together with the head; throws as the stream would fail. */
    Optional<ByteString> atHand() {
        Optional<ByteString> whole = body.atHand();
        if (whole.isPresent() && binding instanceof Binding.Hash hash) {
            ChecksumAlgorithm.Running sha256 = ChecksumAlgorithm.SHA256.start();
            whole.get().getByteBuffers().forEach(sha256::update);
            require(hash, sha256.finish());
        } else if (whole.isPresent() && binding instanceof Binding.Chunks chunks) {
            return Optional.of(chunks.payload().decodedAtOnce(whole.get()));
        }
        return whole;
    }

    Source<ByteString, ?> bytes() {
        if (binding instanceof Binding.Hash hash) {
            // The end is an element of its own, which a failing body never reaches.
            return body.bytes()
                    .map(Optional::of)
                    .concat(Source.single(Optional.<ByteString>empty()))
                    .statefulMapConcat(() -> new Hashing(hash)::next);
        } else if (binding instanceof Binding.Chunks chunks) {
            return chunks.payload().bytes();
        }
        return body.bytes();
    }

    private static void require(Binding.Hash hash, byte[] sha256) {
        if (!MessageDigest.isEqual(sha256, hash.sha256())) {
            throw new FlareException(
                    Fault.PAYLOAD_HASH_MISMATCH, "x-amz-content-sha256 is not that of the bytes received");
        }
    }

    private static final class Hashing {

        private final Binding.Hash hash;
        private final ChecksumAlgorithm.Running sha256 = ChecksumAlgorithm.SHA256.start();

        Hashing(Binding.Hash hash) {
            this.hash = hash;
        }

        List<ByteString> next(Optional<ByteString> piece) {
            if (piece.isPresent()) {
                piece.get().getByteBuffers().forEach(sha256::update);
                return List.of(piece.get());
            }
            require(hash, sha256.finish());
            return List.of();
        }
    }
}
