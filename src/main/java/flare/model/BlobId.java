package flare.model;

import java.util.Comparator;

/**
 * Names a blob: the session that wrote it and that session's counter. Used by one upload attempt and never again (I1).
 * As text, 32 lower-case hex digits.
 */
public record BlobId(long session, long counter) implements Comparable<BlobId> {

    private static final Comparator<BlobId> ORDER =
            Comparator.comparingLong(BlobId::session).thenComparingLong(BlobId::counter);

    public BlobId {
        if (session < 0 || counter < 0) {
            throw new IllegalArgumentException("blob id parts must not be negative: " + session + ", " + counter);
        }
    }

    /** Throws {@link IllegalArgumentException} unless {@code text} is 32 lower-case hex digits of two non-negative longs. */
    public static BlobId parse(String text) {
        if (text.length() != 32 || !text.chars().allMatch(BlobId::isHexDigit)) {
            throw new IllegalArgumentException("a blob id is 32 lower-case hex digits");
        }
        return new BlobId(
                Long.parseUnsignedLong(text.substring(0, 16), 16), Long.parseUnsignedLong(text.substring(16), 16));
    }

    private static boolean isHexDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }

    @Override
    public int compareTo(BlobId other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return String.format("%016x%016x", session, counter);
    }
}
