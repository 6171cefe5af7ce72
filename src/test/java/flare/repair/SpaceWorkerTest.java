package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Query;
import org.junit.jupiter.api.Test;

class SpaceWorkerTest {

    private final World world = new World(3, 2);

    private Query.Space space() {
        return world.ask.read(new Query.GetSpace());
    }

    @Test
    void countsWhatWasStoredBeforeAndIsDone() {
        for (int i = 0; i < 9; i++) {
            world.put("key" + i, 1, 2, 1, 2);
        }
        long bytes = world.records().stream().mapToLong(chunk -> chunk.length()).sum();
        SpaceWorker worker = new SpaceWorker(world.ask, 4, world.metadata.term());
        int steps = 1;
        while (worker.step() instanceof RepairWorker.Step.Busy) {
            assertThat(space().counted()).isFalse();
            assertThat(worker.tally().left()).isEqualTo(-1);
            // Another coordinator goes on where this one is.
            world.metadata.elect();
            worker = new SpaceWorker(world.ask, 4, world.metadata.term());
            steps++;
        }
        assertThat(steps).isGreaterThan(3);
        assertThat(worker.step()).isInstanceOf(RepairWorker.Step.Done.class);
        assertThat(worker.tally().left()).isZero();
        assertThat(space().bytes()).isEqualTo(bytes).isPositive();
        world.put("late", 1, 2, 1, 2);
        assertThat(space().bytes()).isGreaterThan(bytes);
    }
}
