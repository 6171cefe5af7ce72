package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.fault;
import static flare.object.ObjectFixture.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import flare.metadata.Command;
import flare.metadata.Query.CopyStanding;
import flare.model.BucketName;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.object.ObjectLocator.Page;
import flare.object.ObjectLocator.Piece;
import flare.object.ObjectLocator.Question;
import flare.object.ObjectLocator.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ActorSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ObjectLocatorTest {

    private static final int TAIL = 77_777;
    private static final byte[] BYTES = randomBytes(7, 4 * CHUNK_BYTES + TAIL);
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("locator");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static Question question(long from, int limit, boolean verify) {
        return new Question(BUCKET, KEY, Optional.empty(), from, limit, verify);
    }

    private static Page page(ObjectFixture flare, long from, int limit, boolean verify) {
        return await(locator(flare).page(question(from, limit, verify)));
    }

    private static ObjectLocator locator(ObjectFixture flare) {
        return ((StreamingObjectService) flare.service).locator();
    }

    private static List<ChunkRecord> recorded(ObjectFixture flare) {
        Command.PutObject put = flare.metadata.commands(Command.PutObject.class).get(0);
        return ((Command.NewContent.Blob) put.content()).chunks();
    }

    @Test
    void tellsOfEachChunkWhereItsCopiesAreWhateverThePageSize() {
        try (ObjectFixture flare = ObjectFixture.of(system, 4, 3)) {
            flare.put(BYTES);
            for (int limit = 1; limit <= 6; limit++) {
                List<Piece> pieces = new ArrayList<>();
                long from = 0;
                boolean more = true;
                while (more) {
                    Page page = page(flare, from, limit, false);
                    assertThat(page.pieces()).hasSizeBetween(1, limit);
                    pieces.addAll(page.pieces());
                    more = page.next().isPresent();
                    from = page.next().orElse(0);
                }

                assertThat(pieces)
                        .extracting(piece -> piece.chunk().orElseThrow())
                        .isEqualTo(recorded(flare));
                assertThat(pieces)
                        .extracting(Piece::offset)
                        .containsExactly(0L, (long) CHUNK_BYTES, 2L * CHUNK_BYTES, 3L * CHUNK_BYTES, 4L * CHUNK_BYTES);
                assertThat(pieces.get(4).length()).isEqualTo(TAIL);
                for (Piece piece : pieces) {
                    assertThat(piece.copies())
                            .allSatisfy(copy -> {
                                assertThat(copy.standing()).isEqualTo(CopyStanding.LOCATED);
                                assertThat(copy.check()).isEmpty();
                            })
                            .extracting(copy -> copy.node().id())
                            .containsExactlyInAnyOrderElementsOf(
                                    piece.chunk().orElseThrow().nodes());
                }
            }
            assertThat(flare.metadata.openPins.get()).isZero();
        }
    }

    @Test
    void tellsACopyThatIsBeingMadeFromOneThatIsThere() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 2)) {
            flare.put(randomBytes(1, CHUNK_BYTES));
            ChunkRecord chunk = recorded(flare).get(0);
            NodeId third = List.of(new NodeId(1), new NodeId(2), new NodeId(3)).stream()
                    .filter(node -> !chunk.nodes().contains(node))
                    .findFirst()
                    .orElseThrow();
            long term = flare.metadata.status().leadingTerm().orElse(0);
            await(flare.metadata.submit(new Command.PlanCopy(chunk.id(), third, term)));

            assertThat(page(flare, 0, 1, true).pieces().get(0).copies())
                    .filteredOn(copy -> copy.node().id().equals(third))
                    .singleElement()
                    .satisfies(copy -> {
                        assertThat(copy.standing()).isEqualTo(CopyStanding.PENDING);
                        assertThat(copy.check()).isEmpty();
                    });
        }
    }

    @Test
    void hasEachNodeVerifyItsCopyAndDamageMadeGood() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            List<ChunkRecord> chunks = recorded(flare);
            flare.node(1).flip(chunks.get(0).id(), 5);
            flare.node(2).copies.remove(chunks.get(3).id());

            Page page = page(flare, 0, 256, true);

            for (Piece piece : page.pieces()) {
                int ordinal = piece.chunk().orElseThrow().id().ordinal();
                assertThat(piece.copies()).hasSize(3).allSatisfy(copy -> {
                    int node = copy.node().id().value();
                    Verdict verdict = ordinal == 0 && node == 1
                            ? Verdict.CORRUPT
                            : ordinal == 3 && node == 2 ? Verdict.MISSING : Verdict.SOUND;
                    assertThat(copy.check().orElseThrow().verdict())
                            .as("chunk %s on node %s", ordinal, node)
                            .isEqualTo(verdict);
                    assertThat(copy.check().orElseThrow().note().isEmpty()).isEqualTo(verdict == Verdict.SOUND);
                });
            }
            await().untilAsserted(() -> assertThat(flare.metadata.commands(Command.DropCopy.class))
                    .containsExactlyInAnyOrder(
                            new Command.DropCopy(chunks.get(0).id(), new NodeId(1)),
                            new Command.DropCopy(chunks.get(3).id(), new NodeId(2))));
        }
    }

    @Test
    void saysWhatIsInTheMetadataItself() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(randomBytes(1, 100));
            assertThat(page(flare, 0, 256, true).pieces())
                    .containsExactly(new Piece(0, 100, Optional.empty(), List.of()));
            flare.put(new byte[0]);
            assertThat(page(flare, 0, 256, true).pieces()).isEmpty();
        }
    }

    @Test
    void refusesWhatIsNoObject() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            ObjectLocator locator = locator(flare);
            assertThat(fault(locator.page(question(0, 1, false)))).isEqualTo(Fault.NO_SUCH_KEY);
            assertThat(fault(locator.page(new Question(new BucketName("nowhere"), KEY, Optional.empty(), 0, 1, false))))
                    .isEqualTo(Fault.NO_SUCH_BUCKET);
            flare.put(randomBytes(1, CHUNK_BYTES));
            assertThat(fault(locator.page(question(CHUNK_BYTES, 1, false)))).isEqualTo(Fault.INVALID_ARGUMENT);
            assertThat(fault(locator.page(
                            new Question(BUCKET, ObjectKey.of("x"), Optional.of(VersionId.NULL), 0, 1, false))))
                    .isEqualTo(Fault.NO_SUCH_VERSION);
            assertThatThrownBy(() -> question(0, ObjectLocator.MAX_PAGE + 1, false))
                    .isInstanceOf(FlareException.class);
            assertThat(flare.metadata.openPins.get()).isZero();
        }
    }
}
