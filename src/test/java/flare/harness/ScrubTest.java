package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scrubbing finds damage that nobody reads, and goes on with its pass after a kill. */
@Tag("full")
class ScrubTest {

    private static final int COPIES = 3;
    private static final int OBJECTS = 12;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 64;
    private static final int MANY_CHUNKS = 1_000;
    private static final int MOST_BYTES = 24 * 1024;
    private static final int RATE = 2 * 1024 * 1024;
    private static final long MEASURE_MILLIS = 15_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<Body> bodies = new ArrayList<>();
    private ServerProcess server;
    private ObjectClient client;

    @BeforeEach
    void start() throws IOException {
        server = new ServerProcess("server", directory.resolve("server"))
                .set("flare.copies", COPIES)
                .set("flare.chunk-size", CHUNK_BYTES)
                .set("flare.repair.interval", "100ms")
                .set("flare.repair.rate", RATE)
                .set("flare.inline-limit", 0)
                .start()
                .awaitReady();
        client = new ObjectClient(() -> server.object("/"));
        for (int i = 0; i < OBJECTS; i++) {
            put(2 * CHUNK_BYTES + i);
        }
    }

    private void put(int length) throws IOException {
        Body body = new Body(bodies.size(), length);
        assertThat(client.put("o" + bodies.size(), body.bytes())).isEqualTo(200);
        bodies.add(body);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void findsFlippedBitsAndDeletedFilesAlsoOverAKillAndHealingMakesThemGood() throws IOException {
        TreeMap<String, List<Path>> copies = new TreeMap<>(DiskCensus.copiesByChunk(server.directory()));
        assertThat(copies).hasSizeGreaterThanOrEqualTo(2 * OBJECTS);
        Path flipped = copies.firstEntry().getValue().get(0);
        Path deleted = copies.lastEntry().getValue().get(1);
        byte[] beforeFlip = Files.readAllBytes(flipped);
        byte[] beforeDelete = Files.readAllBytes(deleted);
        flip(flipped, HEADER_BYTES + 100);
        Files.delete(deleted);

        assertThat(Admin.post(server, "/admin/scrub/start").path("state").asText())
                .isIn("ordered", "running");
        await().atMost(LIMIT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> scrub().path("pass").path("corrupt").asInt() == 1);
        JsonNode begun = scrub();
        assertThat(begun.path("state").asText()).isEqualTo("running");
        assertThat(begun.path("byHand").asBoolean()).isTrue();
        server.kill();
        Instant killed = Instant.now();
        server.start().awaitReady();

        await().atMost(LIMIT).until(() -> scrub().path("state").asText().equals("waiting"));
        JsonNode last = scrub().path("last");
        assertThat(last.path("started").asText())
                .isEqualTo(begun.path("pass").path("started").asText());
        assertThat(Instant.parse(last.path("ended").asText())).isAfter(killed);
        assertThat(last.path("corrupt").asInt()).isEqualTo(1);
        assertThat(last.path("missing").asInt()).isEqualTo(1);
        assertThat(last.path("damaged").asInt()).isZero();
        assertThat(last.path("copies").asInt()).isBetween(copies.size() * COPIES - 1, copies.size() * COPIES);

        await().atMost(LIMIT)
                .until(() -> DiskCensus.isCopyOf(flipped, beforeFlip) && DiskCensus.isCopyOf(deleted, beforeDelete));
        assertThat(DiskCensus.setAside(server.directory())).hasSize(1);
        assertAllRight();
    }

    /** Clients read the objects that were there before, and none of those that are damaged. */
    @Test
    void findsEachFlippedCopyOfAThousandChunksInOnePassBesideClients() throws IOException {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Optional<Body>> read = new TreeMap<>();
        for (int i = 0; i < OBJECTS; i++) {
            read.put("o" + i, Optional.of(bodies.get(i)));
        }
        Set<String> others = DiskCensus.copiesByChunk(server.directory()).keySet();
        for (int i = 0; i < MANY_CHUNKS; i++) {
            put(1 + random.nextInt(MOST_BYTES));
        }
        // The pass that begins by itself.
        await().atMost(LIMIT).until(() -> scrub().path("state").asText().equals("waiting"));
        Map<String, List<Path>> chunks = DiskCensus.copiesByChunk(server.directory());
        int copies = chunks.values().stream().mapToInt(List::size).sum();
        chunks.keySet().removeAll(others);
        assertThat(chunks).hasSize(MANY_CHUNKS);

        try (Readers readers = new Readers(client, read)) {
            readers.start(1, seed);
            Sleep.millis(MEASURE_MILLIS);
            FlippedCopies flipped = FlippedCopies.in(chunks.values(), random);
            Readers.Reading before = readers.sinceLast();
            String ordered = Instant.now().toString();
            Admin.post(server, "/admin/scrub/start");
            await().atMost(LIMIT)
                    .until(() -> scrub().path("last").path("started").asText().compareTo(ordered) >= 0);
            Readers.Reading during = readers.sinceLast();
            JsonNode pass = scrub().path("last");
            Map<Path, Duration> madeAnew = new TreeMap<>();
            await().atMost(LIMIT).until(() -> {
                madeAnew.putAll(flipped.madeAnew(server.directory()));
                return madeAnew.size() == flipped.size();
            });
            readers.stop();
            double seconds = Duration.between(
                                    Instant.parse(pass.path("started").asText()),
                                    Instant.parse(pass.path("ended").asText()))
                            .toMillis()
                    / 1e3;
            System.out.printf(
                    "B2 flipped bits: seed %d, %d copies of %d chunks; one pass of %.1f s found %d among %d, at %.2f of %.2f MiB/s;"
                            + " each made anew within %.1f s; reads meanwhile: %d, %d failed, p99 %.1f ms before, %.1f ms"
                            + " during the pass: %.2f of it%n",
                    seed,
                    flipped.size(),
                    flipped.chunks(),
                    seconds,
                    pass.path("corrupt").asLong(),
                    pass.path("copies").asLong(),
                    pass.path("bytes").asLong() / seconds / (1 << 20),
                    (double) RATE / (1 << 20),
                    Collections.max(madeAnew.values()).toMillis() / 1e3,
                    during.reads(),
                    readers.failures().size(),
                    before.p99Millis(),
                    during.p99Millis(),
                    during.p99Millis() / before.p99Millis());
            assertThat(pass.path("corrupt").asInt()).as("%s", pass).isEqualTo(flipped.size());
            assertThat(pass.path("copies").asInt()).as("%s", pass).isEqualTo(copies);
            for (String none : List.of("missing", "kept", "damaged", "unanswered")) {
                assertThat(pass.path(none).asInt()).as("%s of %s", none, pass).isZero();
            }
            assertThat(readers.failures()).as("seed %d", seed).isEmpty();
        }
        assertAllRight();
    }

    private void assertAllRight() throws IOException {
        for (int i = 0; i < bodies.size(); i++) {
            Body body = bodies.get(i);
            assertThat(client.get("o" + i))
                    .hasValueSatisfying(bytes -> assertThat(body.is(bytes)).isTrue());
        }
    }

    private JsonNode scrub() throws IOException {
        return Admin.get(server, "/admin/scrub");
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int old = bytes.read();
            bytes.seek(position);
            bytes.write(old ^ 1);
        }
    }
}
