package flare.model;

import java.util.Objects;

/**
 * A checksum that is kept with an object or a part and sent back.
 *
 * @param value base64; of a composite one with the {@code -N} that tells the number of its parts
 */
public record Checksum(ChecksumAlgorithm algorithm, String value, Type type) {

    /** The longest: SHA-256 in base64, and a hyphen with a number of parts. */
    public static final int MAX_VALUE_LENGTH = 64;

    /** Over the whole object's bytes, or over the checksums of its parts. */
    public enum Type {
        FULL_OBJECT,
        COMPOSITE
    }

    public Checksum {
        Objects.requireNonNull(algorithm);
        Objects.requireNonNull(type);
        if (value.isEmpty() || value.length() > MAX_VALUE_LENGTH) {
            throw new FlareException(
                    Fault.INVALID_ARGUMENT, "a checksum of " + value.length() + " characters is not allowed");
        }
    }
}
