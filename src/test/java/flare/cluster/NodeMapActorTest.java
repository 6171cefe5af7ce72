package flare.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import flare.cluster.NodeView.Health;
import flare.config.HealthSettings;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.placement.Candidate;
import flare.placement.PlacementActor;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.FishingOutcomes;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Time is manual: a probe happens when the test moves the clock by one interval. */
class NodeMapActorTest {

    private static final Room ROOM = new Room(70, 100, 5, 1, "");
    private static final HealthSettings SETTINGS =
            new HealthSettings(Duration.ofSeconds(10), Duration.ofSeconds(4), 3, 2);
    private static final NodeInfo ONE = node(1, 5);
    private static final NodeInfo TWO = node(2, 5);

    private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
    private final ManualTime time = ManualTime.get(kit.system());
    private final TestProbe<PlacementActor.Command> placement = kit.createTestProbe();
    private final NodeMap map = new NodeMap();
    private final Map<NodeId, Supplier<CompletionStage<Probe>>> answers = new ConcurrentHashMap<>();
    private final List<URI> asked = new CopyOnWriteArrayList<>();
    private final ActorRef<NodeMapActor.Command> actor =
            kit.spawn(NodeMapActor.create(map, placement.ref(), this::probe, SETTINGS));

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    @Test
    void offersANodeAfterItsFirstGoodAnswerAndNoneBefore() {
        answers.put(ONE.id(), CompletableFuture::new);
        list(ONE);
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        answer(ONE, Probe.Disk.OK);
        time.timePasses(SETTINGS.timeout());
        tick();
        assertThat(candidates()).containsExactly(candidate(ONE, true));
        assertThat(map.usableNodes()).isEqualTo(1);
        assertThat(map.find(ONE.id()).orElseThrow().room().freeBytes()).isEqualTo(70);
    }

    @Test
    void takesSeveralFailuresToTurnUnhealthyAndSeveralSuccessesToRecover() {
        healthy(ONE);
        fail(ONE);
        tick();
        tick();
        assertThat(map.usableNodes()).isEqualTo(1);
        tick();
        awaitHealth(ONE, Health.UNHEALTHY);
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        assertThat(map.find(ONE.id()).orElseThrow().reason()).contains("refused by test");
        assertThat(map.find(ONE.id()).orElseThrow().answers()).isFalse();
        answer(ONE, Probe.Disk.OK);
        tick();
        assertThat(map.usableNodes()).isZero();
        tick();
        awaitHealth(ONE, Health.HEALTHY);
        assertThat(candidates()).containsExactly(candidate(ONE, true));
    }

    @Test
    void aSuccessBetweenFailuresBeginsTheCountAnew() {
        healthy(ONE);
        for (int i = 0; i < 4; i++) {
            fail(ONE);
            tick();
            tick();
            answer(ONE, Probe.Disk.OK);
            tick();
        }
        placement.expectNoMessage();
        assertThat(map.usableNodes()).isEqualTo(1);
    }

    @Test
    void anAnswerThatTakesTooLongIsAFailureAndItsLateArrivalIsIgnored() {
        healthy(ONE);
        CompletableFuture<Probe> late = new CompletableFuture<>();
        answers.put(ONE.id(), () -> late);
        for (int i = 0; i < 3; i++) {
            tick();
            time.timePasses(SETTINGS.timeout());
        }
        awaitHealth(ONE, Health.UNHEALTHY);
        assertThat(map.find(ONE.id()).orElseThrow().reason()).contains("within PT4S");
        candidates();
        late.complete(good(ONE, Probe.Disk.OK));
        placement.expectNoMessage();
    }

    @Test
    void aFullNodeStaysHealthyButTakesNoCopies() {
        healthy(ONE);
        answer(ONE, Probe.Disk.FULL);
        tick();
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        NodeView view = map.find(ONE.id()).orElseThrow();
        assertThat(view.health()).isEqualTo(Health.HEALTHY);
        assertThat(view.reason()).isEqualTo("full");
    }

    @Test
    void aFailedDiskCountsAtOnce() {
        healthy(ONE);
        answer(ONE, Probe.Disk.FAILED);
        tick();
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        NodeView view = map.find(ONE.id()).orElseThrow();
        assertThat(view.reason()).isEqualTo("its disk failed");
        assertThat(view.answers()).isTrue();
    }

    @Test
    void anotherIdentityAtTheAddressCountsAtOnceAndIsNamed() {
        healthy(ONE);
        UUID stranger = new UUID(9, 9);
        answers.put(ONE.id(), () -> CompletableFuture.completedStage(new Probe(stranger, 5, ROOM, Probe.Disk.OK)));
        tick();
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        NodeView view = map.find(ONE.id()).orElseThrow();
        assertThat(view.reason()).contains("another node, " + stranger);
        assertThat(view.answers()).isFalse();
    }

    @Test
    void anIncarnationBelowTheRecordedOneIsARestoredDisk() {
        healthy(ONE);
        answers.put(ONE.id(), () -> CompletableFuture.completedStage(new Probe(ONE.uuid(), 4, ROOM, Probe.Disk.OK)));
        tick();
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        assertThat(map.find(ONE.id()).orElseThrow().reason()).contains("restored disk: incarnation 4");
    }

    @Test
    void aDrainingOrLostNodeIsProbedAndNotOfferedARemovedOneIsNotEvenProbed() {
        healthy(ONE);
        list(with(ONE, NodeState.DRAINING));
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        assertThat(map.find(ONE.id()).orElseThrow().reason()).isEqualTo("draining");
        list(with(ONE, NodeState.LOST));
        Awaitility.await().until(() -> map.find(ONE.id()).orElseThrow().reason().equals("lost"));
        fail(ONE);
        for (int i = 0; i < 3; i++) {
            tick();
        }
        awaitHealth(ONE, Health.UNHEALTHY);
        assertThat(map.find(ONE.id()).orElseThrow().reason()).contains("lost: ", "refused by test");
        answer(ONE, Probe.Disk.OK);
        tick();
        tick();
        awaitHealth(ONE, Health.HEALTHY);
        assertThat(map.usableNodes()).isZero();
        placement.expectNoMessage();
        list(with(ONE, NodeState.REMOVED));
        Awaitility.await().until(() -> map.find(ONE.id()).orElseThrow().reason().equals("removed"));
        asked.clear();
        tick();
        assertThat(asked).isEmpty();
    }

    @Test
    void aDistrustedNodeIsNotOfferedHoweverWellItAnswers() {
        healthy(ONE);
        actor.tell(new NodeMapActor.Distrust(ONE.id(), "two processes"));
        assertThat(candidates()).containsExactly(candidate(ONE, false));
        assertThat(map.find(ONE.id()).orElseThrow().reason()).isEqualTo("two processes");
        tick();
        placement.expectNoMessage();
        actor.tell(new NodeMapActor.Trust(ONE.id()));
        assertThat(candidates()).containsExactly(candidate(ONE, true));
    }

    @Test
    void followsANodeToItsNewAddress() {
        healthy(ONE);
        NodeInfo moved = new NodeInfo(ONE.id(), ONE.uuid(), URI.create("http://moved:1"), "z", 1, 5, NodeState.ACTIVE);
        list(moved);
        asked.clear();
        Awaitility.await().until(() -> {
            tick();
            return asked.contains(moved.url());
        });
    }

    @Test
    void aProberThatThrowsIsAFailedProbeNotTheEndOfProbing() {
        healthy(ONE);
        answers.put(ONE.id(), () -> {
            throw new IllegalStateException("thrown by test");
        });
        for (int i = 0; i < 3; i++) {
            tick();
        }
        awaitHealth(ONE, Health.UNHEALTHY);
        answer(ONE, Probe.Disk.OK);
        tick();
        tick();
        awaitHealth(ONE, Health.HEALTHY);
    }

    @Test
    void oneNodesTroubleLeavesTheOthersAlone() {
        answer(ONE, Probe.Disk.OK);
        answer(TWO, Probe.Disk.OK);
        list(ONE, TWO);
        tick();
        Awaitility.await().until(() -> map.usableNodes() == 2);
        fail(TWO);
        for (int i = 0; i < 3; i++) {
            tick();
        }
        awaitHealth(TWO, Health.UNHEALTHY);
        assertThat(map.find(ONE.id()).orElseThrow().usable()).isTrue();
    }

    private CompletionStage<Probe> probe(NodeInfo node) {
        asked.add(node.url());
        return Objects.requireNonNull(answers.get(node.id())).get();
    }

    private void healthy(NodeInfo node) {
        answer(node, Probe.Disk.OK);
        list(node);
        tick();
        Awaitility.await().until(() -> map.usableNodes() == 1);
        placement.fishForMessage(
                Duration.ofSeconds(3),
                command -> command.equals(new PlacementActor.CandidatesChanged(List.of(candidate(node, true))))
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore());
    }

    /** Moves the clock by one interval and waits until what came of it has been taken in. */
    private void tick() {
        time.timePasses(SETTINGS.interval());
        settle();
    }

    /** Long enough for an answer to reach the health actor and its finding the parent; both do no work to speak of. */
    private void settle() {
        kit.createTestProbe().expectNoMessage(Duration.ofMillis(30));
    }

    private void list(NodeInfo... nodes) {
        actor.tell(new NodeMapActor.NodesListed(List.of(nodes)));
        settle();
    }

    private void answer(NodeInfo node, Probe.Disk disk) {
        answers.put(node.id(), () -> CompletableFuture.completedStage(good(node, disk)));
    }

    private void fail(NodeInfo node) {
        answers.put(node.id(), () -> CompletableFuture.failedStage(new IllegalStateException("refused by test")));
    }

    private void awaitHealth(NodeInfo node, Health health) {
        Awaitility.await().until(() -> map.find(node.id()).orElseThrow().health() == health);
    }

    private List<Candidate> candidates() {
        return placement
                .expectMessageClass(PlacementActor.CandidatesChanged.class)
                .candidates();
    }

    private static Probe good(NodeInfo node, Probe.Disk disk) {
        return new Probe(node.uuid(), node.incarnation(), ROOM, disk);
    }

    private static Candidate candidate(NodeInfo node, boolean usable) {
        return new Candidate(node.id(), node.zone(), node.weight(), usable);
    }

    private static NodeInfo node(int id, long incarnation) {
        return new NodeInfo(
                new NodeId(id), new UUID(0, id), URI.create("http://n" + id), "z", 1, incarnation, NodeState.ACTIVE);
    }

    private static NodeInfo with(NodeInfo node, NodeState state) {
        return new NodeInfo(node.id(), node.uuid(), node.url(), node.zone(), node.weight(), node.incarnation(), state);
    }
}
