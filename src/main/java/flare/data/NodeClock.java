package flare.data;

import flare.data.DataNode.NodeHealth;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How far another node's steady clock is from ours, as each answer to {@code /health} shows it. Both go on alike whatever
 * happens to wall clocks, until the node is started again.
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

        void end(long nodeMillis) {
            offsetMillis = nodeMillis - (asked + clock.millis()) / 2;
        }
    }

    Reading begin() {
        return new Reading();
    }

    /** @param ask how to take a reading where there is none */
    CompletionStage<Long> offsetMillis(Supplier<CompletionStage<NodeHealth>> ask) {
        Long known = offsetMillis;
        if (known != null) {
            return CompletableFuture.completedFuture(known);
        }
        return ask.get().thenApply(health -> {
            Long learnt = offsetMillis;
            return learnt == null ? health.clockMillis() - clock.millis() : learnt;
        });
    }

    /** The node was started again: the next call takes a reading first. */
    void forget() {
        offsetMillis = null;
    }
}
