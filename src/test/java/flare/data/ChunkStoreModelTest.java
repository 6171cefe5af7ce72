package flare.data;

import static org.assertj.core.api.Assertions.assertThat;

import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNodeException.Kind;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The store against a map, over random histories with restarts and with power cuts at every step. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChunkStoreModelTest {

    private static final Path ROOT = Path.of("/model");
    private static final int CHUNKS = 12;
    private static final int WINDOW_OF_POWER_CUTS = 60;

    private final StoreFixture fixture = new StoreFixture();

    @AfterAll
    void close() {
        fixture.close();
    }

    @Test
    void agreesWithAMapWhateverHappens() {
        for (long seed = 1000; seed < 1025; seed++) {
            try {
                new History(seed).run(60);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aPowerCutAtAnyStepOfAWriteLeavesNothingOrAll() {
        byte[] bytes = StoreFixture.bytes(new Random(1), 200_000);
        ChunkId chunk = StoreFixture.chunk(1);
        boolean acknowledged = false;
        for (int step = 0; !acknowledged; step++) {
            ForgetfulDisk disk = new ForgetfulDisk(new Random(step));
            try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
                disk.cutPowerAfter(step);
                fixture.put(store, chunk, bytes);
                acknowledged = true;
            } catch (DataNodeException e) {
                assertThat(e.kind()).isEqualTo(Kind.REFUSED);
            }
            disk.crashAtRandom();
            try (FileChunkStore store = StoreFixture.open(disk, ROOT)) {
                List<ChunkId> held = StoreFixture.await(store.inventory(Optional.empty(), 10));
                boolean whole = held.equals(List.of(chunk)) && Arrays.equals(fixture.get(store, chunk), bytes);
                assertThat(whole || (held.isEmpty() && !acknowledged))
                        .as("step %d: %s", step, held)
                        .isTrue();
                assertThat(disk.names(new StoreLayout(ROOT).temporary())).isEmpty();
                fixture.put(store, chunk, bytes);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** One seed's story. */
    private final class History {

        private final Random random;
        private final ForgetfulDisk disk;
        private final Map<ChunkId, Copy> model = new TreeMap<>();
        private FileChunkStore store;

        History(long seed) {
            random = new Random(seed);
            disk = new ForgetfulDisk(new Random(seed));
            store = StoreFixture.open(disk, ROOT);
        }

        void run(int steps) {
            for (int i = 0; i < steps; i++) {
                ChunkId chunk = StoreFixture.chunk(random.nextInt(CHUNKS));
                switch (random.nextInt(10)) {
                    case 0, 1, 2, 3 -> write(chunk);
                    case 4, 5 -> delete(chunk);
                    case 6 -> compareAll();
                    case 7 -> restart();
                    default -> cutPowerDuring(chunk);
                }
            }
            compareAll();
            store.close();
        }

        private Copy newCopy(ChunkId chunk) {
            Copy standing = model.get(chunk);
            byte[] bytes = standing != null && random.nextBoolean()
                    ? standing.bytes
                    : StoreFixture.bytes(random, random.nextInt(300_000));
            return new Copy(bytes, random.nextBoolean() ? 0 : random.nextInt(5));
        }

        private void write(ChunkId chunk) {
            Copy copy = newCopy(chunk);
            Optional<Copy> expected = after(chunk, copy);
            try {
                put(chunk, copy);
                assertThat(expected).as("write of %s", chunk).isPresent();
                model.put(chunk, expected.orElseThrow());
            } catch (DataNodeException e) {
                assertThat(e.kind()).isEqualTo(Kind.CONFLICT);
                assertThat(expected).as("write of %s", chunk).isEmpty();
            }
        }

        /** What stands after the write; empty if it is to be refused. */
        private Optional<Copy> after(ChunkId chunk, Copy copy) {
            Copy standing = model.get(chunk);
            if (standing == null || copy.generation > standing.generation) {
                return Optional.of(copy);
            }
            return Arrays.equals(standing.bytes, copy.bytes) ? Optional.of(standing) : Optional.empty();
        }

        private void put(ChunkId chunk, Copy copy) {
            fixture.put(
                    store, chunk, copy.bytes, new WriteOrder(copy.bytes.length, OptionalInt.empty(), copy.generation));
        }

        private void delete(ChunkId chunk) {
            int freedIndex = random.nextInt(6);
            boolean kept = model.containsKey(chunk) && model.get(chunk).generation >= freedIndex;
            assertThat(StoreFixture.await(store.delete(chunk, freedIndex))).isEqualTo(!kept);
            if (!kept) {
                model.remove(chunk);
            }
        }

        private void restart() {
            store.close();
            if (random.nextBoolean()) {
                disk.crash();
            }
            store = StoreFixture.open(disk, ROOT);
        }

        /** One operation is cut short at a random step: what stands then is either what was, or what was to be. */
        private void cutPowerDuring(ChunkId chunk) {
            Copy before = model.get(chunk);
            Copy copy = newCopy(chunk);
            boolean deleting = random.nextBoolean();
            disk.cutPowerAfter(random.nextInt(WINDOW_OF_POWER_CUTS));
            boolean done = false;
            boolean refused = false;
            try {
                if (deleting) {
                    done = StoreFixture.await(store.delete(chunk, 10));
                } else {
                    put(chunk, copy);
                    done = true;
                }
            } catch (DataNodeException e) {
                refused = e.kind() == Kind.CONFLICT;
            }
            Optional<Copy> to = deleting || refused ? Optional.empty() : after(chunk, copy);
            store.close();
            disk.crashAtRandom();
            store = StoreFixture.open(disk, ROOT);
            Optional<byte[]> now = find(chunk);
            boolean isNew = sameBytes(now, refused ? Optional.ofNullable(before) : to);
            boolean isOld = sameBytes(now, Optional.ofNullable(before));
            // A pull that replaces other bytes sets them aside first: between the two steps there is no copy.
            boolean isBetween = now.isEmpty() && !deleting && copy.generation > 0;
            assertThat(isNew || (!done && (isOld || isBetween)))
                    .as("power cut at %s", chunk)
                    .isTrue();
            settle(chunk, now, done || !isOld ? to : Optional.ofNullable(before), refused);
        }

        /** Of two generations with the same bytes, either may stand: one more delete makes model and store agree. */
        private void settle(ChunkId chunk, Optional<byte[]> now, Optional<Copy> is, boolean refused) {
            if (refused) {
                return;
            }
            assertThat(StoreFixture.await(store.delete(chunk, 10))).isTrue();
            model.remove(chunk);
            if (now.isPresent() && is.isPresent()) {
                put(chunk, is.get());
                model.put(chunk, is.get());
            }
        }

        private boolean sameBytes(Optional<byte[]> found, Optional<Copy> copy) {
            return found.isPresent() == copy.isPresent()
                    && (found.isEmpty() || Arrays.equals(found.get(), copy.orElseThrow().bytes));
        }

        private Optional<byte[]> find(ChunkId chunk) {
            try {
                return Optional.of(fixture.get(store, chunk));
            } catch (DataNodeException e) {
                assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND);
                return Optional.empty();
            }
        }

        private void compareAll() {
            for (int i = 0; i < CHUNKS; i++) {
                ChunkId chunk = StoreFixture.chunk(i);
                assertThat(sameBytes(find(chunk), Optional.ofNullable(model.get(chunk))))
                        .as("copy of %s", chunk)
                        .isTrue();
            }
            List<ChunkId> listed = new ArrayList<>();
            Optional<ChunkId> after = Optional.empty();
            List<ChunkId> page;
            do {
                page = StoreFixture.await(store.inventory(after, 3));
                listed.addAll(page);
                after = listed.isEmpty() ? Optional.empty() : Optional.of(listed.get(listed.size() - 1));
            } while (page.size() == 3);
            assertThat(listed).containsExactlyElementsOf(model.keySet());
        }
    }

    private record Copy(byte[] bytes, long generation) {}
}
