package flare.http;

import flare.config.NodeSettings;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What all processes of a cluster share: the secret that signs, and others that are accepted beside it while the cluster
 * goes from one to the next. It may be replaced while it is in use. Never shown: no equals, no toString, no way to read it
 * back.
 */
public final class ClusterSecret {

    /** To go from one to another takes two. */
    static final int MAX_SECRETS = 8;

    private static final String ALGORITHM = "HmacSHA256";
    private static final int RANDOM_BYTES = 32;
    private static final int FINGERPRINT_BYTES = 4;

    /** The first signs; never empty. */
    private volatile List<SecretKeySpec> keys;

    private ClusterSecret(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * Throws {@link IllegalArgumentException} for a secret short enough to be guessed; the message does not hold it.
     *
     * @param text a secret on each line: the first signs, all are accepted
     */
    public static ClusterSecret of(String text) {
        return new ClusterSecret(parse(text));
    }

    private static List<SecretKeySpec> parse(String text) {
        List<SecretKeySpec> keys = new ArrayList<>();
        for (String line : text.lines().map(String::strip).toList()) {
            if (line.isEmpty()) {
                continue;
            }
            byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
            if (bytes.length < NodeSettings.MIN_SECRET.bytes()) {
                throw new IllegalArgumentException("the cluster secret has " + bytes.length + " bytes"
                        + (keys.isEmpty() ? "" : " on line " + (keys.size() + 1)) + ": at least "
                        + NodeSettings.MIN_SECRET.bytes() + " random ones are allowed");
            }
            keys.add(new SecretKeySpec(bytes, ALGORITHM));
        }
        if (keys.isEmpty() || keys.size() > MAX_SECRETS) {
            throw new IllegalArgumentException(
                    "there are " + keys.size() + " cluster secrets, one a line: 1 to " + MAX_SECRETS + " are allowed");
        }
        return List.copyOf(keys);
    }

    /** From now on other ones sign and are accepted; refuses as {@link #of} and then changes nothing. */
    void replace(String text) {
        keys = parse(text);
    }

    /** Text for a new secret, to be written to a file that only its owner reads. */
    public static String randomText(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /**
     * Of each secret in its order, what shows that two processes have the same and tells nothing else of it: the beginning of
     * what it signs.
     */
    public List<String> fingerprints() {
        return keys.stream()
                .map(key -> HexFormat.of().formatHex(sign(key, "flare-fingerprint-v1"), 0, FINGERPRINT_BYTES))
                .toList();
    }

    byte[] sign(String message) {
        return sign(keys.get(0), message);
    }

    /** What the message's signature may be: under each secret that is accepted. */
    List<byte[]> accepted(String message) {
        return keys.stream().map(key -> sign(key, message)).toList();
    }

    private static byte[] sign(SecretKeySpec key, String message) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(message.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
