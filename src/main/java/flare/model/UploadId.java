package flare.model;

import java.util.regex.Pattern;

/**
 * A multipart upload; clients see sixteen hex digits.
 *
 * @param number unique and rising: log index and place in the entry of the command that made it
 */
public record UploadId(long number) implements Comparable<UploadId> {

    private static final Pattern TEXT = Pattern.compile("[0-7][0-9a-f]{15}");

    public UploadId {
        if (number < 1) {
            throw new IllegalArgumentException("upload " + number);
        }
    }

    /** Throws {@link FlareException} with NO_SUCH_UPLOAD for what no upload is ever called. */
    public static UploadId parse(String text) {
        long number = TEXT.matcher(text).matches() ? Long.parseLong(text, 16) : 0;
        if (number == 0) {
            throw new FlareException(Fault.NO_SUCH_UPLOAD, "there is no upload '" + text + "'");
        }
        return new UploadId(number);
    }

    @Override
    public int compareTo(UploadId other) {
        return Long.compare(number, other.number);
    }

    @Override
    public String toString() {
        return String.format("%016x", number);
    }
}
