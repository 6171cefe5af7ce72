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
import flare.model.BlobId;
import flare.model.Fault;
import flare.model.FlareException;
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
