package flare.metadata;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** How a listing rolls keys up: those that share the text from the prefix up to the delimiter are one common prefix. */
record KeyGroups(byte[] prefix, byte[] delimiter) {

    /** The text up to the first delimiter behind the prefix, with it; null if there is none. */
    byte @Nullable [] group(byte[] key) {
        if (delimiter.length == 0) {
            return null;
        }
        for (int at = prefix.length; at + delimiter.length <= key.length; at++) {
            if (key[at] == delimiter[0]
                    && Arrays.equals(key, at, at + delimiter.length, delimiter, 0, delimiter.length)) {
                return Arrays.copyOf(key, at + delimiter.length);
            }
        }
        return null;
    }

    /** Whether a mark of a listing is one of its common prefixes, and stands for all it rolls up. */
    boolean isGroup(byte[] mark) {
        return mark.length >= prefix.length
                && Arrays.equals(mark, 0, prefix.length, prefix, 0, prefix.length)
                && Arrays.equals(group(mark), mark);
    }
}
