package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.RaftStatus;
import flare.repair.RepairWorker.Step;
import flare.repair.RepairWorker.Tally;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinatorTest {

    private static final WorkerActor.Pace PACE = new WorkerActor.Pace(1_000_000, Duration.ofMillis(5));

    private final ActorTestKit kit = ActorTestKit.create();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final ProgressBoard board = new ProgressBoard(metrics);
    private volatile OptionalLong leading = OptionalLong.empty();
    private final List<Scripted> made = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void runsWorkersOnlyWhileLeadingAndMakesNewOnesForEachTerm() {
        coordinate(() -> new Step.Idle(Duration.ofMillis(1)));
        assertThat(made).isEmpty();
        leading = OptionalLong.of(4);
        Awaitility.await().until(() -> made.size() == 1 && made.get(0).steps.get() > 2);
        leading = OptionalLong.of(7);
        Awaitility.await().until(() -> made.size() == 2 && made.get(1).steps.get() > 2);
        assertThat(made.get(1).term).isEqualTo(7);
        leading = OptionalLong.empty();
        Awaitility.await().until(() -> board.reports().get(0).state() == Progress.State.STOPPED);
        long after = made.get(1).steps.get();
        kit.createTestProbe().expectNoMessage(Duration.ofMillis(50));
        assertThat(made.get(1).steps.get()).isLessThanOrEqualTo(after + 1);
    }

    @Test
    void aStepThatFailsIsReportedAndTriedAgain() {
        leading = OptionalLong.of(1);
        coordinate(() -> {
            throw new IllegalStateException("thrown by test");
        });
        Awaitility.await().until(() -> !made.isEmpty() && made.get(0).steps.get() > 2);
        Progress report = board.reports().get(0);
        assertThat(report.state()).isEqualTo(Progress.State.FAILING);
        assertThat(report.note()).contains("thrown by test");
    }

    @Test
    void aStepThatMovedBytesIsFollowedByThePauseItsRateAsksFor() {
        leading = OptionalLong.of(1);
        List<Long> at = new CopyOnWriteArrayList<>();
        coordinate(() -> {
            at.add(System.nanoTime());
            return at.size() < 3 ? new Step.Busy(100_000) : new Step.Done();
        });
        Awaitility.await().until(() -> at.size() == 3);
        for (int i = 1; i < 3; i++) {
            assertThat(at.get(i) - at.get(i - 1))
                    .isGreaterThan(Duration.ofMillis(90).toNanos());
        }
    }

    @Test
    void aWorkerThatIsDoneIsNotSteppedAgain() {
        leading = OptionalLong.of(1);
        coordinate(Step.Done::new);
        Awaitility.await()
                .until(() ->
                        !board.reports().isEmpty() && board.reports().get(0).state() == Progress.State.DONE);
        kit.createTestProbe().expectNoMessage(Duration.ofMillis(30));
        assertThat(made.get(0).steps).hasValue(1);
    }

    @Test
    void reportsProgressAndAlarmsAsMetrics() {
        leading = OptionalLong.of(1);
        coordinate(() -> new Step.Idle(Duration.ofMillis(1)));
        Awaitility.await()
                .until(() -> metrics.find("flare.repair.alarm").gauge() != null
                        && metrics.get("flare.repair.done").gauge().value() >= 3);
        assertThat(metrics.get("flare.repair.alarm")
                        .tag("worker", "scripted")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(metrics.get("flare.repair.left").gauge().value()).isEqualTo(10);
        Progress report = board.reports().get(0);
        assertThat(report.perSecond()).isPositive();
        assertThat(report.estimatedEnd()).isPresent();
    }

    private void coordinate(Supplier<Step> step) {
        kit.spawn(Coordinator.create(
                () -> new RaftStatus("a", Optional.empty(), 1, leading, 1, 1, true, 1),
                new Coordinator.Duties(
                        List::of,
                        term -> {
                            Scripted worker = new Scripted(term, step);
                            made.add(worker);
                            return new ArrayList<>(List.of(worker));
                        },
                        PACE),
                board,
                System::nanoTime));
    }

    private static final class Scripted implements RepairWorker {
        final long term;
        final AtomicLong steps = new AtomicLong();
        private final Supplier<Step> step;

        Scripted(long term, Supplier<Step> step) {
            this.term = term;
            this.step = step;
        }

        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Step step() {
            steps.incrementAndGet();
            return step.get();
        }

        @Override
        public Tally tally() {
            return new Tally(steps.get(), 10, "", Optional.of("look here"));
        }
    }
}
