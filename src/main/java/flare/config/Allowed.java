package flare.config;

import flare.model.ByteSize;
import java.time.Duration;

/**
 * The checks that compact constructors of settings share. Keys are written as in HOCON and relative to the record; the
 * binder puts the block's path before them.
 */
final class Allowed {

    private static final int MAX_PORT = 65_535;

    private Allowed() {}

    static void port(String key, int port) {
        if (port < 0 || port > MAX_PORT) {
            throw new NotAllowedException(key, port, "0 (any free port) to " + MAX_PORT + " is");
        }
    }

    static void atLeast(String key, long value, long min) {
        if (value < min) {
            throw new NotAllowedException(key, value, min + " or more is");
        }
    }

    static void between(String key, long value, long min, long max) {
        if (value < min || value > max) {
            throw new NotAllowedException(key, value, min + " to " + max + " is");
        }
    }

    static void positive(String key, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new NotAllowedException(key, value, "a duration above 0 is");
        }
    }

    static void positive(String key, ByteSize value) {
        if (value.bytes() == 0) {
            throw new NotAllowedException(key, value, "a size above 0 is");
        }
    }

    /** @param limit what {@code max} is called in a sentence, such as {@code 64MiB} */
    static void atMost(String key, ByteSize value, ByteSize max, String limit) {
        if (value.bytes() > max.bytes()) {
            throw new NotAllowedException(key, value, "up to " + limit + " is");
        }
    }

    static void share(String key, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new NotAllowedException(key, value, "0.0 up to below 1.0 is");
        }
    }

    static void notBlank(String key, String value, String allowed) {
        if (value.isBlank()) {
            throw new NotAllowedException(key, "\"\"", allowed);
        }
    }
}
