package flare.object;

import static flare.object.ObjectFixture.BUCKET;
import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.KEY;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import flare.metadata.Command;
import flare.model.ByteRange;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectKey;
import flare.object.ObjectService.ObjectRead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ReadFaultsTest {

    private static final byte[] BYTES = randomBytes(1, 3 * CHUNK_BYTES + 99_999);
    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("read-faults");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    private static List<ChunkRecord> chunks(ObjectFixture flare) {
        Command.PutObject put = flare.metadata.commands(Command.PutObject.class).get(0);
        return ((Command.NewContent.Blob) put.content()).chunks();
    }

    private static void assertNothingHeld(ObjectFixture flare) {
        await().untilAsserted(() -> {
            assertThat(flare.metadata.openPins.get()).as("pins").isZero();
            assertThat(flare.nodes)
                    .allSatisfy(
                            node -> assertThat(node.readsOpen.get()).as("reads").isZero());
        });
    }

    /** What a client sees: the bytes it got, and whether the end was clean. */
    private record Seen(ByteString bytes, Optional<Fault> fault) {}

    private static Seen see(ObjectFixture flare) {
        List<ByteString> got = new ArrayList<>();
        CompletionStage<ObjectRead> opening = flare.service.get(BUCKET, KEY, info -> Optional.empty());
        FlareException failure = catchThrowableOfType(
                FlareException.class, () -> await(await(opening).bytes().runWith(Sink.foreach(got::add), system)));
        return new Seen(
                got.stream().reduce(ByteString.emptyByteString(), ByteString::concat),
                Optional.ofNullable(failure).map(FlareException::fault));
    }

    @Test
    void downloadsPastTheLimitAreAskedToSlowDownAndLaterOnesAreNot() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            CompletableFuture<Integer> wanted = new CompletableFuture<>();
            List<CompletionStage<Integer>> running = new ArrayList<>();
            for (int i = 0; i < flare.environment.settings().maxDownloads(); i++) {
                running.add(flare.open(Optional.empty())
                        .bytes()
                        .mapAsync(1, piece -> wanted.thenApply(begin -> begin + piece.size()))
                        .runWith(Sink.fold(0, Integer::sum), system));
            }
            assertThat(ObjectFixture.fault(flare.service.get(BUCKET, KEY, info -> Optional.empty())))
                    .isEqualTo(Fault.SLOW_DOWN);
            wanted.complete(0);
            running.forEach(sum -> assertThat(await(sum)).isEqualTo(BYTES.length));
            await().untilAsserted(() -> assertThat(flare.get()).isEqualTo(BYTES));
            assertNothingHeld(flare);
        }
    }

    @Test
    void damageToFewerThanAllCopiesGivesEveryByteRightAndIsReported() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int round = 0; round < 12; round++) {
            try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
                flare.put(BYTES);
                int damaged = 1 + random.nextInt(2);
                List<Command.DropCopy> expected = new ArrayList<>();
                for (ChunkRecord chunk : chunks(flare)) {
                    for (NodeId node : chunk.nodes().subList(0, damaged)) {
                        flare.node(node.value()).flip(chunk.id(), random.nextInt((int) chunk.length()));
                        expected.add(new Command.DropCopy(chunk.id(), node));
                    }
                }
                // Reading by turns meets every copy.
                for (int i = 0; i < 6; i++) {
                    assertThat(flare.get()).as("seed %s", seed).isEqualTo(BYTES);
                }
                await().untilAsserted(() -> assertThat(flare.metadata.commands(Command.DropCopy.class))
                        .containsAll(expected));
                assertThat(expected).containsAll(flare.metadata.commands(Command.DropCopy.class));
                assertNothingHeld(flare);
            }
        }
    }

    @Test
    void aMissingCopyIsReportedAndAnUnreachableOneIsNot() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            flare.node(1).copies.clear();
            flare.node(2).down = true;
            for (int i = 0; i < 4; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            await().untilAsserted(() -> assertThat(flare.metadata.commands(Command.DropCopy.class))
                    .hasSizeGreaterThanOrEqualTo(4)
                    .allMatch(drop -> drop.node().equals(new NodeId(1))));
            assertNothingHeld(flare);
        }
    }

    @Test
    void bytesThatWentWrongOnTheWayDropNoSoundCopy() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.put(BYTES);
            flare.node(1).flipOnTheWireAt = 70_000;
            for (int i = 0; i < 3; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            await().untilAsserted(() -> assertThat(flare.meters
                            .counter("flare.damaged.copies", "outcome", "sound")
                            .count())
                    .isPositive());
            assertThat(flare.metadata.commands(Command.DropCopy.class)).isEmpty();
        }
    }

    @Test
    void whereverACopyFailsStallsOrEndsTheReadGoesOnAtTheSameOffset() {
        List<Consumer<MemoryDataNode>> faults = List.of(
                node -> node.failReadAt = 0,
                node -> node.failReadAt = 100_000,
                node -> node.failReadAt = CHUNK_BYTES - 1,
                node -> node.endReadAt = 0,
                node -> node.endReadAt = 100_000,
                node -> node.stallReadAt = 0,
                node -> node.stallReadAt = 100_000,
                node -> node.neverOpens = true);
        for (Consumer<MemoryDataNode> fault : faults) {
            try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
                byte[] bytes = Arrays.copyOf(BYTES, CHUNK_BYTES + 5);
                flare.put(bytes);
                fault.accept(flare.node(1));
                for (int i = 0; i < 2; i++) {
                    assertThat(flare.get()).isEqualTo(bytes);
                }
                ByteRange range = new ByteRange(99_990, 100);
                assertThat(flare.get(Optional.of(range))).isEqualTo(Arrays.copyOfRange(bytes, 99_990, 100_090));
                flare.node(1).neverOpens = false;
                assertNothingHeld(flare);
                assertThat(flare.metadata.commands(Command.DropCopy.class)).isEmpty();
            }
        }
    }

    @Test
    void oneCopyThatBreaksOffNowAndThenIsGoneBackTo() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            flare.node(1).failReadAt = 200_000;
            Seen seen = see(flare);
            assertThat(seen.fault()).contains(Fault.UNAVAILABLE);
            assertThat(seen.bytes())
                    .isEqualTo(ByteString.fromArray(BYTES).take(seen.bytes().size()));
            assertThat(flare.node(1).readsBegun.get()).isGreaterThan(2);
            assertNothingHeld(flare);
        }
    }

    @Test
    void withEveryCopyDamagedTheEndIsNeverCleanAndNoWrongByteIsSeen() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int ordinal = 0; ordinal < 4; ordinal++) {
            try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
                flare.put(BYTES);
                ChunkRecord chunk = chunks(flare).get(ordinal);
                int at = random.nextInt((int) chunk.length());
                flare.nodes.forEach(node -> node.flip(chunk.id(), at));
                Seen seen = see(flare);
                assertThat(seen.fault()).as("seed %s", seed).contains(Fault.DATA_DAMAGED);
                assertThat(seen.bytes().size()).as("seed %s", seed).isLessThanOrEqualTo(ordinal * CHUNK_BYTES + at);
                assertThat(seen.bytes())
                        .isEqualTo(ByteString.fromArray(BYTES).take(seen.bytes().size()));
                assertThat(flare.metadata.commands(Command.DropCopy.class)).isEmpty();
                assertNothingHeld(flare);
            }
        }
    }

    @Test
    void damageToTheFirstChunkIsKnownBeforeTheAnswer() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 2)) {
            flare.put(BYTES);
            ChunkId first = chunks(flare).get(0).id();
            flare.nodes.forEach(node -> node.flip(first, 5));
            FlareException refusal = catchThrowableOfType(FlareException.class, () -> flare.open(Optional.empty()));
            assertThat(refusal.fault()).isEqualTo(Fault.DATA_DAMAGED);
            flare.nodes.forEach(node -> node.down = true);
            refusal = catchThrowableOfType(FlareException.class, () -> flare.open(Optional.empty()));
            assertThat(refusal.fault()).isEqualTo(Fault.UNAVAILABLE);
            assertNothingHeld(flare);
        }
    }

    @Test
    void refusalsOfTheRangeFunctionPassAndHoldNothing() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            FlareException refusal = catchThrowableOfType(
                    FlareException.class,
                    () -> await(flare.service.get(BUCKET, KEY, info -> {
                        throw new FlareException(Fault.NOT_MODIFIED, "same");
                    })));
            assertThat(refusal.fault()).isEqualTo(Fault.NOT_MODIFIED);
            refusal = catchThrowableOfType(
                    FlareException.class,
                    () -> await(flare.service.get(BUCKET, ObjectKey.of("none"), info -> Optional.empty())));
            assertThat(refusal.fault()).isEqualTo(Fault.NO_SUCH_KEY);
            assertNothingHeld(flare);
        }
    }

    @Test
    void aCancelledOrForgottenReadGivesUpItsPinAndWhatItOpenedAhead() {
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 1)) {
            flare.put(BYTES);
            await(flare.open(Optional.empty()).bytes().runWith(Sink.head(), system));
            assertNothingHeld(flare);
            flare.open(Optional.empty()).bytes().runWith(Sink.cancelled(), system);
            assertNothingHeld(flare);
            ObjectRead forgotten = flare.open(Optional.empty());
            assertThat(flare.metadata.openPins.get()).isEqualTo(1);
            assertNothingHeld(flare);
            FlareException late = catchThrowableOfType(FlareException.class, () -> await(flare.read(forgotten)));
            assertThat(late.fault()).isEqualTo(Fault.UNAVAILABLE);
        }
    }

    @Test
    void aReadSeesOneVersionWhateverIsWrittenMeanwhile() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(BYTES);
            ObjectRead read = flare.open(Optional.empty());
            flare.put(randomBytes(9, BYTES.length));
            assertThat(await(flare.read(read)).toArray()).isEqualTo(BYTES);
        }
    }

    @Test
    void opensAheadNoMoreThanTheSettingSays() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(randomBytes(2, 8 * CHUNK_BYTES));
            var probe = flare.open(Optional.empty())
                    .bytes()
                    .viaMat(org.apache.pekko.stream.KillSwitches.single(), Keep.right())
                    .mapAsync(1, bytes -> new java.util.concurrent.CompletableFuture<ByteString>())
                    .to(Sink.ignore())
                    .run(system);
            await().until(() -> flare.node(1).readsBegun.get() >= 2);
            await().during(java.time.Duration.ofMillis(80))
                    .until(() -> flare.node(1).readsBegun.get() <= 3);
            probe.shutdown();
            assertNothingHeld(flare);
        }
    }

    @Test
    void withNoReadAheadNoChunkIsOpenedBeforeItIsRead() {
        try (ObjectFixture flare = new ObjectFixture(system, 1, 1, ObjectFixture.withReadAhead(0))) {
            byte[] bytes = randomBytes(2, 5 * CHUNK_BYTES + 1);
            flare.put(bytes);
            assertThat(flare.get()).isEqualTo(bytes);
            assertThat(flare.get(Optional.of(new ByteRange(CHUNK_BYTES - 1L, 2 * CHUNK_BYTES))))
                    .isEqualTo(java.util.Arrays.copyOfRange(bytes, CHUNK_BYTES - 1, 3 * CHUNK_BYTES - 1));
            int before = flare.node(1).readsBegun.get();
            var stuck = flare.open(Optional.empty())
                    .bytes()
                    .viaMat(org.apache.pekko.stream.KillSwitches.single(), Keep.right())
                    .mapAsync(1, piece -> new java.util.concurrent.CompletableFuture<ByteString>())
                    .to(Sink.ignore())
                    .run(system);
            await().during(java.time.Duration.ofMillis(80))
                    .until(() -> flare.node(1).readsBegun.get() == before + 1);
            stuck.shutdown();
            assertNothingHeld(flare);
        }
    }

    @Test
    void readsInTheOrderOfWritingAreSpreadOverTheNodes() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            byte[] bytes = randomBytes(2, 24 * CHUNK_BYTES);
            flare.put(bytes);
            assertThat(flare.get()).isEqualTo(bytes);
            assertThat(flare.nodes)
                    .allSatisfy(node -> assertThat(node.readsBegun.get()).isBetween(4, 12));
        }
    }

    @Test
    void theCopyInThisProcessIsReadAndTheOthersOnlyWhenItFails() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            flare.put(BYTES);
            flare.local.add(new flare.model.NodeId(2));
            for (int i = 0; i < 4; i++) {
                assertThat(flare.get()).isEqualTo(BYTES);
            }
            assertThat(flare.node(2).readsBegun.get()).isGreaterThanOrEqualTo(4);
            assertThat(flare.node(1).readsBegun.get() + flare.node(3).readsBegun.get())
                    .isZero();
            flare.node(2).down = true;
            assertThat(flare.get()).isEqualTo(BYTES);
        }
    }
}
