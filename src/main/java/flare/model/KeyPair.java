package flare.model;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * An access key and the secret that goes with it. The secret can be read, since a server that checks an HMAC needs it, but
 * nothing prints it.
 */
public final class KeyPair {

    public static final int MAX_ACCESS_KEY_LENGTH = 128;
    public static final int MIN_SECRET_BYTES = 8;
    public static final int MAX_SECRET_BYTES = 128;

    private final String accessKey;
    private final String secret;

    /** Throws {@link IllegalArgumentException}, whose message does not hold the secret. */
    public KeyPair(String accessKey, String secret) {
        this.accessKey = Objects.requireNonNull(accessKey);
        this.secret = Objects.requireNonNull(secret);
        if (!NameText.isOf(accessKey, MAX_ACCESS_KEY_LENGTH) || accessKey.indexOf(',') >= 0) {
            throw new IllegalArgumentException("the access key '" + accessKey + "' is not allowed: 1 to "
                    + MAX_ACCESS_KEY_LENGTH + " letters, digits and + = . @ _ - are");
        }
        int bytes = utf8().length;
        if (bytes < MIN_SECRET_BYTES || bytes > MAX_SECRET_BYTES) {
            throw new IllegalArgumentException("the secret key has " + bytes + " bytes: " + MIN_SECRET_BYTES + " to "
                    + MAX_SECRET_BYTES + " are allowed");
        }
        if (secret.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            throw new IllegalArgumentException("the secret key holds a control character: none is allowed");
        }
    }

    public String accessKey() {
        return accessKey;
    }

    public String secret() {
        return secret;
    }

    private byte[] utf8() {
        return secret.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyPair pair
                && accessKey.equals(pair.accessKey)
                && MessageDigest.isEqual(utf8(), pair.utf8());
    }

    @Override
    public int hashCode() {
        return accessKey.hashCode();
    }

    @Override
    public String toString() {
        return "key pair " + accessKey;
    }
}
