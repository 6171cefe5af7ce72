package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.config.ScrubSettings;
import flare.metadata.Command;
import flare.metadata.Command.WorkerOrder;
import flare.metadata.Query;
import flare.model.ByteSize;
import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.repair.RepairWorker.Step;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScrubWorkerTest {

    private static final long START = 1_750_000_000_000L;
    private static final Duration PERIOD = Duration.ofDays(7);
    private static final int CHUNK_BYTES = World.CHUNK_BYTES;
    /** Two copies of a chunk a second. */
    private static final ScrubSettings SETTINGS = new ScrubSettings(true, PERIOD, new ByteSize(2L * CHUNK_BYTES), 2);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScrubMetrics metrics = new ScrubMetrics(registry);
    private final List<String> calls = new ArrayList<>();
    private final World world = new World(4, 2, new MemoryNode.Hooks() {
        @Override
        public void before(String call) {
            calls.add(call);
        }

        @Override
        public void deleting(MemoryNode node, ChunkId chunk, long freedIndex) {}
    });

    private ScrubWorker scrub = worker(SETTINGS);

    private ScrubWorker worker(ScrubSettings settings) {
        return new ScrubWorker(
                world.ask,
                new CopyVerifier(world.dataNodes(), node -> true, settings.perNode(), Duration.ofSeconds(5)),
                new ScrubPace(settings, World.SETTINGS),
                metrics,
                new ScrubWorker.Clocks(() -> world.nowNanos, () -> START + world.nowNanos / 1_000_000),
                world.metadata.term());
    }

    /** Steps until the worker rests, with the time its pauses take. */
    private void untilIdle() {
        for (int i = 0; i < 10_000; i++) {
            if (!go()) {
                return;
            }
        }
        throw new AssertionError("never rests: " + scrub.tally());
    }

    /** Answers whether there is more. */
    private boolean go() {
        if (scrub.step() instanceof Step.Paced paced) {
            world.nowNanos += paced.pause().toNanos();
            return true;
        }
        return false;
    }

    private void elect() {
        world.metadata.elect();
        scrub = worker(SETTINGS);
    }

    private ScrubState kept() {
        return ScrubState.of(
                world.ask.read(new Query.GetWorker(ScrubWorker.NAME)).cursor());
    }

    private void order(WorkerOrder order) {
        world.ask.submit(new Command.OrderWorker(ScrubWorker.NAME, order));
    }

    private ChunkId chunk(int number) {
        return world.records().get(number).id();
    }

    private void corrupt(int node, ChunkId chunk) {
        world.node(node).copies.put(chunk, new MemoryNode.Copy(0, CHUNK_BYTES, 0));
    }

    private double counted(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    @Test
    void checksEveryCopyOnceAndThenRests() {
        world.put("key", 30, 2, 1, 2);
        world.put("other", 5, 2, 3, 4);
        untilIdle();
        assertThat(calls).hasSize(70).containsOnly("verify");
        ScrubPass last = kept().last();
        assertThat(last.copies()).isEqualTo(70);
        assertThat(last.bytes()).isEqualTo(70L * CHUNK_BYTES);
        assertThat(last.corrupt() + last.missing() + last.damaged() + last.unanswered())
                .isZero();
        assertThat(scrub.tally().alarm()).isEmpty();
        assertThat(scrub.tally().left()).isZero();
        assertThat(counted("flare.scrub.copies")).isEqualTo(70);
        assertThat(registry.get("flare.scrub.last.pass.end").gauge().value()).isEqualTo(last.endedMillis() / 1e3);
        untilIdle();
        assertThat(calls).hasSize(70);
        world.nowNanos += PERIOD.toNanos();
        untilIdle();
        assertThat(calls).hasSize(140);
    }

    @Test
    void goesAtItsRate() {
        world.put("key", 30, 2, 1, 2);
        untilIdle();
        assertThat(Duration.ofNanos(world.nowNanos)).isBetween(Duration.ofSeconds(29), Duration.ofSeconds(31));
    }

    @Test
    void dropsWhatIsCorruptOrMissingAndHealingMakesItAnew() {
        world.put("key", 10, 2, 1, 2);
        corrupt(1, chunk(3));
        world.node(2).copies.remove(chunk(7));
        untilIdle();
        assertThat(kept().last().corrupt()).isEqualTo(1);
        assertThat(kept().last().missing()).isEqualTo(1);
        assertThat(kept().last().kept()).isZero();
        assertThat(counted("flare.scrub.found", "kind", "corrupt")).isEqualTo(1);
        assertThat(counted("flare.scrub.found", "kind", "missing")).isEqualTo(1);
        assertThat(world.records().get(3).nodes()).containsExactly(new NodeId(2));
        assertThat(world.records().get(7).nodes()).containsExactly(new NodeId(1));
        World.untilIdle(world.heal(world.metadata, world.placement()));
        assertThat(world.records()).allSatisfy(record -> {
            assertThat(record.nodes()).hasSize(2);
            record.nodes()
                    .forEach(node -> assertThat(world.node(node.value()).copies)
                            .hasEntrySatisfying(
                                    record.id(),
                                    copy -> assertThat(copy.crc32c()).isEqualTo(record.crc32c())));
        });
        order(WorkerOrder.START);
        untilIdle();
        assertThat(kept().last().corrupt() + kept().last().missing()).isZero();
        assertThat(kept().last().copies()).isEqualTo(20);
    }

    @Test
    void keepsTheLastCopyAndRaisesAnAlarm() {
        world.put("key", 3, 1, 1);
        corrupt(1, chunk(1));
        untilIdle();
        assertThat(world.records().get(1).nodes()).containsExactly(new NodeId(1));
        assertThat(world.freed(1)).isEmpty();
        assertThat(scrub.tally().alarm().orElseThrow())
                .isEqualTo("1 chunks have no good copy (such as [" + chunk(1) + "])");
        assertThat(counted("flare.scrub.found", "kind", "damaged")).isEqualTo(1);
        elect();
        scrub.step();
        assertThat(scrub.tally().alarm().orElseThrow()).contains("1 chunks have no good copy (the log names them)");
        world.node(1).copies.put(chunk(1), new MemoryNode.Copy(0, CHUNK_BYTES, World.crc(chunk(1))));
        order(WorkerOrder.START);
        untilIdle();
        assertThat(scrub.tally().alarm()).isEmpty();
    }

    @Test
    void keepsAllLocationsWhereAllCopiesAreBad() {
        world.put("key", 1, 2, 1, 2);
        corrupt(1, chunk(0));
        world.node(2).copies.clear();
        untilIdle();
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(1), new NodeId(2));
        assertThat(kept().last().kept()).isEqualTo(2);
        assertThat(kept().last().damaged()).isEqualTo(1);
    }

    @Test
    void keepsABadCopyWhileNoOtherIsKnownToBeGoodAndLooksAgainSoon() {
        world.put("key", 1, 2, 1, 2);
        corrupt(1, chunk(0));
        world.node(2).up = false;
        untilIdle();
        assertThat(world.records().get(0).nodes()).hasSize(2);
        assertThat(kept().last().kept()).isEqualTo(1);
        assertThat(kept().last().unanswered()).isEqualTo(1);
        assertThat(kept().last().damaged()).isZero();
        assertThat(scrub.tally().alarm()).isEmpty();
        world.node(2).up = true;
        world.nowNanos += PERIOD.dividedBy(8).toNanos();
        untilIdle();
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(2));
    }

    @Test
    void asksNoLostNodes() {
        world.put("key", 4, 2, 1, 2);
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        world.node(2).up = false;
        untilIdle();
        assertThat(kept().last().copies()).isEqualTo(4);
        assertThat(kept().last().unanswered()).isZero();
    }

    @Test
    void countsNothingThatIsDeletedWhileItIsChecked() {
        world.put("key", 4, 2, 1, 2);
        world.put("other", 1, 2, 1, 2);
        scrub.step();
        // The page was read with all of them.
        world.delete("key");
        World.untilIdle(world.reclaim(world.metadata));
        world.metadata.renew();
        world.metadata.renew();
        World.untilIdle(world.reclaim(world.metadata));
        assertThat(world.node(1).copies).hasSize(1);
        untilIdle();
        assertThat(kept().last().missing()).isZero();
        assertThat(kept().last().damaged()).isZero();
        assertThat(kept().last().endedMillis()).isPositive();
    }

    @Test
    void goesOnWhereAnotherCoordinatorLeftIt() {
        world.put("key", 60, 2, 1, 2);
        corrupt(1, chunk(2));
        for (int i = 0; i < 25; i++) {
            assertThat(go()).isTrue();
        }
        ScrubState before = kept();
        assertThat(before.running()).isTrue();
        assertThat(before.pass().copies()).isBetween(20L, 50L);
        elect();
        calls.clear();
        untilIdle();
        ScrubPass last = kept().last();
        assertThat(last.startedMillis()).isEqualTo(before.pass().startedMillis());
        assertThat(last.corrupt()).isEqualTo(1);
        assertThat(last.copies()).isEqualTo(120);
        assertThat(calls).hasSize((int) (120 - before.pass().copies()));
    }

    @Test
    void aCoordinatorWhoseTermIsOverTurnsNothingBack() {
        world.put("key", 60, 2, 1, 2);
        scrub.step();
        ScrubState before = kept();
        world.metadata.elect();
        world.nowNanos += Duration.ofMinutes(1).toNanos();
        assertThatThrownBy(scrub::step)
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFLICT));
        assertThat(kept()).isEqualTo(before);
    }

    @Test
    void leavesNothingOutWhereAStepFailed() {
        world.put("key", 10, 2, 1, 2);
        corrupt(1, chunk(0));
        assertThat(go()).isTrue();
        corrupt(2, chunk(5));
        for (int i = 0; i < 3; i++) {
            world.metadata.refuse(true);
            assertThatThrownBy(scrub::step).isInstanceOf(FlareException.class);
            world.metadata.refuse(false);
            assertThat(go()).isTrue();
        }
        untilIdle();
        assertThat(kept().last().copies()).isEqualTo(20);
        assertThat(kept().last().corrupt()).isEqualTo(2);
    }

    @Test
    void restsWhilePausedAndGoesOnWhereItWas() {
        world.put("key", 60, 2, 1, 2);
        go();
        order(WorkerOrder.PAUSE);
        assertThat(go()).isFalse();
        assertThat(scrub.tally().note()).isEqualTo("paused");
        calls.clear();
        order(WorkerOrder.RESUME);
        untilIdle();
        assertThat(kept().last().copies()).isEqualTo(120);
        assertThat(calls.size()).isLessThan(120);
    }

    @Test
    void beginsAnewWhenOrderedAndEndsAPause() {
        world.put("key", 20, 2, 1, 2);
        go();
        go();
        order(WorkerOrder.PAUSE);
        go();
        calls.clear();
        order(WorkerOrder.START);
        assertThat(go()).isTrue();
        assertThat(kept().byHand()).isTrue();
        untilIdle();
        assertThat(calls).hasSize(40);
        untilIdle();
        assertThat(calls).hasSize(40);
    }

    @Test
    void beginsNoPassByItselfWhereItIsOff() {
        world.put("key", 2, 2, 1, 2);
        scrub = worker(new ScrubSettings(false, PERIOD, ByteSize.mebibytes(1), 1));
        assertThat(go()).isFalse();
        assertThat(calls).isEmpty();
        assertThat(scrub.tally().note()).contains("flare.scrub.enabled");
        order(WorkerOrder.START);
        untilIdle();
        assertThat(calls).hasSize(4);
    }

    @Test
    void aLatePassLeavesOutWhatCameSinceItBegan() {
        world.put("old", 30, 2, 1, 2);
        world.metadata.renew();
        go();
        world.put("new", 30, 2, 1, 2);
        world.nowNanos += PERIOD.toNanos();
        for (int i = 0; i < 1_000 && kept().last().endedMillis() == 0; i++) {
            assertThat(go()).isTrue();
        }
        assertThat(kept().last().copies()).isEqualTo(60);
        untilIdle();
        assertThat(kept().last().copies()).isEqualTo(120);
    }

    @Test
    void raisesAnAlarmWhenCopiesWereNotCheckedInTime() {
        world.put("key", 60, 2, 1, 2);
        go();
        order(WorkerOrder.PAUSE);
        go();
        assertThat(scrub.tally().alarm()).isEmpty();
        world.nowNanos += PERIOD.plusSeconds(1).toNanos();
        go();
        assertThat(scrub.tally().alarm().orElseThrow())
                .isEqualTo("not all copies were checked within PT168H: scrubbing is paused");
        order(WorkerOrder.RESUME);
        untilIdle();
        assertThat(scrub.tally().alarm()).isEmpty();
    }

    @Test
    void tellsHowFarItIs() {
        ScrubPace pace = new ScrubPace(SETTINGS, World.SETTINGS);
        world.put("key", 20, 2, 1, 2);
        assertThat(report(pace).state()).isEqualTo(ScrubReport.State.WAITING);
        corrupt(1, chunk(0));
        go();
        ScrubReport running = report(pace);
        assertThat(running.state()).isEqualTo(ScrubReport.State.RUNNING);
        assertThat(running.pass().orElseThrow().corrupt()).isEqualTo(1);
        assertThat(running.last()).isEmpty();
        assertThat(running.heldCopies()).isEqualTo(39);
        assertThat(running.bytesPerSecond()).isEqualTo(SETTINGS.floor().bytes());
        order(WorkerOrder.PAUSE);
        assertThat(report(pace).state()).isEqualTo(ScrubReport.State.PAUSED);
        order(WorkerOrder.START);
        assertThat(report(pace).state()).isEqualTo(ScrubReport.State.ORDERED);
        untilIdle();
        assertThat(report(pace).state()).isEqualTo(ScrubReport.State.WAITING);
        assertThat(report(pace).pass()).isEmpty();
        assertThat(report(pace).next()).isPresent();
    }

    private ScrubReport report(ScrubPace pace) {
        return ScrubReport.of(
                world.ask.read(new Query.GetWorker(ScrubWorker.NAME)),
                world.ask.read(new Query.ListNodes()),
                pace,
                START + world.nowNanos / 1_000_000);
    }

    @Test
    void takesAPassOverNothingForAPass() {
        untilIdle();
        assertThat(kept().last().endedMillis()).isPositive();
    }
}
