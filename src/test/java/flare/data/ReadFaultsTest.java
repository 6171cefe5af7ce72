package flare.data;

import static flare.data.StoreFixture.await;
import static flare.data.StoreFixture.chunk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.data.DataNode.DiskState;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A disk that can't read: one file costs one copy, several in a short time the disk; and what is set aside is counted. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadFaultsTest {

    private static final Path ROOT = Path.of("/read-faults");
    private static final StoreLayout LAYOUT = new StoreLayout(ROOT);
    private static final String SETTINGS = "flare.data { read-error-limit = 3, read-error-window = 1h }";

    private final StoreFixture fixture = new StoreFixture();
    private ForgetfulDisk disk;
    private FileChunkStore store;

    @BeforeEach
    void open() {
        disk = new ForgetfulDisk(new Random(1));
        store = StoreFixture.open(disk, ROOT, SETTINGS);
        for (int i = 0; i < 4; i++) {
            fixture.put(store, chunk(i), new byte[1000 + i]);
        }
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @AfterAll
    void closeFixture() {
        fixture.close();
    }

    @Test
    void oneFileThatCanNotBeReadIsSetAsideAndTheDiskGoesOn() {
        disk.failReads(LAYOUT.file(chunk(0)));
        assertKind(Kind.CORRUPT, () -> fixture.get(store, chunk(0)));
        assertKind(Kind.NOT_FOUND, () -> fixture.get(store, chunk(0)));
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
        assertThat(await(store.health()).setAside()).isOne();
        fixture.put(store, chunk(9), new byte[10]);
    }

    @Test
    void severalFilesInAShortTimeAreADiskThatGoes() {
        for (int i = 0; i < 3; i++) {
            disk.failReads(LAYOUT.file(chunk(i)));
            assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
            ChunkId chunk = chunk(i);
            assertKind(Kind.CORRUPT, () -> fixture.get(store, chunk));
        }
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.FAILED);
        long changes = disk.changes();
        assertKind(Kind.REFUSED, () -> fixture.put(store, chunk(9), new byte[10]));
        assertKind(Kind.REFUSED, () -> await(store.delete(chunk(3), 7)));
        assertKind(Kind.CORRUPT, () -> fixture.get(store, chunk(2)));
        assertThat(disk.changes()).isEqualTo(changes);
        assertThat(fixture.get(store, chunk(3))).as("what can be read is").hasSize(1003);
    }

    @Test
    void aDirectoryThatCanNotBeListedCountsAsAFileDoes() {
        LatchedDisk latched = new LatchedDisk(disk, ROOT, new ReadFaults(1, Duration.ofHours(1), System::nanoTime));
        disk.cutPowerAfter(0);
        assertThatThrownBy(() -> latched.open(LAYOUT.file(chunk(1)))).isInstanceOf(IOException.class);
        assertThat(latched.failure())
                .hasValueSatisfying(why -> assertThat(why).contains("1 files could not be read within 3600 s"));
    }

    @Test
    void whatIsMissingIsNoFault() {
        for (int i = 10; i < 20; i++) {
            ChunkId chunk = chunk(i);
            assertKind(Kind.NOT_FOUND, () -> fixture.get(store, chunk));
        }
        assertThat(await(store.health()).disk()).isEqualTo(DiskState.OK);
    }

    @Test
    void countsAFileOnceAndForgetsItAfterTheWindow() {
        AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
        ReadFaults faults = new ReadFaults(3, Duration.ofSeconds(10), nanos::get);
        assertThat(faults.add(Path.of("a"))).isFalse();
        assertThat(faults.add(Path.of("a"))).isFalse();
        assertThat(faults.add(Path.of("b"))).isFalse();
        assertThat(faults.add(Path.of("b"))).isFalse();
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(faults.add(Path.of("c"))).isFalse();
        assertThat(faults.add(Path.of("d"))).isFalse();
        assertThat(faults.add(Path.of("e"))).isTrue();
    }

    @Test
    void countsWhatIsSetAsideAlsoAfterARestartAndUntilAnOperatorTakesItAway() throws IOException {
        for (int i = 0; i < 2; i++) {
            disk.failReads(LAYOUT.file(chunk(i)));
            ChunkId chunk = chunk(i);
            assertKind(Kind.CORRUPT, () -> await(store.verify(chunk)));
        }
        assertThat(store.setAside()).isEqualTo(2);
        store.close();
        store = StoreFixture.open(disk, ROOT, SETTINGS);
        Awaitility.await().until(() -> store.setAside() == 2);

        Path fanOut = Objects.requireNonNull(LAYOUT.file(chunk(0)).getParent());
        List<String> aside =
                disk.names(fanOut).stream().filter(StoreLayout::isSetAside).toList();
        disk.delete(fanOut.resolve(aside.get(0)));
        await(store.inventory(Optional.empty(), 1));
        assertThat(store.setAside()).isOne();
    }

    private static void assertKind(Kind kind, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        DataNodeException.class, e -> assertThat(e.kind()).isEqualTo(kind));
    }
}
