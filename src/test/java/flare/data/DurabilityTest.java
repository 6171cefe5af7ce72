package flare.data;

import static org.assertj.core.api.Assertions.assertThat;

import flare.data.ForgetfulDisk.PlantedBug;
import flare.model.ChunkId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is acknowledged survives the loss of everything unsynced; the planted bugs show that the fake would tell. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DurabilityTest {

    private static final Path ROOT = Path.of("/durability");

    private final StoreFixture fixture = new StoreFixture();

    @AfterAll
    void close() {
        fixture.close();
    }

    @Test
    void keepsEveryAcknowledgedCopyThroughAPowerCut() {
        assertThat(lostInAPowerCut(new ForgetfulDisk(new Random(1)))).isEmpty();
    }

    @Test
    void aForgottenFileSyncLosesCopies() {
        ForgetfulDisk disk = formatted();
        disk.plant(PlantedBug.NO_FILE_SYNC);
        assertThat(lostInAPowerCut(disk)).isNotEmpty();
    }

    @Test
    void aForgottenDirectorySyncLosesCopies() {
        ForgetfulDisk disk = formatted();
        disk.plant(PlantedBug.NO_DIRECTORY_SYNC);
        assertThat(lostInAPowerCut(disk)).isNotEmpty();
    }

    @Test
    void aConfirmedDeleteIsNotUndoneByAPowerCut() {
        ForgetfulDisk disk = new ForgetfulDisk(new Random(2));
        ChunkId chunk = StoreFixture.chunk(1);
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            fixture.put(store, chunk, new byte[100]);
            assertThat(StoreFixture.await(store.delete(chunk, 5))).isTrue();
            disk.crash();
        }
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            assertThat(StoreFixture.await(store.inventory(Optional.empty(), 10)))
                    .isEmpty();
        }
    }

    @Test
    void aRepeatedWriteMakesDurableWhatAnEarlierOneLeftUnsynced() throws Exception {
        ForgetfulDisk disk = new ForgetfulDisk(new Random(3));
        ChunkId chunk = StoreFixture.chunk(1);
        byte[] bytes = StoreFixture.bytes(new Random(4), 100_000);
        StoreLayout layout = new StoreLayout(ROOT);
        Path elsewhere = layout.root().resolve("elsewhere");
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            fixture.put(store, chunk, bytes);
            byte[] file = disk.bytes(layout.file(chunk));
            disk.rename(layout.file(chunk), elsewhere);
            disk.syncDirectory(Objects.requireNonNull(layout.file(chunk).getParent()));
            try (Disk.DiskFile unsynced = disk.create(layout.file(chunk))) {
                ByteBuffer content = ByteBuffer.wrap(file);
                while (content.hasRemaining()) {
                    unsynced.write(content);
                }
            }
            fixture.put(store, chunk, bytes);
            disk.crash();
        }
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            assertThat(fixture.get(store, chunk)).isEqualTo(bytes);
        }
    }

    private static ForgetfulDisk formatted() {
        ForgetfulDisk disk = new ForgetfulDisk(new Random(1));
        StoreFixture.open(disk, ROOT).close();
        return disk;
    }

    /** Writes copies, cuts the power, and answers those that were acknowledged and can't be read any more. */
    private List<ChunkId> lostInAPowerCut(ForgetfulDisk disk) {
        Random random = new Random(5);
        Map<ChunkId, byte[]> acknowledged = new HashMap<>();
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            for (int i = 0; i < 20; i++) {
                byte[] bytes = StoreFixture.bytes(random, random.nextInt(600_000));
                fixture.put(store, StoreFixture.chunk(i), bytes);
                acknowledged.put(StoreFixture.chunk(i), bytes);
            }
            disk.crash();
        }
        List<ChunkId> lost = new ArrayList<>();
        try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
            acknowledged.forEach((chunk, bytes) -> {
                try {
                    if (!Arrays.equals(fixture.get(store, chunk), bytes)) {
                        lost.add(chunk);
                    }
                } catch (DataNodeException e) {
                    lost.add(chunk);
                }
            });
        } catch (DataNodeException identityLost) {
            return List.copyOf(acknowledged.keySet());
        }
        return lost;
    }
}
