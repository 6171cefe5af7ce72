package flare.sigv4;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash and the keyed hash that everything here is made of; hex is lower-case. */
final class Sha256 {

    /** Of no bytes. */
    static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    static final int HEX_LENGTH = 64;

    private static final String HASH = "SHA-256";
    private static final String HMAC = "HmacSHA256";

    private Sha256() {}

    static MessageDigest start() {
        try {
            return MessageDigest.getInstance(HASH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has " + HASH, e);
        }
    }

    static String hex(String text) {
        return hex(start().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static byte[] hmac(byte[] key, String message) {
        return hmac(HMAC, key, message);
    }

    /** @param algorithm one that every JDK has */
    static byte[] hmac(String algorithm, byte[] key, String message) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(key, algorithm));
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + algorithm, e);
        }
    }
}
