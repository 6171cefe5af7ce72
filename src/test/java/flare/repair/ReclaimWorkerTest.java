package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.Session;
import flare.model.BlobId;
import flare.model.ChunkRecord;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReclaimWorkerTest {

    private final World world = new World(3, 2);
    private final ReclaimWorker reclaim = world.reclaim(world.metadata);

    @Test
    void deletesADeadBlobsCopiesOnceEveryReadMarkIsPast() {
        world.put("key", 9, 2, 1, 2);
        world.delete("key");
        World.untilIdle(reclaim);
        assertThat(world.freed(1)).hasSize(9);
        assertThat(world.node(1).copies).hasSize(9);
        assertThat(reclaim.tally().left()).isEqualTo(18);
        renewTwice();
        World.untilIdle(reclaim);
        assertThat(world.node(1).copies).isEmpty();
        assertThat(world.node(2).copies).isEmpty();
        assertThat(world.freed(1)).isEmpty();
        assertThat(world.records()).isEmpty();
        assertThat(reclaim.tally()).isEqualTo(new RepairWorker.Tally(18, 0, "", java.util.Optional.empty()));
    }

    @Test
    void aPinnedReaderHoldsBackWhatWasFreedUnderIt() {
        world.put("key", 1, 2, 1, 2);
        Session.Pin pin = world.metadata.session().pin();
        world.delete("key");
        world.metadata.renew();
        World.untilIdle(reclaim);
        world.metadata.renew();
        World.untilIdle(reclaim);
        assertThat(world.node(1).copies).hasSize(1);
        pin.close();
        world.metadata.renew();
        world.metadata.renew();
        World.untilIdle(reclaim);
        assertThat(world.node(1).copies).isEmpty();
    }

    @Test
    void aNodeThatIsDownKeepsItsRowsAndTheOthersGoOn() {
        world.put("key", 3, 2, 1, 2);
        world.delete("key");
        World.untilIdle(reclaim);
        renewTwice();
        world.node(1).up = false;
        World.untilIdle(reclaim);
        assertThat(world.freed(1)).hasSize(3);
        assertThat(world.freed(2)).isEmpty();
        assertThat(reclaim.tally().note()).contains("node 1 is down");
        world.node(1).up = true;
        World.untilIdle(reclaim);
        assertThat(world.node(1).copies).isEmpty();
        assertThat(world.freed(1)).isEmpty();
    }

    @Test
    void rowsOfALostNodeAreClearedSinceNobodyCanConfirmThem() {
        world.put("key", 2, 2, 1, 2);
        world.delete("key");
        World.untilIdle(reclaim);
        renewTwice();
        world.node(1).up = false;
        world.ask.submit(new Command.SetNodeState(new NodeId(1), NodeState.LOST));
        World.untilIdle(reclaim);
        assertThat(world.freed(1)).isEmpty();
        assertThat(world.records()).isEmpty();
    }

    @Test
    void aDeposedCoordinatorFreesNothing() {
        world.put("key", 1, 2, 1, 2);
        world.delete("key");
        world.metadata.elect();
        assertThatThrownBy(reclaim::step).isInstanceOf(FlareException.class);
        assertThat(world.freed(1)).isEmpty();
    }

    @Test
    void reclaimNowLeavesExactlyWhatIsReferencedAndSaysSo() {
        world.put("kept", 2, 2, 1, 2);
        world.put("gone", 2, 2, 2, 3);
        world.delete("gone");
        BlobId aborted = world.metadata.session().newBlob();
        List<ChunkRecord> reported = world.write(aborted, 3, 1, 3);
        world.metadata.session().abandon(aborted, reported);
        world.metadata.renew();
        BlobId unreported = world.metadata.session().newBlob();
        world.write(unreported, 2, 3);
        world.metadata.session().settled(unreported);
        ReclaimReport report = reclaimNow().run(Duration.ofHours(1));
        assertThat(report.remains()).isEmpty();
        assertThat(report.complete()).isTrue();
        assertThat(report.orphans()).isEqualTo(2);
        for (int node = 1; node <= 3; node++) {
            assertThat(world.node(node).copies.keySet()).isEqualTo(world.referencedOn(node));
        }
        assertThat(world.node(3).copies).isEmpty();
        for (int node = 1; node <= 3; node++) {
            assertThat(world.node(node).trashEmptied).isEqualTo(1);
        }
    }

    @Test
    void reclaimNowSaysWhatHoldsItBack() {
        world.put("gone", 1, 2, 1, 2);
        try (Session.Pin pin = world.metadata.session().pin()) {
            world.delete("gone");
            BlobId uploading = world.metadata.session().newBlob();
            world.write(uploading, 1, 3);
            world.node(2).up = false;
            ReclaimReport report = reclaimNow().run(Duration.ofMillis(1));
            assertThat(report.complete()).isFalse();
            assertThat(String.join("\n", report.remains()))
                    .contains("1 copies of uploads whose outcome is not known yet")
                    .contains("not swept: node 2")
                    .contains("session " + pin.session() + " may read at");
        }
    }

    /** The first renewal's read mark is the last index before it, the second one's is past it. */
    private void renewTwice() {
        world.metadata.renew();
        world.metadata.renew();
    }

    /** On a clock that moves, and sessions renew, each time it is read. */
    private ReclaimNow reclaimNow() {
        return new ReclaimNow(
                world.ask,
                world.dataNodes(),
                reclaim,
                world.sweep(world.metadata),
                () -> {
                    world.metadata.renew();
                    return world.nowNanos += Duration.ofSeconds(1).toNanos();
                },
                Duration.ZERO);
    }

    @Test
    void restsWhenAllRowsAreHeldBackOnNodesOfSeveralPages() {
        world.put("a", 13, 2, 1, 2);
        world.put("b", 5, 2, 2, 3);
        world.delete("a");
        world.delete("b");
        World.untilIdle(reclaim);
        World.untilIdle(reclaim);
        assertThat(reclaim.tally().left()).isEqualTo(36);
        assertThat(world.ask.read(new Query.ListDeadBlobs(1))).isEmpty();
    }
}
