package flare.object;

import flare.metadata.Session.Pin;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.actor.Cancellable;

/**
 * What a read under way holds: its pin, and parts opened ahead that nobody has begun to read. Given up once, by whichever
 * comes first: the end of the stream, its failure or cancellation, or nobody having begun it in time. Thread-safe.
 */
final class ReadLease {

    private final Pin pin;
    private final ObjectMetrics metrics;
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
    private final Set<PartRead> ahead = ConcurrentHashMap.newKeySet();

    private volatile Cancellable expiry = Cancellable.alreadyCancelled();
    private volatile boolean counted;

    private enum State {
        WAITING,
        RUNNING,
        CLOSED
    }

    ReadLease(Pin pin, ObjectMetrics metrics) {
        this.pin = pin;
        this.metrics = metrics;
        metrics.reads.incrementAndGet();
    }

    long session() {
        return pin.session();
    }

    /** It is to carry bytes of chunks. Throws {@link FlareException} with SLOW_DOWN if {@code most} others do. */
    void admit(int most) {
        if (metrics.downloads.incrementAndGet() > most) {
            metrics.downloads.decrementAndGet();
            throw new FlareException(
                    Fault.SLOW_DOWN,
                    "there are " + most + " downloads under way already, the most that max-downloads allows");
        }
        counted = true;
    }

    /** The stream begins. False if it is too late for that, or it began before. */
    boolean begin() {
        boolean begun = state.compareAndSet(State.WAITING, State.RUNNING);
        expiry.cancel();
        return begun;
    }

    /** What will close the lease if nobody begins to read; set before the stream is handed out. */
    void expireWith(Cancellable timer) {
        expiry = timer;
    }

    /** Opens a part before it is read. */
    PartRead openAhead(PartRead part) {
        if (ahead.add(part)) {
            part.open();
        }
        if (state.get() == State.CLOSED && ahead.remove(part)) {
            part.discard();
        }
        return part;
    }

    /** The part is about to be read by a stream, which discards it itself. */
    PartRead take(PartRead part) {
        ahead.remove(part);
        return part;
    }

    void closeUnlessBegun() {
        if (state.compareAndSet(State.WAITING, State.CLOSED)) {
            release();
        }
    }

    void close() {
        if (state.getAndSet(State.CLOSED) != State.CLOSED) {
            release();
        }
    }

    private void release() {
        pin.close();
        metrics.reads.decrementAndGet();
        if (counted) {
            metrics.downloads.decrementAndGet();
        }
        for (PartRead part : List.copyOf(ahead)) {
            if (ahead.remove(part)) {
                part.discard();
            }
        }
    }
}
