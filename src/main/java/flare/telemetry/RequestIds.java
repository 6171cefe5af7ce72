package flare.telemetry;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Request ids: 16 characters, no two alike in a process, and alike in two processes only by a chance of one in 2^64. A
 * counter with a random start, scrambled by a bijection, since neighbours that look alike are misread.
 */
public final class RequestIds {

    /** Key under which the request being handled stands in the logging context, and so in every line. */
    public static final String MDC_KEY = "request";

    private final AtomicLong counter;

    /** Ids with a random start. */
    public RequestIds() {
        this(new SecureRandom().nextLong());
    }

    RequestIds(long start) {
        counter = new AtomicLong(start);
    }

    public String next() {
        // HexFormat, not String.format: this runs for every request.
        return HexFormat.of().withUpperCase().toHexDigits(scrambled(counter.getAndIncrement()));
    }

    /** The finalizer of SplitMix64: each step can be undone, so distinct inputs stay distinct. */
    private static long scrambled(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
