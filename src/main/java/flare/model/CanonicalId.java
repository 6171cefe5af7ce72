package flare.model;

import java.util.HexFormat;
import java.util.Random;

/** Names a user for ever, as S3's canonical user id does: what is somebody's carries it. Not a secret. */
public record CanonicalId(String value) implements Comparable<CanonicalId> {

    public static final int LENGTH = 64;

    public CanonicalId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("the canonical id '" + value + "' is not allowed: " + LENGTH
                    + " lower-case hexadecimal digits are");
        }
    }

    public static boolean isValid(String text) {
        return text.length() == LENGTH && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    public static CanonicalId random(Random random) {
        byte[] bytes = new byte[LENGTH / 2];
        random.nextBytes(bytes);
        return new CanonicalId(HexFormat.of().formatHex(bytes));
    }

    @Override
    public int compareTo(CanonicalId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
