package flare.http;

import flare.config.NodeSettings;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret that all processes of a cluster share. It signs and is never shown: no equals, no toString, no way to read
 * it back.
 */
public final class ClusterSecret {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int RANDOM_BYTES = 32;

    private final SecretKeySpec key;

    private ClusterSecret(byte[] bytes) {
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** Throws {@link IllegalArgumentException} for a secret short enough to be guessed; the message does not hold it. */
    public static ClusterSecret of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < NodeSettings.MIN_SECRET.bytes()) {
            throw new IllegalArgumentException("the cluster secret has " + bytes.length + " bytes: at least "
                    + NodeSettings.MIN_SECRET.bytes() + " random ones are allowed");
        }
        return new ClusterSecret(bytes);
    }

    /** Text for a new secret, to be written to a file that only its owner reads. */
    public static String randomText(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    byte[] sign(String message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
