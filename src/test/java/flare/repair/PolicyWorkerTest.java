package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyWorkerTest {

    private final World world = new World(4, 2);
    private PolicyWorker policy = worker();

    private PolicyWorker worker() {
        return new PolicyWorker(world.ask, World.SETTINGS.interval(), World.SETTINGS.batch(), world.metadata.term());
    }

    private void copies(int copies) {
        world.ask.submit(new Command.SetClusterSettings(Optional.of(copies), Optional.empty()));
    }

    private void align() {
        World.untilIdle(policy);
        World.untilIdle(world.heal(world.metadata, world.placement()));
    }

    private void everyChunkHas(int copies) {
        assertThat(world.records())
                .isNotEmpty()
                .allSatisfy(record -> assertThat(record.nodes()).hasSize(copies));
        assertThat(world.ask.read(new Query.GetCounts()).repairs()).isZero();
    }

    @Test
    void oldObjectsGetTheCopiesThatAreWantedNowAndLoseThoseThatAreNot() {
        world.put("key", 9, 2, 1, 2);
        world.put("other", 2, 2, 3, 4);
        align();
        everyChunkHas(2);
        copies(3);
        align();
        everyChunkHas(3);
        assertThat(policy.tally().done()).isEqualTo(11);
        copies(1);
        align();
        everyChunkHas(1);
    }

    @Test
    void refusesMoreCopiesThanNodesAreActive() {
        assertThatThrownBy(() -> copies(5))
                .isInstanceOfSatisfying(
                        FlareException.class, e -> assertThat(e.fault()).isEqualTo(Fault.CONFLICT));
        assertThat(world.ask
                        .read(new Query.GetCluster())
                        .orElseThrow()
                        .settings()
                        .wantedCopies())
                .isEqualTo(2);
    }

    @Test
    void goesOnWhereAnotherCoordinatorLeftIt() {
        for (int i = 0; i < 12; i++) {
            world.put("key" + i, 1, 2, 1, 2);
        }
        copies(3);
        policy.step();
        String position = world.ask
                .read(new Query.GetWorker(WorkerCursor.POLICY))
                .cursor()
                .position();
        assertThat(position).isEqualTo(world.records().get(3).id().toString());
        world.metadata.elect();
        policy = worker();
        align();
        everyChunkHas(3);
        assertThat(policy.tally().done()).isEqualTo(8);
    }

    /** A process that had not heard of the change yet. */
    @Test
    void alignsWhatWasWrittenByTheOldNumberBehindItsBack() {
        world.put("key", 2, 2, 1, 2);
        copies(3);
        align();
        world.put("late", 2, 2, 1, 2);
        align();
        everyChunkHas(3);
    }
}
