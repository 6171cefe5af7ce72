package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes change on disk behind the store's back (reliability catalogue B1, B3, B4, B5), with three copies. */
class CorruptionTest {

    private static final int COPIES = 3;
    private static final int OBJECTS = 40;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int MANY_CHUNKS = 1_000;
    /** Copies are read by turns, and the last of two bad ones may have to wait for its own. */
    private static final int MAX_ROUNDS = 100;

    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("storm.seed", 42);
    private final SplittableRandom random = new SplittableRandom(seed);
    private final List<Body> bodies = new ArrayList<>();
    /** Every chunk file as it was before anything happened to it. */
    private final Map<Path, byte[]> sound = new TreeMap<>();

    private Flare flare;
    private ObjectClient client;

    @BeforeEach
    void fill() throws IOException {
        flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.copies = 3, flare.chunk-size = 64KiB, flare.repair.interval = 100ms
                flare.inline-limit = 0, flare.scrub.enabled = false
                """.formatted(directory)));
        client = new ObjectClient(flare::objects);
        for (int i = 0; i < OBJECTS; i++) {
            put(CHUNK_BYTES / 2 + random.nextInt(2 * CHUNK_BYTES));
        }
        for (Path file : DiskCensus.chunkFiles(directory)) {
            sound.put(file, Files.readAllBytes(file));
        }
    }

    private void put(int length) throws IOException {
        Body body = new Body(bodies.size(), length);
        assertThat(client.put("o" + bodies.size(), body.bytes())).isEqualTo(200);
        bodies.add(body);
    }

    @AfterEach
    void stop() {
        flare.close();
    }

    @Test
    void servesNoWrongByteAndRepairsWhenOneOrTwoCopiesHaveAFlippedBit() throws IOException {
        readUntilAllAreFound(FlippedCopies.in(copiesByChunk().values(), random));
    }

    /** Most of them so small that header, table and footer are hit as often as the bytes between. */
    @Test
    @Tag("full")
    void doesSoForAThousandChunksOfAllSizes() throws IOException {
        while (copiesByChunk().size() < MANY_CHUNKS) {
            for (int i = 0; i < OBJECTS; i++) {
                put(1 + random.nextInt(1 << random.nextInt(18)));
            }
        }
        List<List<Path>> chunks =
                copiesByChunk().values().stream().limit(MANY_CHUNKS).toList();
        readUntilAllAreFound(FlippedCopies.in(chunks, random));
    }

    /** Nobody but these reads looks for damage. */
    private void readUntilAllAreFound(FlippedCopies flipped) throws IOException {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, bodies.size()).boxed().toList());
        Map<Path, Duration> madeAnew = new TreeMap<>();
        int foundFirst = 0;
        int rounds = 0;
        while (madeAnew.size() < flipped.size()) {
            assertThat(++rounds).as("seed %d, rounds of reads", seed).isLessThanOrEqualTo(MAX_ROUNDS);
            // In another order each time, or a chunk would be read from the same copy again.
            Collections.shuffle(order, new Random(random.nextLong()));
            for (int number : order) {
                assertRight(number);
            }
            Collection<Path> found = DiskCensus.setAside(directory).values();
            foundFirst = rounds == 1 ? found.size() : foundFirst;
            await().atMost(REPAIR_LIMIT).until(() -> {
                madeAnew.putAll(flipped.madeAnew(directory));
                return madeAnew.keySet().containsAll(found);
            });
        }
        Duration slowest = Collections.max(madeAnew.values());
        System.out.printf(
                "B1 flipped bits: seed %d, %d copies of %d chunks; %d found by the first read, all by %d reads of each,"
                        + " each made anew within %.1f s; 0 wrong bytes%n",
                seed, flipped.size(), flipped.chunks(), foundFirst, rounds, slowest.toMillis() / 1e3);
        assertThat(slowest).as("seed %d", seed).isLessThanOrEqualTo(REPAIR_LIMIT);
    }

    @Test
    void neverAnswersACleanSuccessWhenAllCopiesAreBad() throws IOException {
        List<Path> victim = copiesByChunk().values().iterator().next();
        for (Path copy : victim) {
            FlippedCopies.flipABit(copy, random);
        }
        int failed = 0;
        for (int i = 0; i < OBJECTS; i++) {
            try {
                Optional<byte[]> found = client.get("o" + i);
                assertThat(found.isPresent() && bodies.get(i).is(found.get()))
                        .as("o" + i)
                        .isTrue();
            } catch (IOException e) {
                failed++;
            }
        }
        assertThat(failed).as("objects that could not be read").isEqualTo(1);
        // Nothing that might be the last copy is deleted by machine: bad bytes stay for whoever wants to look at them.
        try (var files = Files.walk(directory)) {
            assertThat(files.filter(file -> file.getFileName()
                            .toString()
                            .contains(victim.get(0).getFileName().toString())))
                    .hasSizeGreaterThanOrEqualTo(COPIES);
        }
    }

    @Test
    void detectsSwappedFilesAndPutsThemRight() throws IOException {
        List<List<Path>> chunks = List.copyOf(copiesByChunk().values());
        Path one = chunks.get(0).get(0);
        Path other = chunks.get(1).get(0);
        Path aside = directory.resolve("aside");
        Files.move(one, aside);
        Files.move(other, one, StandardCopyOption.REPLACE_EXISTING);
        Files.move(aside, other);
        readEverythingUntilRepaired();
    }

    @Test
    void healsEmptyTruncatedAndExtendedFilesAndThingsThatAreNoFiles() throws IOException {
        List<List<Path>> chunks = List.copyOf(copiesByChunk().values());
        Files.write(chunks.get(0).get(0), new byte[0]);
        try (RandomAccessFile file = new RandomAccessFile(chunks.get(1).get(1).toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        try (RandomAccessFile file = new RandomAccessFile(chunks.get(2).get(2).toFile(), "rw")) {
            file.setLength(file.length() + 1);
        }
        Path link = chunks.get(3).get(0);
        Files.delete(link);
        Files.createSymbolicLink(link, chunks.get(3).get(1));
        Path folder = chunks.get(4).get(0);
        Files.delete(folder);
        Files.createDirectory(folder);
        readEverythingUntilRepaired();
    }

    /** Nobody reads: scrubbing alone finds the damage, and healing makes it good. */
    @Test
    void scrubbingFindsWhatNobodyReads() throws Exception {
        List<List<Path>> chunks = List.copyOf(copiesByChunk().values());
        List<Path> damaged = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i += 5) {
            Path bad = chunks.get(i).get(i % COPIES);
            damaged.add(bad);
            if (i % 2 == 0) {
                FlippedCopies.flipABit(bad, random);
            } else {
                Files.delete(bad);
            }
        }
        Map<Path, byte[]> before = new TreeMap<>();
        for (Path bad : damaged) {
            before.put(bad, Files.exists(bad) ? Files.readAllBytes(bad) : new byte[0]);
        }
        Admin.post(flare.admin(), "/admin/scrub/start");
        await().atMost(REPAIR_LIMIT).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            for (Path bad : damaged) {
                assertThat(isMadeGood(bad, Objects.requireNonNull(before.get(bad))))
                        .as("%s", bad)
                        .isTrue();
            }
        });
        for (int i = 0; i < OBJECTS; i++) {
            assertRight(i);
        }
    }

    /** Reads find damage, and never pass it on; what they found is made good. */
    private void readEverythingUntilRepaired() throws IOException {
        Map<Path, byte[]> damaged = new TreeMap<>();
        for (Path file : sound.keySet()) {
            byte[] bytes =
                    Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.readAllBytes(file) : new byte[0];
            if (!Arrays.equals(bytes, sound.get(file))) {
                damaged.put(file, bytes);
            }
        }
        assertThat(damaged).isNotEmpty();
        await().atMost(REPAIR_LIMIT).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
            for (int i = 0; i < OBJECTS; i++) {
                assertRight(i);
            }
            // Copies are read by turns: what is read next must not meet the same copies in each round.
            assertRight(random.nextInt(OBJECTS));
            List<Path> left = new ArrayList<>();
            for (Map.Entry<Path, byte[]> file : damaged.entrySet()) {
                if (!isMadeGood(file.getKey(), file.getValue())) {
                    left.add(file.getKey());
                }
            }
            assertThat(left).as("copies not repaired").isEmpty();
        });
    }

    private void assertRight(int number) throws IOException {
        Optional<byte[]> found = client.get("o" + number);
        assertThat(found.isPresent() && bodies.get(number).is(found.get()))
                .as("o" + number)
                .isTrue();
    }

    private boolean isMadeGood(Path file, byte[] damaged) throws IOException {
        return DiskCensus.isCopyOf(file, Objects.requireNonNull(sound.get(file)))
                && !Arrays.equals(Files.readAllBytes(file), damaged);
    }

    private Map<String, List<Path>> copiesByChunk() throws IOException {
        Map<String, List<Path>> copies = DiskCensus.copiesByChunk(directory);
        assertThat(copies.values()).allSatisfy(list -> assertThat(list).hasSize(COPIES));
        return copies;
    }
}
