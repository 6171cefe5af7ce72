package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeState;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RebalanceWorkerTest {

    private final World world = new World(4, 2);
    private final RepairWorker rebalance = world.rebalance(world.metadata);

    @Test
    void levelsTheNodesAndRecordsThatItIsDone() {
        world.put("key", 90, 2, 1, 2);

        World.untilIdle(rebalance);

        assertThat(copiesPerNode()).allSatisfy(copies -> assertThat(copies).isBetween(40L, 50L));
        assertThat(world.records()).allSatisfy(record -> {
            assertThat(new HashSet<>(record.nodes())).hasSize(2);
            record.nodes()
                    .forEach(node -> assertThat(world.node(node.value()).copies).containsKey(record.id()));
        });
        assertThat(isBalanced()).isTrue();
        assertThat(world.ask.read(new Query.GetCounts()).repairs()).isZero();
        assertThat(world.ask.read(new Query.ListPending(1))).isEmpty();
        assertThat(rebalance.tally().left()).isZero();
        assertThat(rebalance.tally().done()).isBetween(80L, 108L);
    }

    @Test
    void doesNothingMoreUntilTheMapChanges() {
        world.put("first", 40, 2, 1, 2);
        World.untilIdle(rebalance);
        long done = rebalance.tally().done();

        world.put("second", 40, 2, 1, 2);
        World.untilIdle(rebalance);
        assertThat(rebalance.tally().done()).isEqualTo(done);

        world.ask.submit(order(Command.WorkerOrder.START));
        World.untilIdle(rebalance);
        assertThat(rebalance.tally().done()).isGreaterThan(done);
    }

    @Test
    void isCalledOffAndGoesOn() {
        world.put("key", 90, 2, 1, 2);
        rebalance.step();
        world.ask.submit(order(Command.WorkerOrder.PAUSE));
        World.untilIdle(rebalance);
        long done = rebalance.tally().done();
        assertThat(done).isBetween(1L, 10L);
        assertThat(rebalance.tally().note()).contains("called off", "flare rebalance start");

        world.metadata.elect();
        RepairWorker next = world.rebalance(world.metadata);
        World.untilIdle(next);
        assertThat(next.tally().done()).as("another leader keeps to it").isZero();

        world.ask.submit(order(Command.WorkerOrder.START));
        World.untilIdle(next);
        assertThat(copiesPerNode()).allSatisfy(copies -> assertThat(copies).isBetween(40L, 50L));
    }

    @Test
    void aMapThatChangesAndChangesBackIsBalancedAgain() {
        world.put("key", 90, 2, 1, 2);
        World.untilIdle(rebalance);
        HealWorker heal = world.heal(world.metadata, world.placement());
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.DRAINING));
        World.untilIdle(heal);
        assertThat(world.referencedOn(2)).isEmpty();
        world.put("other", 1, 2, 1, 3);
        world.metadata.renew();
        World.untilIdle(world.reclaim(world.metadata));
        assertThat(world.freed(2)).isEmpty();
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.ACTIVE));
        World.untilIdle(rebalance);
        assertThat(copiesPerNode()).allSatisfy(copies -> assertThat(copies).isBetween(40L, 50L));
    }

    @Test
    void aNewLeaderGoesOnAndNobodyGoesBack() {
        world.put("key", 90, 2, 1, 2);
        for (int i = 0; i < 5; i++) {
            rebalance.step();
        }
        world.metadata.elect();
        RepairWorker next = world.rebalance(world.metadata);
        World.untilIdle(next);
        assertThat(rebalance.tally().done() + next.tally().done()).isBetween(80L, 108L);
        assertThat(copiesPerNode()).allSatisfy(copies -> assertThat(copies).isBetween(40L, 50L));
    }

    @Test
    void waitsForNodesThatLeave() {
        world.put("key", 9, 2, 1, 2);
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.DRAINING));
        World.untilIdle(rebalance);
        assertThat(rebalance.tally().done()).isZero();
        assertThat(rebalance.tally().note()).contains("waits until node 2, which is DRAINING");
    }

    @Test
    void aNodeThatTakesNoCopiesNowIsAskedAgainLater() {
        world.put("key", 90, 2, 1, 2);
        world.node(4).up = false;
        World.untilIdle(rebalance);
        assertThat(rebalance.tally().note()).isEqualTo("node 4 takes no copies now");
        assertThat(isBalanced()).isFalse();
        world.node(4).up = true;
        World.untilIdle(rebalance);
        assertThat(copiesPerNode()).allSatisfy(copies -> assertThat(copies).isBetween(40L, 50L));
    }

    @Test
    void aCopyThatCanNotBeMovedStaysWhereItIs() {
        world.put("key", 20, 1, 1);
        world.node(1).copies.clear();
        World.untilIdle(rebalance);
        assertThat(world.records())
                .extracting(ChunkRecord::nodes)
                .allMatch(nodes -> nodes.equals(Arrays.asList(new NodeId(1))));
        assertThat(rebalance.tally().note()).contains("gave a good copy of chunk");
    }

    @Test
    void waitsForHealing() {
        CopyTurn turn = new CopyTurn(World.SETTINGS);
        RepairWorker heal = turn.first(world.heal(world.metadata, world.placement()));
        RepairWorker second = turn.second(rebalance);
        world.put("key", 9, 2, 1);
        second.step();
        assertThat(second.tally().note()).isEqualTo("waits for healing");
        World.untilIdle(heal);
        World.untilIdle(second);
        assertThat(second.tally().done()).isPositive();
        assertThat(second.tally().note()).isEmpty();
    }

    private static Command.OrderWorker order(Command.WorkerOrder order) {
        return new Command.OrderWorker(WorkerCursor.REBALANCE, order);
    }

    private boolean isBalanced() {
        return Rebalance.isBalanced(world.ask.read(new Query.GetWorker(WorkerCursor.REBALANCE)));
    }

    private Set<Long> copiesPerNode() {
        Set<Long> copies = new HashSet<>();
        for (int node = 1; node <= 4; node++) {
            copies.add((long) world.referencedOn(node).size());
        }
        return copies;
    }
}
