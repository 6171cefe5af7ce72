package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.randomBytes;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import flare.data.DataNode.DiskState;
import flare.data.DataNodeException.Kind;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import flare.object.ObjectService.PutRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

    private static Fault fault(CompletionStage<?> stage) {
        FlareException failure = catchThrowableOfType(FlareException.class, () -> await(stage));
        assertThat(failure).as("a failure is expected").isNotNull();
        return failure.fault();
    }

    private static Fault putFault(ObjectFixture flare) {
        return fault(flare.service.put(request(BYTES.length), body(BYTES)));
    }

    /** No command was submitted, and the blob is reported with every copy that was begun, after the last has ended. */
    private static void assertAbandoned(ObjectFixture flare) {
        await().untilAsserted(() -> assertThat(flare.metadata.inFlight()).isEmpty());
        assertThat(flare.metadata.commands(Command.PutObject.class)).isEmpty();
        assertThat(flare.metadata.settled).isEmpty();
        for (int number = 1; number <= flare.nodes.size(); number++) {
            NodeId node = new NodeId(number);
            for (ChunkId chunk : flare.node(number).copies.keySet()) {
                List<ChunkRecord> reported = flare.metadata.abandoned.get(chunk.blob());
                assertThat(reported)
                        .as("copy of %s on node %s", chunk, node)
                        .anyMatch(record ->
                                record.id().equals(chunk) && record.nodes().contains(node));
            }
        }
        assertThat(flare.service.head(BUCKET, KEY))
                .as("no object")
                .failsWithin(ObjectFixture.LIMIT)
                .withThrowableOfType(java.util.concurrent.ExecutionException.class);
    }

    @Test
    void refusesABodyAtHandThatIsNotTheAnnouncedOne() {
        ByteString bytes = ByteString.fromArray(new byte[100]);
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            PutRequest longer = request(101);
            PutRequest other = new PutRequest(
                    longer.bucket(),
                    longer.key(),
                    Optional.of(100L),
                    Optional.of(new byte[16]),
                    longer.attributes(),
                    longer.condition());

            assertThat(fault(flare.service.put(longer, bytes))).isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(other, bytes))).isEqualTo(Fault.BAD_DIGEST);
            assertThat(flare.metadata.commands(Command.PutObject.class)).isEmpty();
        }
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
                            assertThat(putFault(flare)).as(which).isEqualTo(Fault.UNAVAILABLE);
                            assertAbandoned(flare);
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
    void fullNodesAreNamedAsTheReason() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.node(1).failPutAt = 0;
            flare.node(1).putFailure = Kind.FULL;
            assertThat(putFault(flare)).isEqualTo(Fault.INSUFFICIENT_STORAGE);
            assertAbandoned(flare);
        }
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.unusable.add(new NodeId(1));
            assertThat(putFault(flare)).isEqualTo(Fault.UNAVAILABLE);
            flare.node(1).disk = DiskState.FULL;
            assertThat(putFault(flare)).isEqualTo(Fault.INSUFFICIENT_STORAGE);
            assertAbandoned(flare);
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
    void abortedAtAnyFractionAnUploadLeavesNoObjectAndReportsItsCopies() {
        byte[] bytes = randomBytes(3, 4 * CHUNK_BYTES);
        for (int copies : new int[] {1, 3}) {
            for (int percent = 0; percent < 100; percent += 9) {
                int until = (int) (bytes.length * (long) percent / 100);
                for (boolean known : new boolean[] {true, false}) {
                    try (ObjectFixture flare = ObjectFixture.of(system, 3, copies)) {
                        Source<ByteString, ?> part = body(bytes, 30_011)
                                .take(until / 30_011)
                                .concatLazy(Source.single(ByteString.emptyByteString())
                                        .map(end -> {
                                            throw new IllegalStateException("connection reset");
                                        }));
                        assertThat(fault(flare.service.put(request(known ? bytes.length : -1), part)))
                                .isEqualTo(Fault.INCOMPLETE_BODY);
                        assertAbandoned(flare);
                        assertThat(flare.nodes)
                                .allSatisfy(
                                        node -> assertThat(node.putsOpen.get()).isZero());
                    }
                }
            }
        }
    }

    @Test
    void aBodyShorterOrLongerThanAnnouncedIsRefused() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            assertThat(fault(flare.service.put(request(BYTES.length + 1), body(BYTES))))
                    .isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(request(BYTES.length - 1), body(BYTES))))
                    .isEqualTo(Fault.INCOMPLETE_BODY);
            assertThat(fault(flare.service.put(request(10), body(new byte[9])))).isEqualTo(Fault.INCOMPLETE_BODY);
            assertAbandoned(flare);
        }
    }

    @Test
    void whatIsRefusedBeforehandCancelsTheBodyUnread() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            long max = flare.environment.settings().maxObjectSize().bytes();
            assertRefusedUnread(flare, request(max + 1), Fault.ENTITY_TOO_LARGE);
            assertRefusedUnread(flare, with(new byte[15], WriteCondition.NONE), Fault.INVALID_DIGEST);
            assertRefusedUnread(
                    flare,
                    new PutRequest(
                            new BucketName("nowhere"),
                            KEY,
                            Optional.of(5L),
                            Optional.empty(),
                            ObjectAttributes.NONE,
                            WriteCondition.NONE),
                    Fault.NO_SUCH_BUCKET);
            assertRefusedUnread(
                    flare, with(null, new WriteCondition(List.of(), List.of("*"))), Fault.PRECONDITION_FAILED);
            assertRefusedUnread(
                    flare, with(null, new WriteCondition(List.of("other"), List.of())), Fault.PRECONDITION_FAILED);
            assertThat(flare.metadata.commands(Command.PutObject.class)).hasSize(1);
        }
    }

    private static PutRequest with(byte @Nullable [] md5, WriteCondition condition) {
        return new PutRequest(BUCKET, KEY, Optional.of(5L), Optional.ofNullable(md5), ObjectAttributes.NONE, condition);
    }

    private static void assertRefusedUnread(ObjectFixture flare, PutRequest request, Fault fault) {
        CompletableFuture<String> end = new CompletableFuture<>();
        Source<ByteString, ?> body = Source.<ByteString>maybe()
                .watchTermination((none, done) -> done.whenComplete((ok, failure) -> end.complete("ended")));
        assertThat(fault(flare.service.put(request, body))).isEqualTo(fault);
        assertThat(end).succeedsWithin(ObjectFixture.LIMIT);
    }

    @Test
    void aWrongContentMd5IsRefusedAfterTheBytesAndBeforeTheCommit() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 2)) {
            for (byte[] bytes : List.of(BYTES, new byte[5])) {
                PutRequest request = new PutRequest(
                        BUCKET,
                        KEY,
                        Optional.empty(),
                        Optional.of(new byte[16]),
                        ObjectAttributes.NONE,
                        WriteCondition.NONE);
                assertThat(fault(flare.service.put(request, body(bytes)))).isEqualTo(Fault.BAD_DIGEST);
                assertAbandoned(flare);
            }
        }
    }

    @Test
    void aConditionLostInTheLogAbandonsTheBlob() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            CompletableFuture<ByteString> lastPiece = new CompletableFuture<>();
            PutRequest request = new PutRequest(
                    BUCKET,
                    KEY,
                    Optional.empty(),
                    Optional.empty(),
                    ObjectAttributes.NONE,
                    new WriteCondition(List.of(), List.of("*")));
            CompletionStage<ObjectInfo> slow =
                    flare.service.put(request, body(BYTES).concat(Source.completionStage(lastPiece)));
            flare.put(new byte[10]);
            lastPiece.complete(ByteString.fromString("end"));
            assertThat(fault(slow)).isEqualTo(Fault.PRECONDITION_FAILED);
            await().untilAsserted(() -> assertThat(flare.metadata.abandoned).hasSize(1));
            assertThat(flare.get()).isEqualTo(new byte[10]);
        }
    }

    @Test
    void uploadsPastTheLimitAreAskedToSlowDownAndLaterOnesAreNot() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            CompletableFuture<ByteString> rest = new CompletableFuture<>();
            List<CompletionStage<ObjectInfo>> running = new java.util.ArrayList<>();
            for (int i = 0; i < flare.environment.settings().maxUploads(); i++) {
                running.add(flare.service.put(request(-1), Source.completionStage(rest)));
            }
            assertRefusedUnread(flare, request(5), Fault.SLOW_DOWN);
            rest.complete(ByteString.fromArray(BYTES));
            running.forEach(ObjectFixture::await);
            flare.put(BYTES);
        }
    }

    @Test
    void anUnansweredCommitIsUnavailableAndTheBlobStaysInFlightUntilTheAnswer() {
        for (boolean accepted : new boolean[] {true, false}) {
            try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
                flare.metadata.gate = new CompletableFuture<>();
                assertThat(putFault(flare)).isEqualTo(Fault.UNAVAILABLE);
                assertThat(flare.metadata.inFlight()).hasSize(1);
                if (accepted) {
                    flare.metadata.gate.complete(null);
                    await().untilAsserted(
                                    () -> assertThat(flare.metadata.settled).hasSize(1));
                    flare.metadata.gate = CompletableFuture.completedFuture(null);
                    assertThat(flare.get()).isEqualTo(BYTES);
                } else {
                    flare.metadata.gate.completeExceptionally(new FlareException(Fault.SLOW_DOWN, "nothing submitted"));
                    await().untilAsserted(
                                    () -> assertThat(flare.metadata.abandoned).hasSize(1));
                }
                assertThat(flare.metadata.inFlight()).isEmpty();
            }
        }
    }

    @Test
    void theBlobIsNeverCalledAbandonedWhenTheSessionEndedBeforeTheAnswer() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.metadata.gate =
                    CompletableFuture.failedFuture(new FlareException(Fault.UNAVAILABLE, "session ended"));
            assertThat(putFault(flare)).isEqualTo(Fault.UNAVAILABLE);
            assertThat(flare.metadata.abandoned).isEmpty();
        }
    }

    @Test
    void anOutdatedBucketIdIsLookedUpAgain() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            BucketName name = new BucketName("again");
            PutRequest request = new PutRequest(
                    name, KEY, Optional.of(5L), Optional.empty(), ObjectAttributes.NONE, WriteCondition.NONE);
            var first = await(flare.metadata.submit(new Command.CreateBucket(name)));
            await(flare.service.put(request, body(new byte[5])));
            await(flare.service.delete(name, KEY, WriteCondition.NONE));
            await(flare.metadata.submit(new Command.DeleteBucket(first)));
            await(flare.metadata.submit(new Command.CreateBucket(name)));
            assertThat(await(flare.service.put(request, body(new byte[5]))).size())
                    .isEqualTo(5);
            assertThat(await(flare.service.head(name, KEY)).size()).isEqualTo(5);
        }
    }

    @Test
    void remembersBucketIds() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            for (int i = 0; i < 5; i++) {
                flare.put(new byte[i]);
            }
            assertThat(flare.metadata.queries.stream().filter(Query.FindBucket.class::isInstance))
                    .hasSize(1);
        }
    }

    @Test
    void listsPagesAndNothingForALimitOfZero() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            for (String key : List.of("a", "b/1", "b/2", "c")) {
                await(flare.service.put(
                        new PutRequest(
                                BUCKET,
                                ObjectKey.of(key),
                                Optional.of(1L),
                                Optional.empty(),
                                ObjectAttributes.NONE,
                                WriteCondition.NONE),
                        body(new byte[1])));
            }
            byte[] none = new byte[0];
            var page =
                    await(flare.service.list(new ObjectService.ListRequest(BUCKET, none, new byte[] {'/'}, none, 2)));
            assertThat(page.objects()).extracting(info -> info.key().text()).containsExactly("a");
            assertThat(page.commonPrefixes()).containsExactly(new byte[] {'b', '/'});
            assertThat(page.next()).isPresent();
            var empty = await(flare.service.list(new ObjectService.ListRequest(BUCKET, none, none, none, 0)));
            assertThat(empty.objects()).isEmpty();
            assertThat(empty.next()).isEmpty();
            assertThat(fault(flare.service.list(
                            new ObjectService.ListRequest(new BucketName("nowhere"), none, none, none, 0))))
                    .isEqualTo(Fault.NO_SUCH_BUCKET);
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

    @Test
    void blobIdsAreNeverUsedForTwoUploads() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            flare.put(BYTES);
            List<BlobId> blobs = flare.metadata.commands(Command.PutObject.class).stream()
                    .map(put -> ((Command.NewContent.Blob) put.content()).id())
                    .toList();
            assertThat(blobs).doesNotHaveDuplicates().hasSize(2);
        }
    }
}
