package flare.chunk;

import org.apache.pekko.util.ByteString;

/**
 * Gathers arriving bytes into larger pieces. Large arrivals are chained without a copy; small ones are copied together,
 * so that a body sent byte by byte costs its bytes and not an object for each.
 */
final class PieceBuffer {

    private static final int CHAINED_FROM_BYTES = 4 * 1024;
    private static final int GATHER_BYTES = 16 * 1024;

    private ByteString chained = ByteString.emptyByteString();
    private byte[] gathered = new byte[0];
    private int gatheredBytes;

    int size() {
        return chained.size() + gatheredBytes;
    }

    void add(ByteString bytes) {
        if (bytes.size() >= CHAINED_FROM_BYTES) {
            chainGathered();
            chained = chained.concat(bytes);
        } else {
            gather(bytes);
        }
    }

    /** Takes the first {@code count} bytes out. */
    ByteString take(int count) {
        chainGathered();
        ByteString taken = chained.take(count);
        chained = chained.drop(count);
        return taken;
    }

    private void gather(ByteString bytes) {
        if (gatheredBytes + bytes.size() > gathered.length) {
            chainGathered();
            gathered = new byte[GATHER_BYTES];
        }
        byte[] source = bytes.toArrayUnsafe();
        System.arraycopy(source, 0, gathered, gatheredBytes, source.length);
        gatheredBytes += source.length;
    }

    private void chainGathered() {
        if (gatheredBytes > 0) {
            byte[] exact =
                    gatheredBytes == gathered.length ? gathered : java.util.Arrays.copyOf(gathered, gatheredBytes);
            chained = chained.concat(ByteString.fromArrayUnsafe(exact));
            gathered = new byte[0];
            gatheredBytes = 0;
        }
    }
}
