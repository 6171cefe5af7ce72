package flare.model;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An object's key: 1 to 1,024 bytes of UTF-8 without NUL, opaque, ordered by its bytes (I3). Never becomes a path.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html">Object key naming</a>
 */
public final class ObjectKey implements Comparable<ObjectKey> {

    public static final int MAX_BYTES = 1024;

    private final byte[] utf8;

    private ObjectKey(byte[] utf8) {
        this.utf8 = utf8;
    }

    /** Throws {@link FlareException} with KEY_TOO_LONG past 1,024 bytes, INVALID_URI for what is no UTF-8 or holds a NUL. */
    public static ObjectKey of(byte[] bytes) {
        if (bytes.length == 0) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "an object key has at least one byte");
        }
        if (bytes.length > MAX_BYTES) {
            throw new FlareException(
                    Fault.KEY_TOO_LONG,
                    "the key has " + bytes.length + " bytes, at most " + MAX_BYTES + " are allowed");
        }
        if (!isUtf8WithoutNul(bytes)) {
            throw new FlareException(Fault.INVALID_URI, "the key is not UTF-8 text without NUL");
        }
        return new ObjectKey(bytes.clone());
    }

    /** A lone surrogate in {@code text} is refused like malformed UTF-8. */
    public static ObjectKey of(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return of(bytes);
        } catch (CharacterCodingException e) {
            throw new FlareException(Fault.INVALID_URI, "the key is not UTF-8 text without NUL", e);
        }
    }

    private static boolean isUtf8WithoutNul(byte[] bytes) {
        for (byte b : bytes) {
            if (b == 0) {
                return false;
            }
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return utf8.clone();
    }

    public String text() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    @Override
    public int compareTo(ObjectKey other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectKey key && Arrays.equals(utf8, key.utf8);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(utf8);
    }

    @Override
    public String toString() {
        return text();
    }
}
