package flare.metadata;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Ends the election timer that Ratis 3.3.0 runs for a listener too, which never uses it. At the entry that makes the
 * listener a voter Ratis waits for that timer's end while it holds the server's lock; a timer that has just woken waits
 * for this lock, and the peer hangs for good. One that has ended has nothing to wait for; the voter gets a new one.
 */
final class ListenerTimer {

    /** What Ratis calls it, after the name of its server. */
    static final String NAME_END = "-FollowerState";

    private static final Duration LIMIT = Duration.ofSeconds(10);

    private ListenerTimer() {}

    /**
     * To be called as the peer starts: the timer first wakes after the shortest election timeout. Throws {@link
     * IOException} if there is none or it does not end.
     *
     * @param threads those of the peer
     */
    static void end(ThreadGroup threads) throws IOException {
        List<Thread> timers = of(threads);
        if (timers.isEmpty()) {
            throw new IOException("the listener's election timer is not found among " + names(threads));
        }
        for (Thread timer : timers) {
            timer.interrupt();
            try {
                timer.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
            if (timer.isAlive()) {
                throw new IOException(timer.getName() + " has not ended within " + LIMIT.toSeconds() + " s");
            }
        }
    }

    /** Those that run. */
    static List<Thread> of(ThreadGroup threads) {
        return threads(threads).stream()
                .filter(thread -> thread.getName().endsWith(NAME_END))
                .toList();
    }

    private static List<String> names(ThreadGroup threads) {
        return threads(threads).stream().map(Thread::getName).toList();
    }

    private static List<Thread> threads(ThreadGroup group) {
        // Grown until some room is left: what does not fit is left out silently.
        for (int room = 64; ; room *= 2) {
            Thread[] found = new Thread[room];
            int count = group.enumerate(found, true);
            if (count < room) {
                return List.of(Arrays.copyOf(found, count));
            }
        }
    }
}
