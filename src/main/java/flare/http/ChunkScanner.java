package flare.http;

import org.apache.pekko.util.ByteString;

/** Follows chunked transfer coding (RFC 9112 section 7.1) to its end without touching it. Strict: CR LF only, plain hex. */
final class ChunkScanner {

    /** 2^52 and more in one chunk is no size anybody means. */
    private static final int MAX_SIZE_DIGITS = 13;

    private static final int MAX_LINE_BYTES = 8 * 1024;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        END_LF,
        DONE,
        BAD
    }

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int lineBytes;

    boolean isDone() {
        return state == State.DONE;
    }

    boolean isBad() {
        return state == State.BAD;
    }

    /** How many of these bytes belong to the body and are in order. */
    int scan(ByteString bytes) {
        int at = 0;
        while (at < bytes.size() && state != State.DONE && state != State.BAD) {
            if (state == State.DATA) {
                int take = (int) Math.min(size, bytes.size() - at);
                size -= take;
                at += take;
                state = size == 0 ? State.DATA_CR : State.DATA;
            } else {
                state = next(bytes.apply(at));
                at += state == State.BAD ? 0 : 1;
            }
        }
        return at;
    }

    private State next(byte b) {
        return switch (state) {
            case SIZE -> inSize(b);
            case EXTENSION -> b == '\r' ? State.SIZE_LF : inLine(b, State.EXTENSION);
            case SIZE_LF -> b != '\n' ? State.BAD : afterSize();
            case DATA_CR -> b == '\r' ? State.DATA_LF : State.BAD;
            case DATA_LF -> b == '\n' ? startSize() : State.BAD;
            case TRAILER_START -> b == '\r' ? State.END_LF : inLine(b, State.TRAILER);
            case TRAILER -> b == '\r' ? State.TRAILER_LF : inLine(b, State.TRAILER);
            case TRAILER_LF -> b == '\n' ? State.TRAILER_START : State.BAD;
            case END_LF -> b == '\n' ? State.DONE : State.BAD;
            case DATA, DONE, BAD -> throw new IllegalStateException("no byte is expected in " + state);
        };
    }

    private State inSize(byte b) {
        int digit = Character.digit((char) (b & 0xFF), 16);
        if (digit >= 0 && b > 0) {
            size = size << 4 | digit;
            digits++;
            return digits > MAX_SIZE_DIGITS ? State.BAD : State.SIZE;
        }
        if (digits == 0) {
            return State.BAD;
        }
        return b == '\r' ? State.SIZE_LF : b == ';' ? State.EXTENSION : State.BAD;
    }

    private State inLine(byte b, State line) {
        lineBytes++;
        return b == '\n' || lineBytes > MAX_LINE_BYTES ? State.BAD : line;
    }

    private State afterSize() {
        lineBytes = 0;
        return size == 0 ? State.TRAILER_START : State.DATA;
    }

    private State startSize() {
        digits = 0;
        size = 0;
        return State.SIZE;
    }
}
