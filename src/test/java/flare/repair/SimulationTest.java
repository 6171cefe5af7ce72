package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Query;
import org.junit.jupiter.api.Test;

class SimulationTest {

    private static final long FIRST = Long.getLong("storm.seed", 1);
    private static final int SEEDS = Integer.getInteger("storm.simulations", 60);
    private static final int STEPS = 400;

    @Test
    void neverDeletesWhatSomeoneNeedsAndEndsWithExactlyWhatIsReferenced() {
        long deletions = 0;
        long lost = 0;
        long returned = 0;
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
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
        System.out.printf(
                "D11 %,d simulations from seed %d: %,d copies deleted, nodes %,d times lost and %,d times back, 0 wrong%n",
                SEEDS, FIRST, deletions, lost, returned);
        assertThat(deletions).isGreaterThan(16L * SEEDS);
        assertThat(lost).isGreaterThan(SEEDS);
        assertThat(returned).isGreaterThan(SEEDS / 2);
    }

    @Test
    void noticesAReclaimThatIgnoresTheReadMarks() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
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
