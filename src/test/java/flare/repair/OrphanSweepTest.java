package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class OrphanSweepTest {

    private final World world = new World(3, 2);
    private final OrphanSweep sweep = world.sweep(world.metadata);

    @Test
    void freesWhatNothingRefersToAndNothingElse() {
        world.put("kept", 6, 2, 1, 2);
        BlobId uploading = world.metadata.session().newBlob();
        world.write(uploading, 1, 1);
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, 5, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        // The upload under way holds the write mark below the one that was cut off.
        assertThat(world.freed(1)).isEmpty();
        assertThat(sweep.lastPass().orElseThrow().inFlight()).isEqualTo(6);
        world.metadata.session().settled(uploading);
        world.metadata.renew();
        world.nowNanos += World.SETTINGS.orphanInterval().toNanos();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).hasSize(6);
        assertThat(world.freed(2)).isEmpty();
        assertThat(sweep.lastPass().orElseThrow().orphans()).isEqualTo(6);
    }

    @Test
    void aCopyThatNoRecordNamesCountsAgainWhereOthersAreMissed() {
        BlobId moved = world.put("moved", 3, 2, 1, 2);
        world.metadata.renew();
        for (int ordinal = 0; ordinal < 3; ordinal++) {
            ChunkId chunk = new ChunkId(moved, ordinal);
            world.node(3).copies.put(chunk, world.node(1).copies.get(chunk));
            world.node(1).copies.remove(chunk);
        }
        World.untilIdle(sweep);
        assertThat(sweep.adopted()).isEqualTo(3);
        assertThat(world.freed(3)).isEmpty();
        assertThat(world.ask.read(new Query.ListChunks(moved, 0, 3)))
                .allSatisfy(chunk ->
                        assertThat(chunk.nodes()).containsExactly(new NodeId(1), new NodeId(2), new NodeId(3)));
        // Surplus trims the location where nothing is.
        World.untilIdle(world.heal(world.metadata, world.placement()));
        assertThat(world.ask.read(new Query.ListChunks(moved, 0, 3)))
                .allSatisfy(chunk -> assertThat(chunk.nodes()).containsExactly(new NodeId(2), new NodeId(3)));
    }

    @Test
    void aCopyThatNoRecordNamesGoesOnceAsManyAsWantedWereVerified() {
        BlobId kept = world.put("kept", 2, 2, 1, 2);
        world.metadata.renew();
        for (int ordinal = 0; ordinal < 2; ordinal++) {
            ChunkId chunk = new ChunkId(kept, ordinal);
            world.node(3).copies.put(chunk, world.node(1).copies.get(chunk));
        }
        world.node(2).up = false;
        World.untilIdle(sweep);
        assertThat(sweep.adopted()).as("one of two can't be asked").isEqualTo(2);
        World.untilIdle(sweep);
        assertThat(world.freed(3)).isEmpty();
        world.node(2).up = true;
        World.untilIdle(world.heal(world.metadata, world.placement()));
        assertThat(world.ask.read(new Query.ListChunks(kept, 0, 2)))
                .allSatisfy(chunk -> assertThat(chunk.nodes()).hasSize(2));
    }

    @Test
    void aBadCopyThatNoRecordNamesIsNeitherRecordedNorFreedWhileOthersAreMissed() {
        BlobId missed = world.put("missed", 1, 2, 1, 2);
        world.metadata.renew();
        ChunkId chunk = new ChunkId(missed, 0);
        world.node(3).copies.put(chunk, new MemoryNode.Copy(0, World.CHUNK_BYTES, 7));
        world.node(2).copies.remove(chunk);
        World.untilIdle(sweep);
        assertThat(sweep.adopted()).isZero();
        assertThat(world.freed(3)).isEmpty();
    }

    @Test
    void takesUploadsOfAnEndedSessionForOrphans() {
        BlobId uploading = world.metadata.session().newBlob();
        world.write(uploading, 3, 2);
        world.metadata.replaceSession();
        World.untilIdle(sweep);
        assertThat(world.freed(2)).hasSize(3);
    }

    @Test
    void stopsAtAChunkOfASessionNeverIssued() {
        world.node(1).copies.put(new ChunkId(new BlobId(99_999, 1), 0), new MemoryNode.Copy(0, World.CHUNK_BYTES, 1));
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, 1, 1, 2);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(sweep.alarm().orElseThrow()).contains("never issued").contains("node 1");
        assertThat(sweep.tally().alarm()).isPresent();
        assertThat(world.freed(1)).isEmpty();
        world.nowNanos += World.SETTINGS.orphanInterval().toNanos() * 2;
        World.untilIdle(sweep);
        assertThat(world.freed(2)).isEmpty();
    }

    @Test
    void stopsBeforeFreeingMoreThanTheLimitAndGoesOnAtAnOperatorsWord() {
        int tooMany = World.SETTINGS.orphanStopCount() + 1;
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, tooMany, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(sweep.alarm().orElseThrow()).contains("more than 20 chunks");
        assertThat(world.freed(1)).isEmpty();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).isEmpty();
        world.resumeSweep();
        World.untilIdle(sweep);
        assertThat(sweep.alarm()).isEmpty();
        assertThat(world.freed(1)).hasSize(tooMany);
    }

    @Test
    void countsTheOrphansOfAllNodesBeforeItFreesTheFirst() {
        int most = World.SETTINGS.orphanStopCount();
        for (int node = 1; node <= 2; node++) {
            BlobId cutOff = world.metadata.session().newBlob();
            world.write(cutOff, most / 2 + 1, node);
            world.metadata.session().settled(cutOff);
        }
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(sweep.alarm().orElseThrow()).contains("more than 20 chunks").contains("node 2");
        assertThat(world.freed(1)).isEmpty();
        assertThat(world.freed(2)).isEmpty();
        world.resumeSweep();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).hasSize(most / 2 + 1);
        assertThat(world.freed(2)).hasSize(most / 2 + 1);
    }

    @Test
    void takesNoOrderForItsOwnThatWasGivenBeforeItStopped() {
        world.resumeSweep();
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, World.SETTINGS.orphanStopCount() + 1, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        World.untilIdle(sweep);
        assertThat(sweep.alarm().orElseThrow()).contains("flare repair resume --orphans");
        assertThat(world.freed(1)).isEmpty();
    }

    @Test
    void freesUpToTheLimitWithoutAsking() {
        int most = World.SETTINGS.orphanStopCount();
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, most, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).hasSize(most);
    }

    @Test
    void whatANodeMayHaveKeptThatWasLostIsNotTakenForTooManyButWhatIsBeyondItIs() {
        int tooMany = World.SETTINGS.orphanStopCount() + 1;
        loseWithAllDeleted(tooMany);
        World.untilIdle(sweep);
        assertThat(sweep.alarm()).isEmpty();
        assertThat(world.freed(1)).hasSize(tooMany);
        assertThat(world.ask.read(new Query.ListNodes())).allMatch(usage -> usage.leftBehind() == 0);
    }

    @Test
    void stopsAtTooManyBeyondWhatANodeMayHaveKept() {
        int tooMany = World.SETTINGS.orphanStopCount() + 1;
        loseWithAllDeleted(tooMany);
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, tooMany, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(sweep.alarm()).isPresent();
        assertThat(world.freed(1)).isEmpty();
    }

    /** Node 1 comes back with chunks that were deleted while it was LOST. */
    private void loseWithAllDeleted(int chunks) {
        ReclaimWorker reclaim = world.reclaim(world.metadata);
        world.put("key", chunks, 2, 1, 2);
        world.ask.submit(new Command.MarkLost(new NodeId(1), OptionalLong.of(world.metadata.term())));
        world.delete("key");
        World.untilIdle(reclaim);
        world.metadata.renew();
        world.metadata.renew();
        World.untilIdle(reclaim);
        assertThat(world.freed(1)).isEmpty();
        assertThat(world.node(1).copies).hasSize(chunks);
        assertThat(world.ask.read(new Query.ListNodes()).get(0).leftBehind()).isEqualTo(chunks);
        world.ask.submit(new Command.ReturnNode(new NodeId(1), 9, world.metadata.term()));
    }

    @Test
    void passesOverANodeThatIsDownAndNamesIt() {
        world.node(2).up = false;
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, 1, 1, 3);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).hasSize(1);
        assertThat(world.freed(3)).hasSize(1);
        assertThat(sweep.lastPass().orElseThrow().skippedNodes())
                .singleElement()
                .asString()
                .contains("node 2");
    }

    @Test
    void waitsBetweenPasses() {
        World.untilIdle(sweep);
        BlobId cutOff = world.metadata.session().newBlob();
        world.write(cutOff, 1, 1);
        world.metadata.session().settled(cutOff);
        world.metadata.renew();
        world.nowNanos +=
                World.SETTINGS.orphanInterval().minus(Duration.ofSeconds(1)).toNanos();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).isEmpty();
        world.nowNanos += Duration.ofSeconds(1).toNanos();
        World.untilIdle(sweep);
        assertThat(world.freed(1)).hasSize(1);
    }
}
