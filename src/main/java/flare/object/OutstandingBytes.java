package flare.object;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes of one upload that some copy has yet to take, over all its chunks in flight; bounded by whoever adds. */
final class OutstandingBytes {

    private final AtomicLong bytes = new AtomicLong();

    /** @param count negative for bytes that have been taken */
    void add(long count) {
        bytes.addAndGet(count);
    }

    long bytes() {
        return bytes.get();
    }
}
