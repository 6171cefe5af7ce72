package flare.sigv4;

/** The proof that a request was signed by the owner of an access key. Made by {@link Verifier#verify} alone. */
public final class VerifiedRequest {

    private final SignatureClaim claim;
    private final SigningKey key;

    VerifiedRequest(SignatureClaim claim, SigningKey key) {
        this.claim = claim;
        this.key = key;
    }

    public AccessKeyId accessKey() {
        return claim.credential().accessKey();
    }

    public SignatureClaim.Carrier carrier() {
        return claim.carrier();
    }

    /** What is still to be checked of the body. */
    public Payload payload() {
        return claim.payload();
    }

    WireRequest request() {
        return claim.request();
    }

    /** From this request's signature on. */
    ChunkSignatures chunkSignatures() {
        return new ChunkSignatures(key, claim.time(), claim.signature());
    }
}
