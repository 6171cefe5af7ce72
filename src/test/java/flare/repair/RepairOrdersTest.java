package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Query;
import flare.model.NodeId;
import org.junit.jupiter.api.Test;

class RepairOrdersTest {

    private final World world = new World(3, 2);
    private final RepairOrders orders = new RepairOrders(world.metadata);
    private final RepairWorker heal =
            RepairOrders.obeying(world.heal(world.metadata, world.placement()), world.ask, World.SETTINGS.interval());

    @Test
    void makesNoCopiesWhilePausedAndAllOnceResumed() {
        world.put("short", 4, 2, 1);
        RepairOrders.Report paused = world.ask.await(orders.pause());
        assertThat(paused).isEqualTo(new RepairOrders.Report(true, 4, 0, 0));

        World.untilIdle(heal);
        assertThat(heal.tally().note()).contains("flare repair resume");
        assertThat(world.node(2).copies).isEmpty();

        assertThat(world.ask.await(orders.resume(false)).paused()).isFalse();
        World.untilIdle(heal);
        assertThat(heal.tally().note()).isEmpty();
        assertThat(world.ask.await(orders.report())).isEqualTo(new RepairOrders.Report(false, 0, 0, 0));
        assertThat(world.records())
                .hasSize(4)
                .allSatisfy(chunk -> assertThat(chunk.nodes()).containsExactlyInAnyOrder(new NodeId(1), new NodeId(2)));
    }

    @Test
    void aPauseHoldsForTheNextLeader() {
        world.put("short", 1, 2, 1);
        world.ask.await(orders.pause());
        world.metadata.elect();
        RepairWorker next = RepairOrders.obeying(
                world.heal(world.metadata, world.placement()), world.ask, World.SETTINGS.interval());

        World.untilIdle(next);

        assertThat(world.node(2).copies).isEmpty();
    }

    @Test
    void rebalancingRestsWithHealing() {
        RepairWorker rebalance =
                RepairOrders.obeying(world.rebalance(world.metadata), world.ask, World.SETTINGS.interval());
        world.ask.await(orders.pause());
        assertThat(rebalance.step()).isInstanceOf(RepairWorker.Step.Idle.class);
        assertThat(rebalance.tally().note()).contains("paused");
    }

    @Test
    void onlyAResumptionThatSaysSoIsAWordToTheOrphanSweep() {
        long before = sweepOrder();
        world.ask.await(orders.resume(false));
        assertThat(sweepOrder()).isEqualTo(before);
        world.ask.await(orders.resume(true));
        assertThat(sweepOrder()).isGreaterThan(before);
    }

    private long sweepOrder() {
        return world.ask.read(new Query.GetWorker(OrphanSweep.NAME)).started();
    }
}
