package flare.admin;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Query;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SpaceTotalsTest {

    private static NodeStatus node(int id, String state, boolean usable, long free, long total, String volume) {
        return new NodeStatus(
                id, "u", "http://h", "", 1, state, usable, usable ? null : "away", 1, 10, free, total, 5, 2, volume);
    }

    private static SpaceTotals of(int copies, NodeStatus... nodes) {
        return SpaceTotals.of(new Query.Space(true, 1, 2, 3, 4, 5, 6, List.of()), List.of(nodes), copies);
    }

    private static NodeStatus disk(int id, long room) {
        return node(id, "active", true, room + 5, room + 5, "v" + id);
    }

    @Test
    void aSmallNodeLimitsWhatTheOthersCanTakeWithIt() {
        assertThat(of(1, disk(1, 100), disk(2, 30)).room().freeBytes()).isEqualTo(130);
        assertThat(of(2, disk(1, 100), disk(2, 30)).room().freeBytes()).isEqualTo(30);
        assertThat(of(2, disk(1, 100), disk(2, 30), disk(3, 20)).room().freeBytes())
                .isEqualTo(50);
        assertThat(of(2, disk(1, 40), disk(2, 40), disk(3, 40)).room().freeBytes())
                .isEqualTo(60);
        assertThat(of(3, disk(1, 40), disk(2, 40)).room().freeBytes()).isZero();
        assertThat(of(1).room().totalBytes()).isZero();
    }

    /** By giving each byte's copies to the fullest disks in turn, which wastes nothing. */
    @Test
    void asMuchFitsAsCanBePlaced() {
        for (long seed = 1; seed <= 200; seed++) {
            Random random = new Random(seed);
            int copies = 1 + random.nextInt(3);
            long[] room = random.longs(1 + random.nextInt(5), 0, 40).toArray();
            NodeStatus[] nodes = IntStream.range(0, room.length)
                    .mapToObj(i -> disk(i + 1, room[i]))
                    .toArray(NodeStatus[]::new);
            long placed = 0;
            long[] left = room.clone();
            while (true) {
                java.util.Arrays.sort(left);
                if (left.length < copies || left[left.length - copies] == 0) {
                    break;
                }
                for (int copy = 1; copy <= copies; copy++) {
                    left[left.length - copy]--;
                }
                placed++;
            }
            assertThat(of(copies, nodes).room().freeBytes()).as("seed %d", seed).isEqualTo(placed);
        }
    }

    @Test
    void nodesOfOneFileSystemShareIt() {
        SpaceTotals shared = of(2, node(1, "active", true, 45, 100, "v"), node(2, "active", true, 45, 100, "v"));
        assertThat(shared.raw().totalBytes()).isEqualTo(100);
        assertThat(shared.raw().freeBytes()).isEqualTo(45);
        assertThat(shared.raw().trashBytes()).isEqualTo(4);
        assertThat(shared.room()).isEqualTo(new SpaceTotals.Room(2, 47, 20));
        SpaceTotals unknown = of(2, node(1, "active", true, 45, 100, ""), node(2, "active", true, 45, 100, ""));
        assertThat(unknown.room()).isEqualTo(new SpaceTotals.Room(2, 95, 40));
    }

    @Test
    void nodesThatAreAwayTakeNothingNewAndLostOnesAreNotCounted() {
        SpaceTotals totals = of(
                1,
                disk(1, 40),
                node(2, "active", false, 45, 45, "v2"),
                node(3, "draining", false, 45, 45, "v3"),
                node(4, "lost", false, 45, 45, "v4"),
                node(5, "active", false, -1, -1, ""));
        assertThat(totals.raw()).isEqualTo(new SpaceTotals.Raw(135, 135, 15, 40, 0, 0, 8, 1));
        assertThat(totals.room()).isEqualTo(new SpaceTotals.Room(1, 80, 40));
        assertThat(totals.stored().bytes()).isEqualTo(6);
    }
}
