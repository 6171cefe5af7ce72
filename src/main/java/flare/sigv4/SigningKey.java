package flare.sigv4;

import java.time.Instant;

/** A key derived for one scope, and what is signed with it. */
final class SigningKey {

    static final String ALGORITHM = "AWS4-HMAC-SHA256";

    private final byte[] key;
    private final String scope;

    SigningKey(SecretKey secret, CredentialScope scope) {
        this.key = secret.derive(scope);
        this.scope = scope.text();
    }

    Signature signRequest(Instant time, String canonicalRequest) {
        return sign(head(ALGORITHM, time) + Sha256.hex(canonicalRequest));
    }

    /** @param chunkHash of the chunk's bytes, in hex */
    Signature signChunk(Instant time, Signature previous, String chunkHash) {
        // The hash of nothing stands for headers that chunks were once meant to have.
        return sign(head("AWS4-HMAC-SHA256-PAYLOAD", time) + previous.text() + "\n" + Sha256.EMPTY + "\n" + chunkHash);
    }

    /** @param lines each trailer as {@code name:value} and a line feed */
    Signature signTrailer(Instant time, Signature previous, String lines) {
        return sign(head("AWS4-HMAC-SHA256-TRAILER", time) + previous.text() + "\n" + Sha256.hex(lines));
    }

    Signature sign(String text) {
        return Signature.of(Sha256.hex(Sha256.hmac(key, text)));
    }

    private String head(String algorithm, Instant time) {
        return algorithm + "\n" + AmzDate.format(time) + "\n" + scope + "\n";
    }
}
