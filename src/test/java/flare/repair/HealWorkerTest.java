package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HealWorkerTest {

    private final World world = new World(4, 3);
    private final HealWorker heal = world.heal(world.metadata, world.placement());

    @Test
    void bringsAChunkToItsWantedCopies() {
        world.put("key", 7, 3, 1);
        World.untilIdle(heal);
        assertThat(world.records()).hasSize(7).allSatisfy(record -> {
            assertThat(record.nodes()).containsExactlyInAnyOrder(new NodeId(1), new NodeId(2), new NodeId(3));
            record.nodes()
                    .forEach(node -> assertThat(world.node(node.value()).copies).containsKey(record.id()));
        });
        assertThat(heal.tally().done()).isEqualTo(14);
        assertThat(heal.tally().left()).isZero();
    }

    @Test
    void countsWhatIsLeftBeyondThePageItWorksOn() {
        world.put("key", 2 * World.SETTINGS.batch(), 2, 1);
        heal.step();
        assertThat(heal.tally().left()).isEqualTo(World.SETTINGS.batch());
    }

    @Test
    void aPulledCopysGenerationIsItsPendingIndex() {
        world.put("key", 1, 2, 1);
        World.untilIdle(heal);
        ChunkRecord record = world.records().get(0);
        assertThat(world.node(2).copies.values())
                .singleElement()
                .satisfies(copy -> assertThat(copy.generation()).isPositive());
        assertThat(world.node(1).copies.get(record.id())).isEqualTo(copyOfAnUpload(record.id()));
    }

    private static MemoryNode.Copy copyOfAnUpload(ChunkId chunk) {
        return new MemoryNode.Copy(0, World.CHUNK_BYTES, World.crc(chunk));
    }

    @Test
    void takesAnotherSourceWhenOneIsBadAndDropsTheBadCopyAfterwards() {
        world.put("key", 1, 3, 1, 2);
        ChunkId chunk = world.records().get(0).id();
        world.node(1).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes())
                .containsExactlyInAnyOrder(new NodeId(2), new NodeId(3), new NodeId(4));
        assertThat(world.freed(1)).hasSize(1);
    }

    @Test
    void keepsAllLocationsWhenNoSourceIsGood() {
        world.put("key", 1, 3, 1, 2);
        ChunkId chunk = world.records().get(0).id();
        world.node(1).copies.remove(chunk);
        world.node(2).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(1), new NodeId(2));
        assertThat(world.ask.read(new Query.ListPending(1))).isEmpty();
        assertThat(heal.tally().note()).contains("gave a good copy of chunk " + chunk);
        assertThat(heal.tally().left()).isEqualTo(1);
    }

    @Test
    void aTargetThatFailsLeavesAFreedRowAndTheChunkIsTriedAgainLater() {
        world.put("key", 1, 2, 1);
        world.node(1).up = false;
        World.untilIdle(heal);
        assertThat(world.freed(2)).hasSize(1);
        world.node(1).up = true;
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).hasSize(1);
        world.nowNanos += World.SETTINGS.interval().toNanos() * 5;
        World.untilIdle(heal);
        // Node 2's copy is on its way out; another node takes the new one.
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(1), new NodeId(3));
    }

    @Test
    void oneHopelessChunkDoesNotHoldUpTheOthers() {
        for (int i = 0; i < 12; i++) {
            world.put("hopeless-" + i, 1, 3, 4);
        }
        world.node(4).up = false;
        world.put("hopeful", 2, 3, 1);
        World.untilIdle(heal);
        assertThat(world.records().stream().filter(record -> record.nodes().size() == 3))
                .hasSize(2);
    }

    @Test
    void givesUpWhatADeadCoordinatorLeftBehind() {
        world.put("key", 1, 2, 1);
        ChunkId chunk = world.records().get(0).id();
        world.ask.submit(new Command.PlanCopy(chunk, new NodeId(2), world.metadata.term()));
        world.metadata.elect();
        World.untilIdle(world.heal(world.metadata, world.placement()));
        assertThat(world.ask.read(new Query.ListPending(1))).isEmpty();
        assertThat(world.freed(2)).hasSize(1);
        assertThat(world.records().get(0).nodes()).hasSize(2).doesNotContain(new NodeId(2));
    }

    /** Its step had stopped waiting: nobody pulls for the row, and no other copy may go to the node meanwhile. */
    @Test
    void givesUpAPlanCommittedAfterItsStepHadStoppedWaiting() {
        world.put("key", 1, 2, 1);
        LatePlan late = new LatePlan(world.metadata);
        HealWorker impatient = world.heal(late, world.placement());
        assertThatThrownBy(impatient::step).isInstanceOf(FlareException.class);
        world.nodes.forEach(node -> node.up = node.number == 1);
        World.untilIdle(impatient);
        late.commit();
        world.nodes.forEach(node -> node.up = true);
        world.nowNanos += World.SETTINGS.interval().toNanos() * 5;
        World.untilIdle(impatient);
        assertThat(world.ask.read(new Query.ListPending(1))).isEmpty();
        assertThat(world.freed(2)).hasSize(1);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(1), new NodeId(3));
    }

    @Test
    void takesAwayCopiesBeyondThoseWanted() {
        world.put("key", 3, 2, 1, 2, 3);
        World.untilIdle(heal);
        assertThat(world.records())
                .allSatisfy(record -> assertThat(record.nodes()).containsExactly(new NodeId(1), new NodeId(2)));
        assertThat(world.freed(3)).hasSize(3);
        assertThat(world.ask.read(new Query.GetCounts()).repairs()).isZero();
    }

    @Test
    void takesAwayTheBadOneOfTooManyCopies() {
        world.put("key", 1, 2, 1, 2, 3);
        ChunkId chunk = world.records().get(0).id();
        world.node(1).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(2), new NodeId(3));
    }

    @Test
    void keepsAllCopiesWhereFewerThanWantedAreKnownToBeGood() {
        world.put("key", 1, 2, 1, 2, 3);
        ChunkId chunk = world.records().get(0).id();
        world.node(1).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        world.node(2).up = false;
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).hasSize(3);
        assertThat(heal.tally().note()).contains("not as many good ones");
        world.node(2).up = true;
        world.nowNanos += World.SETTINGS.interval().toNanos() * 5;
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(2), new NodeId(3));
    }

    @Test
    void takesTheCopyOffANodeThatLeavesBeforeOthers() {
        world.put("key", 1, 2, 1, 2, 3);
        world.ask.submit(new Command.SetNodeState(new NodeId(1), NodeState.DRAINING));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(2), new NodeId(3));
        assertThat(world.node(4).copies).isEmpty();
    }

    @Test
    void replacesALostNodesCopies() {
        world.put("key", 5, 2, 1, 2);
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        World.untilIdle(heal);
        assertThat(world.records())
                .allSatisfy(
                        record -> assertThat(record.nodes()).containsExactlyInAnyOrder(new NodeId(1), new NodeId(3)));
    }

    @Test
    void beginsWithWhatHasASingleCopyElsewhereThanOnLostNodes() {
        world.put("two", World.SETTINGS.batch(), 3, 1, 3, 2);
        world.put("one", 1, 2, 3, 2);
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        int last = World.SETTINGS.batch();
        while (world.records().get(last).nodes().contains(new NodeId(2))) {
            heal.step();
        }
        assertThat(world.records().get(0).nodes()).contains(new NodeId(2));
    }

    @Test
    void makesTheNewCopyBeforeItDropsTheLostOne() {
        world.put("key", 5, 2, 1, 2);
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        for (int i = 0; i < 10; i++) {
            heal.step();
            assertThat(world.records())
                    .allSatisfy(record -> assertThat(record.nodes()).hasSizeGreaterThanOrEqualTo(2));
        }
    }

    @Test
    void dropsALostCopyBesideAGoodOneWhereNoNodeCanTakeAnother() {
        world.put("key", 1, 4, 1, 2, 3, 4);
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes())
                .containsExactlyInAnyOrder(new NodeId(1), new NodeId(3), new NodeId(4));
    }

    @Test
    void keepsALostNodesLocationWhereItIsTheLast() {
        world.put("key", 1, 2, 2);
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(2));
    }

    /** Were it dropped, the sweep would delete the one good copy as an orphan when the node comes back. */
    @Test
    void keepsALostNodesLocationWhileNoOtherCopyIsKnownToBeGood() {
        world.put("key", 1, 2, 1, 2);
        ChunkId chunk = world.records().get(0).id();
        world.node(1).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 0));
        world.node(2).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.LOST));
        World.untilIdle(heal);
        assertThat(world.records().get(0).nodes()).containsExactly(new NodeId(1), new NodeId(2));
    }

    @Test
    void stopsAndAlarmsWhenMoreThanAThirdIsLost() {
        world.put("key", 1, 3, 1);
        world.ask.submit(new Command.SetNodeState(new NodeId(3), NodeState.LOST));
        world.ask.submit(new Command.SetNodeState(new NodeId(4), NodeState.LOST));
        World.untilIdle(heal);
        assertThat(heal.tally().alarm().orElseThrow()).contains("2 of 4 nodes are LOST");
        assertThat(world.records().get(0).nodes()).hasSize(1);
    }

    @Test
    void emptiesADrainingNodeAndNeverHasFewerCopiesThanBefore() {
        world.put("key", 5, 2, 1, 2);
        world.ask.submit(new Command.SetNodeState(new NodeId(1), NodeState.DRAINING));
        world.node(4).up = false;
        HealWorker draining = world.heal(
                world.metadata,
                (chunk, copies, excluded) -> world.placement().place(chunk, copies, with(excluded, new NodeId(1))));
        for (int i = 0; i < 20; i++) {
            draining.step();
            assertThat(world.records())
                    .allSatisfy(record -> assertThat(record.nodes()).hasSize(2));
        }
        assertThat(world.referencedOn(1)).isEmpty();
        assertThat(world.referencedOn(3)).hasSize(5);
    }

    private static Set<NodeId> with(Set<NodeId> nodes, NodeId one) {
        Set<NodeId> more = new HashSet<>(nodes);
        more.add(one);
        return more;
    }
}
