package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.randomBytes;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.WriteCondition;
import flare.object.ObjectService.PutRequest;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the session is told of a blob, on every way an upload can end (I7). */
class BlobOutcomesTest {

    private static final byte[] BYTES = randomBytes(1, 2 * CHUNK_BYTES + 99_999);
    private static final BucketName NAME = new BucketName("again");
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("blob-outcomes");
    }

    @AfterAll
    static void stop() {
        system.terminate();
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
                        flare.assertAbandoned();
                        assertThat(flare.nodes)
                                .allSatisfy(
                                        node -> assertThat(node.putsOpen.get()).isZero());
                    }
                }
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
    void anUnansweredCommitIsUnavailableAndTheBlobStaysInFlightUntilTheAnswer() {
        for (boolean accepted : new boolean[] {true, false}) {
            try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
                flare.metadata.gate = new CompletableFuture<>();
                assertThat(flare.putFault(BYTES)).isEqualTo(Fault.UNAVAILABLE);
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
            assertThat(flare.putFault(BYTES)).isEqualTo(Fault.UNAVAILABLE);
            assertThat(flare.metadata.abandoned).isEmpty();
        }
    }

    @Test
    void theBlobIsAbandonedWhenTheCommandCanNotEvenBeSubmitted() {
        for (RuntimeException thrown : List.of(
                new NullPointerException("a bug"), new FlareException(Fault.SLOW_DOWN, "no room for another"))) {
            for (boolean bucketKnown : new boolean[] {true, false}) {
                try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
                    if (bucketKnown) {
                        await(flare.service.list(
                                new ObjectService.ListRequest(BUCKET, new byte[0], new byte[0], new byte[0], 1)));
                    }
                    flare.metadata.refusesToSubmit = thrown;
                    assertThat(flare.putFault(BYTES))
                            .isEqualTo(thrown instanceof FlareException ? Fault.SLOW_DOWN : Fault.INTERNAL);
                    flare.assertAbandoned();
                }
            }
        }
    }

    @Test
    void theBlobIsAbandonedWhenItsBucketCanNotBeLookedUp() {
        for (RuntimeException failure :
                List.of(new IllegalStateException("a bug"), new FlareException(Fault.UNAVAILABLE, "no leader"))) {
            try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
                BucketId first = await(flare.metadata.submit(new Command.CreateBucket(NAME)));
                PutRequest request = new PutRequest(
                        NAME,
                        KEY,
                        Optional.of((long) BYTES.length),
                        Optional.empty(),
                        ObjectAttributes.NONE,
                        WriteCondition.NONE);
                CompletableFuture<ByteString> body = new CompletableFuture<>();
                CompletionStage<ObjectInfo> upload = flare.service.put(request, Source.completionStage(body));
                await().until(() -> flare.metadata.queries.stream().anyMatch(Query.FindBucket.class::isInstance));
                await(flare.metadata.submit(new Command.DeleteBucket(first)));
                flare.metadata.failsLookUps = failure;
                body.complete(ByteString.fromArray(BYTES));
                fault(upload);
                await().untilAsserted(() -> assertThat(flare.metadata.abandoned).hasSize(1));
                assertThat(flare.metadata.inFlight()).isEmpty();
            }
        }
    }

    @Test
    void copiesThatACommittedUploadWentWithoutAreReportedOnceTheyAreKnown() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            CompletableFuture<Void> late = new CompletableFuture<>();
            flare.node(2).durable = late;
            byte[] bytes = randomBytes(4, CHUNK_BYTES / 2);
            flare.put(bytes);
            BlobId blob = flare.metadata.settled.iterator().next();
            ChunkId chunk = new ChunkId(blob, 0);
            assertThat(flare.node(2).copies).containsKey(chunk);
            assertThat(flare.metadata.leftOver)
                    .as("the node may still be at it")
                    .isEmpty();
            late.complete(null);
            await().untilAsserted(() -> assertThat(flare.metadata.leftOver.get(blob))
                    .singleElement()
                    .satisfies(left -> {
                        assertThat(left.id()).isEqualTo(chunk);
                        assertThat(left.nodes()).containsExactly(new NodeId(2));
                    }));
            flare.metadata.twin.renew();
            assertThat(await(flare.metadata.read(new Query.ListFreed(new NodeId(2), Optional.empty(), 10))))
                    .extracting(Command.FreedCopy::chunk)
                    .containsExactly(chunk);
            assertThat(flare.get()).isEqualTo(bytes);
        }
    }

    @Test
    void copiesWhoseOutcomeIsNeverHeardAreReportedAfterTheLimit() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.node(1).neverAcknowledges = true;
            flare.put(randomBytes(4, CHUNK_BYTES / 2));
            await().untilAsserted(() -> assertThat(flare.metadata.leftOver.values())
                    .singleElement()
                    .satisfies(left -> assertThat(left.get(0).nodes()).containsExactly(new NodeId(1))));
        }
    }

    @Test
    void aCommittedUploadWithAllItsCopiesReportsNothing() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            assertThat(flare.metadata.settled).hasSize(1);
            assertThat(flare.metadata.leftOver).isEmpty();
            assertThat(flare.metadata.abandoned).isEmpty();
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
