package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Query;
import org.junit.jupiter.api.Test;

class SimulationTest {

    private static final int SEEDS = 60;
    private static final int STEPS = 400;

    @Test
    void neverDeletesWhatSomeoneNeedsAndEndsWithExactlyWhatIsReferenced() {
        long deletions = 0;
        long lost = 0;
        long returned = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = new Simulation(seed, World::reclaim);
            try {
                simulation.run(STEPS);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            deletions += simulation.deletions;
            lost += simulation.lost;
            returned += simulation.returned;
        }
        assertThat(deletions).isGreaterThan(1_000);
        assertThat(lost).isGreaterThan(100);
        assertThat(returned).isGreaterThan(50);
    }

    @Test
    void noticesAReclaimThatIgnoresTheReadMarks() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Simulation simulation = new Simulation(
                    seed,
                    (world, metadata) ->
                            new ReclaimWorker(
                                    new Ask(metadata, World.SETTINGS.callTimeout()),
                                    world.dataNodes(),
                                    World.SETTINGS,
                                    world.metadata.term()) {
                                @Override
                                long freeableBelow(Query.Sessions sessions) {
                                    return Long.MAX_VALUE;
                                }
                            });
            try {
                simulation.run(STEPS);
            } catch (AssertionError caught) {
                return;
            }
        }
        throw new AssertionError("the planted bug went unnoticed for " + SEEDS + " seeds");
    }
}
