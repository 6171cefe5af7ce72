package flare.object;

import flare.model.NodeId;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long reads waited lately for bytes of each data node. Thread-safe. */
final class ReadWaits {

    private static final int WINDOW = 64;
    private static final int SORT_EVERY = 16;
    private static final double HIGH = 0.95;

    private final Map<NodeId, Window> windows = new ConcurrentHashMap<>();

    private static final class Window {
        private final long[] latest = new long[WINDOW];
        private int count;
        private volatile long high;

        synchronized void add(long nanos) {
            latest[count++ % WINDOW] = nanos;
            if (count % SORT_EVERY == 0) {
                long[] sorted = Arrays.copyOf(latest, Math.min(count, WINDOW));
                Arrays.sort(sorted);
                high = sorted[(int) Math.ceil(sorted.length * HIGH) - 1];
                // Wraps far from the type's end, and stays past the first round.
                count = count >= 2 * WINDOW ? count - WINDOW : count;
            }
        }
    }

    void add(NodeId node, long nanos) {
        windows.computeIfAbsent(node, any -> new Window()).add(nanos);
    }

    /** What 95 of 100 reads waited at most; 0 while too few are known. */
    long highNanos(NodeId node) {
        Window window = windows.get(node);
        return window == null ? 0 : window.high;
    }
}
