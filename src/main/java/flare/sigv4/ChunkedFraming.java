package flare.sigv4;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a request announced of its aws-chunked body.
 *
 * @param decodedBytes of the object within
 * @param trailers announced, by lower-case name
 */
public record ChunkedFraming(PayloadMode mode, long decodedBytes, Set<String> trailers) {

    static final int MAX_TRAILERS = 8;

    private static final String DECODED_LENGTH = "x-amz-decoded-content-length";
    private static final String TRAILER = "x-amz-trailer";
    private static final int MAX_LENGTH_DIGITS = 18;

    public ChunkedFraming {
        trailers = Set.copyOf(trailers);
        if (!mode.isChunked() || decodedBytes < 0) {
            throw new IllegalArgumentException("no framing of chunks: " + mode + ", " + decodedBytes + " bytes");
        }
    }

    /** Throws {@link SignatureRefusedException} with NO_DECODED_LENGTH, BAD_DECODED_LENGTH or MALFORMED_TRAILER. */
    public static ChunkedFraming of(PayloadMode mode, WireRequest request) {
        return new ChunkedFraming(mode, decodedLength(request.values(DECODED_LENGTH)), trailers(mode, request));
    }

    private static long decodedLength(List<String> values) {
        if (values.isEmpty()) {
            throw new SignatureRefusedException(
                    SignatureFault.NO_DECODED_LENGTH, "an aws-chunked body needs the header " + DECODED_LENGTH);
        }
        String value = values.get(0);
        boolean number = !value.isEmpty()
                && value.length() <= MAX_LENGTH_DIGITS
                && value.chars().allMatch(c -> c >= '0' && c <= '9');
        if (!number || values.size() > 1) {
            throw new SignatureRefusedException(
                    SignatureFault.BAD_DECODED_LENGTH, DECODED_LENGTH + " is no length, or there is more than one");
        }
        return Long.parseLong(value);
    }

    private static Set<String> trailers(PayloadMode mode, WireRequest request) {
        Set<String> names = new LinkedHashSet<>();
        for (String value : request.values(TRAILER)) {
            for (String name : value.split(",", MAX_TRAILERS + 1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        names.remove("");
        if (names.size() > MAX_TRAILERS || (!names.isEmpty() && !mode.hasTrailer())) {
            throw new SignatureRefusedException(
                    SignatureFault.MALFORMED_TRAILER,
                    TRAILER + " announces more than " + MAX_TRAILERS + " trailers, or x-amz-content-sha256 none");
        }
        return names;
    }
}
