package flare.model;

import java.util.regex.Pattern;

/**
 * A version as clients name it: {@code null} for what was written while its bucket had versioning off or suspended, else
 * sixteen hex digits of the internal version, which tell them nothing.
 *
 * @param number the internal version; 0 for the null version
 */
public record VersionId(long number) {

    public static final VersionId NULL = new VersionId(0);

    private static final String NULL_TEXT = "null";
    private static final Pattern TEXT = Pattern.compile("[0-7][0-9a-f]{15}");

    public VersionId {
        if (number < 0) {
            throw new IllegalArgumentException("version " + number);
        }
    }

    /** Throws {@link FlareException} with INVALID_ARGUMENT for what no version is ever called. */
    public static VersionId parse(String text) {
        if (text.equals(NULL_TEXT)) {
            return NULL;
        }
        if (!TEXT.matcher(text).matches()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "'" + text + "' is not a version id");
        }
        return new VersionId(Long.parseLong(text, 16));
    }

    public boolean isNull() {
        return number == 0;
    }

    @Override
    public String toString() {
        return isNull() ? NULL_TEXT : String.format("%016x", number);
    }
}
