package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DiskCheckTest {

    private static final int BATCH = 3;

    private final World world = new World(3, 2);

    private static DiskReport run(DiskCheck check) {
        while (check.step()) {
            assertThat(check.report().chunks()).isLessThan(10_000);
        }
        return check.report();
    }

    private DiskReport compare() {
        return run(world.diskCheck(BATCH));
    }

    @Test
    void findsNothingWhereAllIsAsRecorded() {
        world.put("a", 7, 2, 1, 2);
        world.put("b", 5, 2, 3, 1);
        world.write(world.metadata.session().newBlob(), 2, 3);
        DiskReport report = compare();
        assertThat(report)
                .usingRecursiveComparison()
                .isEqualTo(new DiskReport(12, 12, 24, 26, 2, 0, 0, 0, 0, 0, 0, List.of(), List.of(), List.of()));
    }

    @Test
    void findsNothingInAnEmptyCluster() {
        assertThat(compare().chunks()).isZero();
    }

    @Test
    void namesMissingCopiesAndLostChunks() {
        BlobId blob = world.put("a", 7, 2, 1, 2);
        world.node(1).copies.remove(new ChunkId(blob, 2));
        world.node(1).copies.remove(new ChunkId(blob, 6));
        world.node(2).copies.remove(new ChunkId(blob, 6));
        DiskReport report = compare();
        assertThat(report.missing()).isEqualTo(3);
        assertThat(report.lost()).isEqualTo(1);
        assertThat(report.first())
                .containsExactly(
                        "chunk " + new ChunkId(blob, 2) + ": node 1 lacks its copy",
                        "chunk " + new ChunkId(blob, 6) + ": lost, none of its nodes [1, 2] has a copy");
    }

    @Test
    void tellsOfALostChunkThatAnotherNodeHasACopy() {
        BlobId blob = world.put("a", 1, 2, 1, 2);
        world.metadata.renew();
        ChunkId chunk = new ChunkId(blob, 0);
        world.node(3).copies.put(chunk, world.node(1).copies.remove(chunk));
        world.node(2).copies.remove(chunk);
        DiskReport report = compare();
        assertThat(report.lost()).isEqualTo(1);
        assertThat(report.unlocated()).isEqualTo(1);
        assertThat(report.first()).anyMatch(line -> line.contains("but [3] has one"));
    }

    @Test
    void namesCopiesThatNothingRefersToAndForeignOnes() {
        world.put("a", 4, 2, 1, 2);
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, 5, 2);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        ChunkId foreign = new ChunkId(new BlobId(99_999, 1), 0);
        world.node(3).copies.put(foreign, new MemoryNode.Copy(0, World.CHUNK_BYTES, 1));
        DiskReport report = compare();
        assertThat(report.orphans()).isEqualTo(5);
        assertThat(report.foreign()).isEqualTo(1);
        assertThat(report.missing()).isZero();
        assertThat(report.first())
                .hasSize(6)
                .contains("chunk " + new ChunkId(cutOff, 4) + ": nothing refers to it, and node 2 has a copy")
                .anyMatch(line -> line.startsWith("chunk " + foreign + ": node 3") && line.contains("never issued"));
    }

    @Test
    void saysOfWhichNodesItKnowsNothing() {
        world.put("a", 4, 2, 1, 2);
        world.put("b", 2, 1, 2);
        world.node(2).up = false;
        DiskReport report = compare();
        assertThat(report.notAsked()).singleElement().asString().startsWith("node 2 with 6 recorded copies: ");
        assertThat(report.missing()).isZero();
        assertThat(report.lost()).isZero();
        assertThat(report.doubtful()).isEqualTo(2);

        world.node(2).up = true;
        world.ask.submit(new Command.MarkLost(new NodeId(2), OptionalLong.empty()));
        assertThat(compare().onDisks())
                .as("asked all the same in a world that finds it")
                .isEqualTo(10);
    }

    /** Copies come, go and are deleted between all that it asks. */
    @Test
    void findsNothingWrongInWhatChangesMeanwhile() {
        for (long seed = 1; seed <= 60; seed++) {
            Changes changes = new Changes(seed);
            World changing = new World(4, 2, changes);
            changes.begin(changing);
            for (int i = 0; i < 20; i++) {
                changes.change();
            }
            DiskReport report = run(changing.diskCheck(BATCH));
            assertThat(report.first()).as("seed %d", seed).isEmpty();
            assertThat(report.notAsked()).as("seed %d", seed).isEmpty();
            assertThat(changes.made).isGreaterThan(20);
        }
    }

    private static final class Changes implements MemoryNode.Hooks {

        private final SplittableRandom random;
        private final List<String> keys = new ArrayList<>();
        private World world = new World(1, 1);
        private boolean changing = true;
        private int made;

        private Changes(long seed) {
            this.random = new SplittableRandom(seed);
        }

        private void begin(World changed) {
            world = changed;
            changing = false;
        }

        @Override
        public void before(String call) {
            if (!changing && random.nextInt(2) == 0) {
                change();
            }
        }

        @Override
        public void deleting(MemoryNode node, ChunkId chunk, long freedIndex) {}

        private void change() {
            changing = true;
            made++;
            switch (random.nextInt(5)) {
                case 0 -> delete();
                case 1 -> World.untilIdle(world.heal(world.metadata, world.placement()));
                case 2 -> {
                    world.metadata.renew();
                    World.untilIdle(world.reclaim(world.metadata));
                }
                default -> put();
            }
            changing = false;
        }

        private void put() {
            String key = "k" + made;
            int node = 1 + random.nextInt(4);
            if (random.nextBoolean()) {
                world.put(key, 1 + random.nextInt(4), 2, node, node % 4 + 1);
            } else {
                world.put(key, 1 + random.nextInt(4), 2, node);
            }
            keys.add(key);
        }

        private void delete() {
            if (!keys.isEmpty()) {
                world.delete(keys.remove(random.nextInt(keys.size())));
            }
        }
    }
}
