package flare.http;

import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One range of a {@code Range} header (RFC 9110 section 14.1.2). Numbers past a long count as the largest long: they only
 * ever mean "beyond the end".
 *
 * @param first first byte wanted; -1 for a suffix range
 * @param last last byte wanted, inclusive, or the length of the suffix
 */
public record RangeHeader(long first, long last) {

    private static final int SUFFIX = -1;
    private static final Pattern SINGLE = Pattern.compile("[Bb][Yy][Tt][Ee][Ss]=[ \t]*(\\d*)-(\\d*)[ \t]*");

    public RangeHeader {
        if (first < SUFFIX || last < 0 || (first > last && first != SUFFIX)) {
            throw new IllegalArgumentException("no range: " + first + "-" + last);
        }
    }

    /** Empty for what RFC 9110 lets a server ignore: other units, malformed ranges, and several of them. */
    public static Optional<RangeHeader> parse(String value) {
        Matcher single = SINGLE.matcher(value);
        if (!single.matches()) {
            return Optional.empty();
        }
        String first = single.group(1);
        String last = single.group(2);
        if (first.isEmpty()) {
            return last.isEmpty() ? Optional.empty() : Optional.of(new RangeHeader(SUFFIX, saturated(last)));
        }
        long from = saturated(first);
        long to = last.isEmpty() ? Long.MAX_VALUE : saturated(last);
        return from > to ? Optional.empty() : Optional.of(new RangeHeader(from, to));
    }

    /**
     * The bytes of an object of {@code size} bytes; empty for the whole of an empty object. Throws {@link FlareException}
     * with RANGE_NOT_SATISFIABLE if none of them is in it.
     */
    public Optional<ByteRange> within(long size) {
        if (first == SUFFIX) {
            if (last == 0) {
                throw unsatisfiable(size);
            }
            long length = Math.min(last, size);
            return length == 0 ? Optional.empty() : Optional.of(new ByteRange(size - length, length));
        }
        if (first >= size) {
            throw unsatisfiable(size);
        }
        return Optional.of(new ByteRange(first, Math.min(last, size - 1) - first + 1));
    }

    private FlareException unsatisfiable(long size) {
        String range = first == SUFFIX ? "-" + last : first + "-" + last;
        return new FlareException(
                Fault.RANGE_NOT_SATISFIABLE, "range " + range + " has no byte of an object of " + size + " bytes");
    }

    private static long saturated(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
