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
import java.util.Arrays;
import java.util.List;
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
    private static final int FOOTER_BYTES = 32;
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
                .set("flare.repair.rate", "2MiB")
                .start()
                .awaitReady();
        client = new ObjectClient(() -> server.object("/"));
        for (int i = 0; i < OBJECTS; i++) {
            Body body = new Body(i, 2 * CHUNK_BYTES + i);
            bodies.add(body);
            assertThat(client.put("o" + i, body.bytes())).isEqualTo(200);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void findsFlippedBitsAndDeletedFilesAlsoOverAKillAndHealingMakesThemGood() throws IOException {
        TreeMap<String, List<Path>> copies = new TreeMap<>();
        for (Path file : DiskCensus.chunkFiles(server.directory())) {
            copies.computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                    .add(file);
        }
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

        await().atMost(LIMIT).until(() -> isMadeGood(flipped, beforeFlip) && isMadeGood(deleted, beforeDelete));
        assertThat(setAside()).isEqualTo(1);
        for (int i = 0; i < OBJECTS; i++) {
            Body body = bodies.get(i);
            assertThat(client.get("o" + i))
                    .hasValueSatisfying(bytes -> assertThat(body.is(bytes)).isTrue());
        }
    }

    private JsonNode scrub() throws IOException {
        return Admin.get(server, "/admin/scrub");
    }

    private long setAside() throws IOException {
        try (var files = Files.walk(server.directory())) {
            return files.filter(file -> file.toString().contains(".corrupt")).count();
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(position);
            int old = bytes.read();
            bytes.seek(position);
            bytes.write(old ^ 1);
        }
    }

    /** The copy made anew has another generation in its header; chunk and checksum table are what they were. */
    private static boolean isMadeGood(Path file, byte[] before) throws IOException {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        byte[] now = Files.readAllBytes(file);
        int end = before.length - FOOTER_BYTES;
        return now.length == before.length && Arrays.equals(now, HEADER_BYTES, end, before, HEADER_BYTES, end);
    }
}
