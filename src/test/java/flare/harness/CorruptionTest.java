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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes change on disk behind the store's back (reliability catalogue B1, B3, B4, B5), with three copies. */
class CorruptionTest {

    private static final int COPIES = 3;
    private static final int OBJECTS = 40;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 64;
    private static final int FOOTER_BYTES = 32;
    private static final Duration REPAIR_LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(42);
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
                """.formatted(directory)));
        client = new ObjectClient(flare::objects);
        for (int i = 0; i < OBJECTS; i++) {
            Body body = new Body(i, CHUNK_BYTES / 2 + random.nextInt(2 * CHUNK_BYTES));
            bodies.add(body);
            assertThat(client.put("o" + i, body.bytes())).isEqualTo(200);
        }
        for (Path file : DiskCensus.chunkFiles(directory)) {
            sound.put(file, Files.readAllBytes(file));
        }
    }

    @AfterEach
    void stop() {
        flare.close();
    }

    @Test
    void servesNoWrongByteAndRepairsWhenOneOrTwoCopiesHaveAFlippedBit() throws IOException {
        Collection<List<Path>> chunks = copiesByChunk().values();
        for (List<Path> copies : chunks) {
            int bad = 1 + random.nextInt(COPIES - 1);
            int first = random.nextInt(COPIES);
            for (int i = first; i < first + bad; i++) {
                flipABit(copies.get(i % COPIES));
            }
        }
        readEverythingUntilRepaired();
    }

    @Test
    void neverAnswersACleanSuccessWhenAllCopiesAreBad() throws IOException {
        List<Path> victim = copiesByChunk().values().iterator().next();
        for (Path copy : victim) {
            flipABit(copy);
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
                flipABit(bad);
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

    /** The copy made anew has another generation in its header; chunk and checksum table are what they were. */
    private boolean isMadeGood(Path file, byte[] damaged) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        byte[] now = Files.readAllBytes(file);
        byte[] before = Objects.requireNonNull(sound.get(file));
        int end = before.length - FOOTER_BYTES;
        return now.length == before.length
                && !Arrays.equals(now, damaged)
                && Arrays.equals(now, HEADER_BYTES, end, before, HEADER_BYTES, end);
    }

    private Map<String, List<Path>> copiesByChunk() throws IOException {
        Map<String, List<Path>> copies = new TreeMap<>();
        for (Path file : DiskCensus.chunkFiles(directory)) {
            copies.computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                    .add(file);
        }
        assertThat(copies.values()).allSatisfy(list -> assertThat(list).hasSize(COPIES));
        return copies;
    }

    private void flipABit(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long position = (long) (random.nextDouble() * bytes.length());
            bytes.seek(position);
            int old = bytes.read();
            bytes.seek(position);
            bytes.write(old ^ (1 << random.nextInt(8)));
        }
    }
}
