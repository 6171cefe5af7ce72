package flare.placement;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.PlacementSettings.Strategy;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.BehaviorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

class PlacementActorTest {

    private final AtomicLong nanos = new AtomicLong();
    private final NodePace pace = new NodePace("writes", nanos::get);
    private final BehaviorTestKit<PlacementActor.Command> actor =
            BehaviorTestKit.create(PlacementActor.create(Strategy.ROUND_ROBIN, pace));

    @Test
    void hasAHandlerForEachCommand() {
        TestInbox<PlacementActor.Placed> inbox = TestInbox.create();
        List<PlacementActor.Command> one = List.of(
                new PlacementActor.Place(chunk(0), 1, Set.of(), inbox.getRef()),
                new PlacementActor.CandidatesChanged(List.of()),
                new PlacementActor.StrategyChanged(Strategy.ROUND_ROBIN));
        assertThat(one.stream().map(Object::getClass))
                .containsExactlyInAnyOrder(PlacementActor.Command.class.getPermittedSubclasses());
        one.forEach(actor::run);
    }

    @Test
    void answersWithNoNodesBeforeAnyAreKnown() {
        assertThat(place(chunk(0), 2)).isEmpty();
    }

    @Test
    void takesHealthyNodesInTurn() {
        know(usable(1, "a"), usable(2, "b"), usable(3, "c"));
        assertThat(place(chunk(0), 1)).isEqualTo(ids(1));
        assertThat(place(chunk(1), 1)).isEqualTo(ids(2));
        assertThat(place(chunk(2), 1)).isEqualTo(ids(3));
        assertThat(place(chunk(3), 1)).isEqualTo(ids(1));
        assertThat(place(chunk(4), 2)).isEqualTo(ids(2, 3));
        assertThat(place(chunk(5), 2)).isEqualTo(ids(3, 1));
    }

    @Test
    void skipsNodesThatAreNotUsable() {
        know(usable(1, "a"), new Candidate(new NodeId(2), "b", 1, false), usable(3, "c"));
        assertThat(place(chunk(0), 3)).isEqualTo(ids(1, 3));
        assertThat(place(chunk(1), 1)).isEqualTo(ids(3));
        assertThat(place(chunk(2), 1)).isEqualTo(ids(1));
    }

    @Test
    void passesOverANodeThatLagsWhereAnotherOfItsZoneCanTakeTheCopy() {
        know(usable(1, "a"), usable(2, "a"), usable(3, "b"));
        for (int i = 0; i < 8; i++) {
            pace.transferred(new NodeId(1), true);
            pace.transferred(new NodeId(3), true);
        }
        assertThat(place(chunk(0), 1)).isEqualTo(ids(2));
        assertThat(place(chunk(1), 2)).isEqualTo(ids(2, 3));
        assertThat(place(chunk(2), 3)).isEqualTo(ids(2, 3, 1));
    }

    @Test
    void givesFewerWhenThereAreNoMore() {
        know(usable(1, "a"));
        assertThat(place(chunk(0), 3)).isEqualTo(ids(1));
    }

    @Test
    void prefersDistinctZones() {
        know(usable(1, "a"), usable(2, "a"), usable(3, "a"), usable(4, "b"));
        assertThat(place(chunk(0), 2)).isEqualTo(ids(1, 4));
        assertThat(place(chunk(1), 2)).isEqualTo(ids(2, 4));
        assertThat(place(chunk(2), 3)).isEqualTo(ids(3, 4, 1));
    }

    @Test
    void neverTakesAnExcludedNodeAndAvoidsItsZone() {
        know(usable(1, "a"), usable(2, "a"), usable(3, "b"));
        assertThat(place(chunk(0), 1, new NodeId(1))).isEqualTo(ids(3));
        assertThat(place(chunk(0), 1, new NodeId(3), new NodeId(1))).isEqualTo(ids(2));
        assertThat(place(chunk(0), 3, new NodeId(1), new NodeId(2), new NodeId(3)))
                .isEmpty();
    }

    @Test
    void followsTheClustersStrategy() {
        know(usable(1, "a"), usable(2, "b"), usable(3, "c"));
        actor.run(new PlacementActor.StrategyChanged(Strategy.CONSISTENT_HASH));
        List<NodeId> first = place(chunk(7), 2);
        assertThat(first).hasSize(2);
        for (int i = 0; i < 5; i++) {
            assertThat(place(chunk(7), 2)).isEqualTo(first);
        }
    }

    @Test
    void theDoorAnswersWhatTheActorDecides() throws Exception {
        ActorTestKit kit = ActorTestKit.create();
        try {
            var ref = kit.spawn(PlacementActor.create(Strategy.ROUND_ROBIN, pace));
            ref.tell(new PlacementActor.CandidatesChanged(List.of(usable(1, "a"), usable(2, "a"))));
            Placement placement = new ActorPlacement(ref, kit.system());
            assertThat(placement
                            .place(chunk(0), 2, Set.of(new NodeId(1)))
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS))
                    .isEqualTo(ids(2));
        } finally {
            kit.shutdownTestKit();
        }
    }

    private void know(Candidate... candidates) {
        actor.run(new PlacementActor.CandidatesChanged(List.of(candidates)));
    }

    private List<NodeId> place(ChunkId chunk, int copies, NodeId... excluded) {
        TestInbox<PlacementActor.Placed> inbox = TestInbox.create();
        actor.run(new PlacementActor.Place(chunk, copies, Set.of(excluded), inbox.getRef()));
        return inbox.receiveMessage().nodes();
    }

    private static Candidate usable(int node, String zone) {
        return new Candidate(new NodeId(node), zone, 1, true);
    }

    private static List<NodeId> ids(int... nodes) {
        return java.util.Arrays.stream(nodes).mapToObj(NodeId::new).toList();
    }

    private static ChunkId chunk(int ordinal) {
        return new ChunkId(new BlobId(1, 1), ordinal);
    }
}
