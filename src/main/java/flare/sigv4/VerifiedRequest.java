package flare.sigv4;

import java.util.function.Supplier;

/** The proof that a request was signed by the owner of an access key. Made by {@link Verifier#verify} alone. */
public final class VerifiedRequest {

    private final SignatureClaim claim;
    private final Supplier<ChunkSignatures> chunkSignatures;

    VerifiedRequest(Version4Claim claim, SigningKey key) {
        this.claim = claim;
        this.chunkSignatures = () -> new ChunkSignatures(key, claim.time(), claim.signature());
    }

    VerifiedRequest(Version2Url claim) {
        this.claim = claim;
        this.chunkSignatures = () -> {
            throw new IllegalStateException("a URL of version 2 has no body of signed chunks");
        };
    }

    public AccessKeyId accessKey() {
        return claim.accessKey();
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
        return chunkSignatures.get();
    }
}
