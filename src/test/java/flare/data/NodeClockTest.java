package flare.data;

import static org.assertj.core.api.Assertions.assertThat;

import flare.http.SteadyClock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NodeClockTest {

    private static final long DAY = Duration.ofDays(1).toMillis();

    private final SetWallClock wall = new SetWallClock();
    private long nanos;
    private final SteadyClock steady = new SteadyClock(wall, () -> nanos);
    private final NodeClock clock = new NodeClock(steady);
    private int measured;

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    /** The node's clock is ahead by so much, and the answer takes 200 ms. */
    private CompletionStage<Long> measure(long aheadMillis) {
        measured++;
        NodeClock.Reading reading = clock.begin();
        pass(100);
        long nodeMillis = steady.millis() + aheadMillis;
        pass(100);
        return CompletableFuture.completedFuture(reading.end(nodeMillis));
    }

    private long offset(long aheadMillis) {
        return NodePort.get(clock.offsetMillis(() -> measure(aheadMillis)));
    }

    @Test
    void takesTheAnswersClockForTheMomentHalfWayAndAsksOnce() {
        assertThat(offset(4_000)).isEqualTo(4_000);
        assertThat(offset(9_000)).isEqualTo(4_000);
        assertThat(measured).isOne();
    }

    @Test
    void asksAgainOnceForgotten() {
        offset(4_000);
        clock.forget();
        assertThat(offset(-9_000)).isEqualTo(-9_000);
        assertThat(measured).isEqualTo(2);
    }

    @Test
    void aJumpOfTheOwnWallClockChangesNothingNotEvenWhileAReadingIsUnderWay() {
        NodeClock.Reading reading = clock.begin();
        wall.move(DAY);
        pass(10);
        assertThat(reading.end(steady.millis() + 4_000)).isEqualTo(4_005);
        wall.move(-DAY);
        assertThat(steady.millis() + offset(0)).isEqualTo(SetWallClock.START + 10 + 4_005);
    }

    @Test
    void whatACallMeasuredCountsThoughAnotherHadItForgottenMeanwhile() {
        long shown = NodePort.get(clock.offsetMillis(() -> measure(4_000).thenApply(offset -> {
            clock.forget();
            return offset;
        })));
        assertThat(shown).isEqualTo(4_000);
        assertThat(offset(5_000)).isEqualTo(5_000);
    }
}
