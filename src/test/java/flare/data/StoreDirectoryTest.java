package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.ChunkStore.WriteOrder;
import flare.data.StoreIdentity.Expected;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StoreDirectoryTest {

    private static final Path ROOT = Path.of("/directory");
    private static final StoreLayout LAYOUT = new StoreLayout(ROOT);

    private final StoreFixture fixture = new StoreFixture();
    private final ForgetfulDisk disk = new ForgetfulDisk(new Random(1));

    @AfterAll
    void close() {
        fixture.close();
    }

    private static FileChunkStore open(Disk disk, Expected expected) {
        return FileChunkStore.open(disk, ROOT, expected, StoreFixture.settings(""), Clock.systemUTC());
    }

    private static long incarnation(FileChunkStore store) {
        return StoreFixture.await(store.health()).incarnation();
    }

    @Test
    void makesTheDirectoriesAboveItAsDurableAsItself() {
        Path deep = Path.of("/not/yet/there");
        UUID uuid;
        try (FileChunkStore store =
                FileChunkStore.open(disk, deep, Expected.ANYTHING, StoreFixture.settings(""), Clock.systemUTC())) {
            uuid = store.uuid();
            disk.crash();
        }
        try (FileChunkStore store =
                FileChunkStore.open(disk, deep, Expected.ANYTHING, StoreFixture.settings(""), Clock.systemUTC())) {
            assertThat(store.uuid()).isEqualTo(uuid);
        }
    }

    @Test
    void keepsItsUuidAndRaisesItsIncarnationAtEachStartEvenAfterAPowerCut() {
        UUID uuid;
        try (FileChunkStore store = open(disk, Expected.ANYTHING)) {
            uuid = store.uuid();
            assertThat(incarnation(store)).isEqualTo(1);
        }
        for (long start = 2; start < 6; start++) {
            try (FileChunkStore store = open(disk, Expected.ANYTHING)) {
                disk.crash();
                assertThat(store.uuid()).isEqualTo(uuid);
                assertThat(incarnation(store)).isEqualTo(start);
            }
        }
    }

    @Test
    void anInterruptedFormatIsDoneAgain() {
        for (int step = 0; step < 300; step++) {
            ForgetfulDisk fresh = new ForgetfulDisk(new Random(step));
            fresh.cutPowerAfter(step);
            try (FileChunkStore store = open(fresh, Expected.ANYTHING)) {
                assertThat(store.uuid()).isNotNull();
            } catch (DataNodeException e) {
                assertThat(e).hasMessageContaining("the power is off");
            }
            fresh.crashAtRandom();
            try (FileChunkStore store = StoreFixture.open(fresh, ROOT)) {
                fixture.put(store, StoreFixture.chunk(step), new byte[3]);
            }
        }
    }

    @Test
    void takesItsClusterOnceDurablyAndRefusesAnother() {
        UUID cluster = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        try (FileChunkStore store = open(disk, Expected.ANYTHING)) {
            assertThat(StoreFixture.await(store.health()).clusterId()).isEmpty();
            assertThatThrownBy(() -> fixture.put(store, StoreFixture.chunk(1), new byte[3], WriteOrder.upload(3)))
                    .hasMessageContaining("is in no cluster yet");
            store.adoptCluster(cluster);
            store.adoptCluster(cluster);
            assertThatThrownBy(() -> store.adoptCluster(other))
                    .isInstanceOf(DataNodeException.class)
                    .hasMessageContaining("belongs to cluster " + cluster + ", not to " + other);
            disk.crash();
        }
        try (FileChunkStore store = open(disk, new Expected(Optional.empty(), Optional.of(cluster)))) {
            assertThat(StoreFixture.await(store.health()).clusterId()).contains(cluster);
        }
        assertThatThrownBy(() -> open(disk, new Expected(Optional.empty(), Optional.of(other))))
                .hasMessageContaining("belongs to cluster " + cluster);
        assertThatThrownBy(() -> open(disk, new Expected(Optional.of(other), Optional.empty())))
                .hasMessageContaining("not to " + other);
    }

    @Test
    void refusesADamagedIdentityAndOneThatIsMissingBesideChunks() throws Exception {
        ForgetfulDisk used = new ForgetfulDisk(new Random(2));
        try (FileChunkStore store = StoreFixture.open(used, ROOT)) {
            fixture.put(store, StoreFixture.chunk(1), new byte[3]);
        }
        byte[] identity = used.bytes(LAYOUT.identity());
        for (int bit = 0; bit < identity.length * Byte.SIZE; bit++) {
            byte[] bad = identity.clone();
            bad[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
            assertThat(StoreIdentity.parse(new String(bad, StandardCharsets.ISO_8859_1)))
                    .isEmpty();
        }
        used.replace(LAYOUT.identity(), new byte[0]);
        assertThatThrownBy(() -> open(used, Expected.ANYTHING)).hasMessageContaining("is damaged");
        used.delete(LAYOUT.identity());
        assertThatThrownBy(() -> open(used, Expected.ANYTHING)).hasMessageContaining("has chunks but no identity file");
    }

    @Test
    void removesWhatUnfinishedWritesLeftBehind() throws Exception {
        ForgetfulDisk used = new ForgetfulDisk(new Random(3));
        try (FileChunkStore store = StoreFixture.open(used, ROOT)) {
            var ignored = Source.<ByteString>maybe()
                    .prepend(Source.single(ByteString.fromArray(new byte[600_000])))
                    .runWith(store.write(StoreFixture.chunk(1), WriteOrder.upload(-1)), fixture.system);
            Awaitility.await().until(() -> !used.names(LAYOUT.temporary()).isEmpty());
            assertThat(ignored.toCompletableFuture()).isNotDone();
        }
        assertThat(used.names(LAYOUT.temporary())).isNotEmpty();
        try (FileChunkStore store = StoreFixture.open(used, ROOT)) {
            assertThat(used.names(LAYOUT.temporary())).isEmpty();
            assertThat(StoreFixture.await(store.inventory(Optional.empty(), 10)))
                    .isEqualTo(List.of());
        }
    }
}
