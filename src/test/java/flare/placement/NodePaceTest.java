package flare.placement;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.NodeId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class NodePaceTest {

    private static final NodeId NODE = new NodeId(1);

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final NodePace pace = new NodePace("reads", nanos::get);

    private void transfers(boolean late, int times) {
        for (int i = 0; i < times; i++) {
            pace.transferred(NODE, late);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void lagsOnceHalfOfItsLastTransfersWereLate() {
        transfers(false, 100);
        transfers(true, 3);
        assertThat(pace.lags(NODE)).isFalse();
        transfers(true, 1);
        assertThat(pace.lags(NODE)).isTrue();
        assertThat(pace.lags(new NodeId(2))).isFalse();
        transfers(false, 4);
        assertThat(pace.lags(NODE)).isTrue();
        transfers(false, 1);
        assertThat(pace.lags(NODE)).isFalse();
    }

    @Test
    void isTriedNowAndThenAndEverMoreRarelyWhileItIsLate() {
        transfers(true, 8);
        assertThat(pace.passesOver(NODE)).isTrue();
        Duration pause = Duration.ofSeconds(1);
        for (int trial = 0; trial < 10; trial++) {
            pass(pause.minusMillis(1));
            assertThat(pace.passesOver(NODE)).as("trial %s", trial).isTrue();
            pass(Duration.ofMillis(1));
            assertThat(pace.passesOver(NODE)).as("trial %s", trial).isFalse();
            assertThat(pace.passesOver(NODE)).as("one at a time").isTrue();
            transfers(true, 1);
            pause = Duration.ofSeconds(Math.min(64, 2 * pause.toSeconds()));
        }
    }

    @Test
    void isTriedAgainAtOnceAfterATrialInTime() {
        transfers(true, 8);
        pass(Duration.ofSeconds(1));
        for (int trial = 0; trial < 5; trial++) {
            assertThat(pace.passesOver(NODE)).isFalse();
            transfers(false, 1);
        }
        assertThat(pace.lags(NODE)).isFalse();
    }
}
