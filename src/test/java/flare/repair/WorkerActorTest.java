package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkerActorTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    private static final WorkerActor.Pace PACE = new WorkerActor.Pace(1, Duration.ofHours(1));

    private final ActorTestKit kit = ActorTestKit.create();
    private final TestProbe<String> steps = kit.createTestProbe();
    private final AtomicLong nowNanos = new AtomicLong();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void waitsForAsLongAsItsBytesTakeAtTheRate() {
        start(Duration.ZERO);
        steps.expectMessage("step");
        steps.expectNoMessage(SHORT);
    }

    @Test
    void countsTheStepsOwnTimeToTheRate() {
        start(Duration.ofHours(1));
        for (int i = 0; i < 5; i++) {
            steps.expectMessage("step");
        }
        assertThat(nowNanos.get()).isPositive();
    }

    /** Of steps that move as many bytes as an hour allows, and take so long. */
    private void start(Duration taken) {
        RepairWorker worker = new RepairWorker() {
            @Override
            public String name() {
                return "heal";
            }

            @Override
            public Step step() {
                nowNanos.addAndGet(taken.toNanos());
                steps.ref().tell("step");
                return new Step.Busy(3_600);
            }

            @Override
            public Tally tally() {
                return new Tally(0, 0, "", Optional.empty());
            }
        };
        kit.spawn(WorkerActor.create(worker, PACE, new ProgressBoard(new SimpleMeterRegistry()), nowNanos::get));
    }
}
