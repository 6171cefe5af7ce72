package flare.data;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How far another node's steady clock is from ours, as each answer to {@code /health} shows it. Both go on alike whatever
 * happens to wall clocks, until the node is started again.
 *
 * <p>It is never made from a wall clock, the node's or ours, where the node tells its steady one: by one that is a day ahead, a
 * token would be good for a day, to whoever captured it.
 */
final class NodeClock {

    private final Clock clock;
    private volatile @Nullable Long offsetMillis;

    NodeClock(Clock clock) {
        this.clock = clock;
    }

    /** A question under way: the answer's clock is taken for the moment half-way. */
    final class Reading {

        private final long asked = clock.millis();

        /** @return the offset that it shows, by which the next calls go */
        long end(long nodeMillis) {
            long shown = nodeMillis - (asked + clock.millis()) / 2;
            offsetMillis = shown;
            return shown;
        }
    }

    Reading begin() {
        return new Reading();
    }

    /** @param measure takes a reading where there is none; its own counts, though another call may have it forgotten by then */
    CompletionStage<Long> offsetMillis(Supplier<CompletionStage<Long>> measure) {
        Long known = offsetMillis;
        return known == null ? measure.get() : CompletableFuture.completedFuture(known);
    }

    /** The node was started again: the next call takes a reading first. */
    void forget() {
        offsetMillis = null;
    }
}
