package flare.sigv4;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;

/**
 * The chain of signatures over an aws-chunked body: each covers its chunk and the signature before it, the first the
 * request's own. So no chunk can be changed, left out, moved or taken from another request. For one thread.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html">Transferring payload in multiple
 *     chunks</a>
 */
final class ChunkSignatures {

    private final SigningKey key;
    private final Instant time;
    private final MessageDigest digest = Sha256.start();
    private Signature previous;
    private long chunk;

    ChunkSignatures(SigningKey key, Instant time, Signature seed) {
        this.key = key;
        this.time = time;
        this.previous = seed;
    }

    /** More bytes of the chunk under way. */
    void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Ends the chunk under way; the answer is its right signature. */
    Signature next() {
        previous = key.signChunk(time, previous, Sha256.hex(digest.digest()));
        chunk++;
        return previous;
    }

    /**
     * Ends the body.
     *
     * @param lines each trailer as {@code name:value} and a line feed
     */
    Signature trailer(String lines) {
        previous = key.signTrailer(time, previous, lines);
        return previous;
    }

    void verifyChunk(Signature claimed) {
        if (!next().matches(claimed)) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH,
                    "the signature of chunk " + chunk + " is not the one that its bytes have at this place");
        }
    }

    void verifyTrailer(String lines, Signature claimed) {
        if (!trailer(lines).matches(claimed)) {
            throw new SignatureRefusedException(
                    SignatureFault.SIGNATURE_MISMATCH, "the signature of the trailer is not the one that it has");
        }
    }
}
