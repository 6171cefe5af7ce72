package flare.data;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.BlobId;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class InventoryTest {

    private static final StoreLayout LAYOUT = new StoreLayout(Path.of("/inventory"));

    @Test
    void pagesInIdOrderWhateverThePageAndTheWindow() throws IOException {
        for (long seed = 1; seed <= 30; seed++) {
            Random random = new Random(seed);
            ForgetfulDisk disk = formatted();
            TreeSet<ChunkId> chunks = new TreeSet<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                ChunkId chunk = new ChunkId(
                        new BlobId(random.nextInt(3), random.nextLong() >>> random.nextInt(1, 60)), random.nextInt(4));
                if (chunks.add(chunk)) {
                    disk.create(LAYOUT.file(chunk)).close();
                }
            }
            Inventory inventory = new Inventory(disk, LAYOUT, 1 + random.nextInt(20), setAside -> {});
            int limit = 1 + random.nextInt(25);
            assertThat(all(inventory, limit)).as("seed " + seed).isEqualTo(List.copyOf(chunks));
            assertThat(all(inventory, limit)).as("again, seed " + seed).isEqualTo(List.copyOf(chunks));
            assertThat(inventory.count()).as("seed " + seed).isEqualTo(chunks.size());
        }
    }

    @Test
    void seesWhatCameSinceTheLastInventoryAndBeginsAnywhere() throws IOException {
        ForgetfulDisk disk = formatted();
        Inventory inventory = new Inventory(disk, LAYOUT, 3, setAside -> {});
        ChunkId one = StoreFixture.chunk(1);
        ChunkId two = StoreFixture.chunk(2);
        disk.create(LAYOUT.file(one)).close();
        assertThat(inventory.page(Optional.empty(), 1)).containsExactly(one);
        disk.create(LAYOUT.file(two)).close();
        assertThat(inventory.page(Optional.empty(), 2)).containsExactly(one, two);
        assertThat(inventory.page(Optional.of(one), 2)).containsExactly(two);
        assertThat(inventory.page(Optional.of(two), 2)).isEmpty();
    }

    @Test
    void passesOverWhatIsSetAsideAndWhatIsAStrangers() throws IOException {
        ForgetfulDisk disk = formatted();
        Path directory = LAYOUT.directory(0);
        String name = StoreLayout.name(StoreFixture.chunk(1));
        for (String stranger : List.of(name + ".1-1.corrupt", "lost+found", "x" + name.substring(1))) {
            disk.create(directory.resolve(stranger)).close();
        }
        disk.create(directory.resolve("ffffffffffffffff0000000000000001-00000001"))
                .close();
        disk.create(directory.resolve("00000000000000010000000000000001-ffffffff"))
                .close();
        AtomicLong setAside = new AtomicLong();
        Inventory inventory = new Inventory(disk, LAYOUT, 10, setAside::set);
        assertThat(inventory.page(Optional.empty(), 10)).isEmpty();
        assertThat(setAside).hasValue(1);
    }

    private static List<ChunkId> all(Inventory inventory, int limit) throws IOException {
        List<ChunkId> all = new ArrayList<>();
        Optional<ChunkId> after = Optional.empty();
        List<ChunkId> page;
        do {
            page = inventory.page(after, limit);
            assertThat(page.size()).isLessThanOrEqualTo(limit);
            all.addAll(page);
            after = page.isEmpty() ? after : Optional.of(page.get(page.size() - 1));
        } while (page.size() == limit);
        return all;
    }

    private static ForgetfulDisk formatted() throws IOException {
        ForgetfulDisk disk = new ForgetfulDisk(new Random(1));
        disk.createDirectory(LAYOUT.root());
        disk.createDirectory(LAYOUT.chunks());
        for (Path directory : LAYOUT.fanOut()) {
            disk.createDirectory(directory);
        }
        return disk;
    }
}
