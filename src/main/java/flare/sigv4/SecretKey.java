package flare.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;

/** What a user and the server share. It signs and is never shown: no equals, no toString, no way to read it back. */
public final class SecretKey {

    public static final int MIN_BYTES = 8;
    public static final int MAX_BYTES = 128;

    private static final String SIGNING_PREFIX = "AWS4";

    private final byte[] prefixed;

    private SecretKey(byte[] prefixed) {
        this.prefixed = prefixed;
    }

    /** Throws {@link IllegalArgumentException} for one too short or too long; the message does not hold it. */
    public static SecretKey of(String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < MIN_BYTES || bytes > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "the secret key has " + bytes + " bytes: " + MIN_BYTES + " to " + MAX_BYTES + " are allowed");
        }
        return new SecretKey((SIGNING_PREFIX + text).getBytes(StandardCharsets.UTF_8));
    }

    boolean isSameAs(SecretKey other) {
        return MessageDigest.isEqual(prefixed, other.prefixed);
    }

    /** The chain date, region, service, request: a key that leaks from the cache is good for one of each. */
    byte[] derive(CredentialScope scope) {
        byte[] key = prefixed;
        for (String part : scope.parts()) {
            key = Sha256.hmac(key, part);
        }
        return key;
    }

    /** Signature version 2, which lives on in forms and presigned URLs. */
    Signature signVersion2(String message) {
        byte[] bare = java.util.Arrays.copyOfRange(prefixed, SIGNING_PREFIX.length(), prefixed.length);
        return Signature.of(Base64.getEncoder().encodeToString(Sha256.hmac("HmacSHA1", bare, message)));
    }
}
