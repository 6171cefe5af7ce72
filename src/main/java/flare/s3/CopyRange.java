package flare.s3;

import flare.http.RangeHeader;
import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;

/** {@code x-amz-copy-source-range}: both ends must be there, and within the source. */
record CopyRange(long first, long last) {

    static final String HEADER = "x-amz-copy-source-range";

    static CopyRange parse(String text) {
        Optional<RangeHeader> range = RangeHeader.parse(text);
        if (range.isEmpty() || range.get().first() < 0 || range.get().last() == Long.MAX_VALUE) {
            throw new FlareException(Fault.INVALID_ARGUMENT, HEADER + " must be bytes=first-last, here '" + text + "'");
        }
        return new CopyRange(range.get().first(), range.get().last());
    }

    /** Throws {@link FlareException} with RANGE_NOT_SATISFIABLE: a part is never shorter than asked. */
    ByteRange within(long size) {
        if (last >= size) {
            throw new FlareException(
                    Fault.RANGE_NOT_SATISFIABLE,
                    "the source has " + size + " bytes: bytes " + first + " to " + last + " are not in it");
        }
        return new ByteRange(first, last - first + 1);
    }
}
