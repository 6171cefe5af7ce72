package flare.object;

import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.randomBytes;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.data.DataNode.DiskState;
import flare.data.DataNodeException.Kind;
import flare.metadata.Command;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.NodeId;
import flare.model.ObjectInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Copies that fail, differ or lag, and when the write goes on without them. */
class WriteFaultsTest {

    private static final byte[] BYTES = randomBytes(1, 2 * CHUNK_BYTES + 99_999);
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("write-faults");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @Test
    void quorumIsAMajorityAndBothOfTwo() {
        assertThat(List.of(Quorum.of(1, 0), Quorum.of(2, 0), Quorum.of(3, 0), Quorum.of(4, 0), Quorum.of(5, 0)))
                .containsExactly(1, 2, 2, 3, 3);
        assertThat(List.of(Quorum.of(3, 3), Quorum.of(3, 1), Quorum.of(1, 3))).containsExactly(3, 2, 1);
    }

    @Test
    void aWriteSucceedsWithItsQuorumWhereverACopyFailsAndFailsWithFewer() {
        List<Integer> positions = List.of(0, 1, CHUNK_BYTES / 2, CHUNK_BYTES - 1, CHUNK_BYTES);
        for (int copies = 1; copies <= 3; copies++) {
            for (int failing = 0; failing <= copies; failing++) {
                for (int position : positions) {
                    try (ObjectFixture flare = ObjectFixture.of(system, copies, copies)) {
                        flare.nodes.subList(0, failing).forEach(node -> node.failPutAt = position);
                        boolean enough = copies - failing >= Quorum.of(copies, 0);
                        String which = failing + " of " + copies + " copies fail at " + position;
                        if (enough) {
                            flare.put(BYTES);
                            assertThat(flare.get()).as(which).isEqualTo(BYTES);
                            assertThat(flare.metadata.inFlight()).as(which).isEmpty();
                            assertGoodLocationsOnly(flare);
                        } else {
                            assertThat(flare.putFault(BYTES)).as(which).isEqualTo(Fault.UNAVAILABLE);
                            flare.assertAbandoned();
                        }
                    }
                }
            }
        }
    }

    private static void assertGoodLocationsOnly(ObjectFixture flare) {
        Command.PutObject put = flare.metadata.commands(Command.PutObject.class).get(0);
        for (ChunkRecord chunk : ((Command.NewContent.Blob) put.content()).chunks()) {
            assertThat(chunk.nodes())
                    .isNotEmpty()
                    .allMatch(node -> flare.node(node.value()).copies.containsKey(chunk.id()));
        }
    }

    @Test
    void aCopyThatStoresOtherBytesOrSaysSoHasFailed() {
        List<Consumer<MemoryDataNode>> lies =
                List.of(node -> node.damagesWhatItStores = true, node -> node.claimsOtherChecksum = true);
        for (Consumer<MemoryDataNode> lie : lies) {
            try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
                lie.accept(flare.node(2));
                flare.put(BYTES);
                Command.PutObject put =
                        flare.metadata.commands(Command.PutObject.class).get(0);
                assertThat(((Command.NewContent.Blob) put.content()).chunks())
                        .allSatisfy(chunk -> assertThat(chunk.nodes()).doesNotContain(new NodeId(2)));
                lie.accept(flare.node(3));
                assertThat(fault(flare.service.put(request(BYTES.length), body(BYTES))))
                        .isEqualTo(Fault.UNAVAILABLE);
            }
        }
    }

    @Test
    void aNodeThatIsDownIsReplacedByAnotherThatIsNot() {
        try (ObjectFixture flare = ObjectFixture.of(system, 4, 1)) {
            flare.node(1).down = true;
            flare.node(2).failPutAt = 100;
            for (int i = 0; i < 4; i++) {
                flare.put(BYTES);
                assertThat(flare.get()).isEqualTo(BYTES);
            }
        }
    }

    @Test
    void fullAndBusyNodesAreNamedAsTheReason() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.node(1).failPutAt = 0;
            flare.node(1).putFailure = Kind.FULL;
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.INSUFFICIENT_STORAGE);
            flare.assertAbandoned();
            flare.node(1).putFailure = Kind.BUSY;
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.SLOW_DOWN);
        }
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.unusable.add(new NodeId(1));
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.UNAVAILABLE);
            flare.node(1).disk = DiskState.FULL;
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.INSUFFICIENT_STORAGE);
            flare.assertAbandoned();
        }
    }

    @Test
    void aLaggingCopyIsDroppedAndItsNodeLeftOutOfTheRest() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.node(3).stallPutAt = 1;
            byte[] bytes = randomBytes(2, 8 * CHUNK_BYTES);
            long startNanos = System.nanoTime();
            await(flare.service.put(request(bytes.length), body(bytes)));
            assertThat((System.nanoTime() - startNanos) / 1_000_000).isLessThan(8 * 200);
            assertThat(flare.get()).isEqualTo(bytes);
            assertThat(flare.node(3).putsBegun.get()).isLessThan(8);
            await().untilAsserted(() -> assertThat(flare.node(3).putsOpen.get()).isZero());
        }
    }

    @Test
    void aCopyThatNeverAcknowledgesIsNotWaitedForOnceAQuorumHas() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.node(1).neverAcknowledges = true;
            flare.put(BYTES);
            assertThat(flare.get()).isEqualTo(BYTES);
            assertGoodLocationsOnly(flare);
        }
    }

    @Test
    void aCopyOnANodeThatBecomesSilentIsWrittenAnewToAnother() {
        for (int copies = 1; copies <= 2; copies++) {
            try (ObjectFixture flare = ObjectFixture.of(system, copies + 1, copies)) {
                byte[] bytes = randomBytes(7, CHUNK_BYTES / 2);
                flare.node(1).stallPutAt = 10_000;
                CompletionStage<ObjectInfo> upload = flare.service.put(request(bytes.length), body(bytes));
                await().until(() -> flare.node(1).putsOpen.get() == 1);
                flare.silent.add(new NodeId(1));
                flare.unusable.add(new NodeId(1));
                await(upload);
                assertThat(flare.get()).isEqualTo(bytes);
                assertThat(flare.node(1).copies).isEmpty();
                assertGoodLocationsOnly(flare);
            }
        }
    }

    @Test
    void withoutAnotherNodeAWriteToASilentOneIsRefused() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.node(1).neverAcknowledges = true;
            flare.silent.add(new NodeId(1));
            long startNanos = System.nanoTime();
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.UNAVAILABLE);
            assertThat((System.nanoTime() - startNanos) / 1_000_000).isBetween(200L, 8 * 200L);
            flare.assertAbandoned();
        }
    }

    @Test
    void aCopyThatGoesOnIsNotGivenUpForMissedProbes() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.node(1).putPause = java.time.Duration.ofMillis(20);
            flare.silent.add(new NodeId(1));
            flare.put(BYTES);
            assertThat(flare.get()).isEqualTo(BYTES);
        }
    }

    @Test
    void nothingIsCommittedBeforeEveryChunkIsDurableOnAQuorum() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            byte[] bytes = randomBytes(5, 2 * CHUNK_BYTES);
            CompletableFuture<Void> durable = new CompletableFuture<>();
            flare.nodes.subList(0, 2).forEach(node -> node.durable = durable);
            CompletionStage<ObjectInfo> upload = flare.service.put(request(bytes.length), body(bytes));
            await().until(() -> flare.nodes.stream().allMatch(node -> node.copies.size() == 2));
            await().during(java.time.Duration.ofMillis(80))
                    .until(() ->
                            flare.metadata.commands(Command.PutObject.class).isEmpty());
            durable.complete(null);
            await(upload);
            assertThat(flare.get()).isEqualTo(bytes);
        }
    }

    @Test
    void memoryOfAnUploadIsBoundedWhateverItsLengthWhileACopyLags() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            CompletableFuture<Done> none = new CompletableFuture<>();
            flare.nodes.forEach(node -> node.stallPutAt = CHUNK_BYTES / 2);
            java.util.concurrent.atomic.AtomicLong taken = new java.util.concurrent.atomic.AtomicLong();
            Source<ByteString, ?> endless = Source.repeat(ByteString.fromArray(new byte[20_000]))
                    .map(bytes -> {
                        taken.addAndGet(bytes.size());
                        return bytes;
                    })
                    .takeWhile(bytes -> !none.isDone());
            CompletionStage<ObjectInfo> upload = flare.service.put(request(-1), endless);
            await().during(java.time.Duration.ofMillis(150)).until(() -> taken.get() < 6L * CHUNK_BYTES);
            none.complete(Done.getInstance());
            flare.nodes.forEach(node -> node.failPutAt = 0);
            assertThat(upload.toCompletableFuture().isDone()).isFalse();
        }
    }
}
