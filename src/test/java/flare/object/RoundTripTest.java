package flare.object;

import static flare.object.ObjectFixture.CHUNK_BYTES;
import static flare.object.ObjectFixture.await;
import static flare.object.ObjectFixture.body;
import static flare.object.ObjectFixture.randomBytes;
import static flare.object.ObjectFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.config.ObjectSettings.Etag;
import flare.metadata.Command;
import flare.model.ByteRange;
import flare.model.ObjectInfo;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Random;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.util.ByteString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {

    private static ActorSystem system;

    @BeforeAll
    static void start() {
        system = ActorSystem.create("round-trip");
    }

    @AfterAll
    static void stop() {
        system.terminate();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0,
                1,
                4095,
                4096,
                4097,
                65_535,
                65_536,
                65_537,
                CHUNK_BYTES - 1,
                CHUNK_BYTES,
                CHUNK_BYTES + 1,
                2 * CHUNK_BYTES,
                7 * CHUNK_BYTES / 2
            })
    void givesBackWhatWasPutWhetherTheLengthIsKnownOrNot(int length) throws Exception {
        byte[] bytes = randomBytes(length, length);
        for (long announced : new long[] {length, -1}) {
            try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
                ObjectInfo info = await(flare.service.put(request(announced), body(bytes)));

                assertThat(info.size()).isEqualTo(length);
                assertThat(info.etag())
                        .isEqualTo(HexFormat.of()
                                .formatHex(MessageDigest.getInstance("MD5").digest(bytes)));
                assertThat(flare.get()).isEqualTo(bytes);
                int chunks = length <= 4096 ? 0 : (length + CHUNK_BYTES - 1) / CHUNK_BYTES;
                assertThat(flare.nodes)
                        .allSatisfy(node -> assertThat(node.copies).hasSize(chunks));
                assertThat(flare.metadata.leased).hasSize(chunks == 0 ? 0 : 1);
                assertThat(flare.metadata.inFlight()).isEmpty();
                assertThat(flare.metadata.abandoned).isEmpty();
                await().untilAsserted(
                                () -> assertThat(flare.metadata.openPins.get()).isZero());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4096, 4097, CHUNK_BYTES + 1})
    void storesABodyAtHandAsItStoresAStreamedOne(int length) {
        byte[] bytes = randomBytes(length, length);
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 3)) {
            ObjectInfo info = await(flare.service.put(request(length), ByteString.fromArray(bytes)));

            assertThat(info.size()).isEqualTo(length);
            assertThat(flare.get()).isEqualTo(bytes);
            assertThat(flare.put(bytes).etag()).isEqualTo(info.etag());
            assertThat(flare.metadata.inFlight()).isEmpty();
        }
    }

    @Test
    void givesEveryRange() {
        byte[] bytes = randomBytes(5, 3 * CHUNK_BYTES + 777);
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        try (ObjectFixture flare = ObjectFixture.of(system, 2, 1)) {
            flare.put(bytes);
            for (int i = 0; i < 100; i++) {
                int from = random.nextInt(bytes.length);
                int length = 1 + random.nextInt(random.nextBoolean() ? bytes.length - from : 1);
                ByteRange range = new ByteRange(from, length);
                assertThat(flare.get(Optional.of(range)))
                        .as("seed %s range %s", seed, range)
                        .isEqualTo(Arrays.copyOfRange(bytes, from, from + length));
            }
            await().untilAsserted(() -> {
                assertThat(flare.metadata.openPins.get()).isZero();
                assertThat(flare.nodes)
                        .allSatisfy(node -> assertThat(node.readsOpen.get()).isZero());
            });
        }
    }

    @Test
    void readsOnlyTheBlocksARangeTouches() {
        try (ObjectFixture flare = ObjectFixture.of(system, 1, 1)) {
            flare.put(randomBytes(6, 10 * CHUNK_BYTES));
            flare.get(Optional.of(new ByteRange(9L * CHUNK_BYTES + 65_535, 2)));
            assertThat(flare.node(1).readBlocks.get()).isEqualTo(2);
        }
    }

    @Test
    void fastEtagsAreNoMd5AndDifferForDifferentContent() {
        try (ObjectFixture flare = new ObjectFixture(system, 1, 1, ObjectFixture.settings(Etag.FAST))) {
            String small = flare.put(randomBytes(1, 10)).etag();
            String sameSmall = flare.put(randomBytes(1, 10)).etag();
            String otherSmall = flare.put(randomBytes(2, 10)).etag();
            String large = flare.put(randomBytes(1, 10_000)).etag();
            String otherLarge = flare.put(randomBytes(2, 10_000)).etag();
            assertThat(java.util.List.of(small, otherSmall, large, otherLarge))
                    .doesNotHaveDuplicates()
                    .allMatch(etag -> etag.matches("[0-9a-f]{32}-1"));
            assertThat(sameSmall).isEqualTo(small);
        }
    }

    @Test
    void oneCommandAnUploadAndItComesLast() {
        try (ObjectFixture flare = ObjectFixture.of(system, 3, 2)) {
            flare.put(randomBytes(3, 4 * CHUNK_BYTES));
            assertThat(flare.metadata.commands(Command.PutObject.class)).hasSize(1);
            Command.PutObject command =
                    flare.metadata.commands(Command.PutObject.class).get(0);
            assertThat(((Command.NewContent.Blob) command.content()).chunks())
                    .hasSize(4)
                    .allSatisfy(chunk -> assertThat(chunk.nodes()).hasSize(2));
        }
    }
}
