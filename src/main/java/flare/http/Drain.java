package flare.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells the connections of a port that it is about to close. No future: what waits for one is held for as long as the future
 * is, and connections come and go for years.
 */
final class Drain {

    interface Listener {

        /** On any thread, once or twice. */
        void drainBegan();
    }

    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private volatile boolean begun;

    void begin() {
        begun = true;
        listeners.forEach(Listener::drainBegan);
    }

    boolean hasBegun() {
        return begun;
    }

    /** It is told when the drain begins, or at once if it has. */
    void add(Listener listener) {
        listeners.add(listener);
        if (begun) {
            listener.drainBegan();
        }
    }

    void remove(Listener listener) {
        listeners.remove(listener);
    }

    int listeners() {
        return listeners.size();
    }
}
