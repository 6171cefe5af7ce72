package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reclaim at its most eager against reads and uploads that take their time (reliability catalogue E2, E3). */
class ReclaimRaceTest {

    private static final int CHUNK_BYTES = 256 * 1024;
    /** Far more than all buffers between disk and reader hold. */
    private static final int OBJECT_BYTES = 64 * CHUNK_BYTES;

    private static final int READERS = 4;
    private static final long READING_MILLIS = 3_000;

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private Flare start(String more) {
        return Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.data.nodes = 2, flare.copies = 2, flare.chunk-size = 256KiB, flare.shutdown-limit = 1s
                flare.session.renew-every = 50ms, flare.session.expire-after = 2s
                flare.repair.interval = 50ms, flare.repair.orphan-interval = 50ms
                %s
                """.formatted(directory, more)));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void slowReadersOfDeletedAndOverwrittenObjectsGetEveryByteAndThenTheChunksGo() throws Exception {
        try (Flare flare = start("")) {
            ObjectClient client = new ObjectClient(flare::objects);
            Body overwritten = new Body(1, OBJECT_BYTES);
            Body deleted = new Body(2, OBJECT_BYTES);
            Body fresh = new Body(3, CHUNK_BYTES);
            assertThat(client.put("overwritten", overwritten.bytes())).isEqualTo(200);
            assertThat(client.put("deleted", deleted.bytes())).isEqualTo(200);
            List<Future<Boolean>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(slowRead(flare, "overwritten", overwritten));
                readers.add(slowRead(flare, "deleted", deleted));
            }
            assertThat(client.put("overwritten", fresh.bytes())).isEqualTo(200);
            assertThat(client.delete("deleted")).isEqualTo(204);
            await().until(() -> counts(flare).path("freed").asLong() > 0);
            assertThat(chunkFiles()).as("chunk files while they are read").hasSize(2 * (2 * 64 + 1));
            for (Future<Boolean> reader : readers) {
                assertThat(reader.get()).isTrue();
            }
            await().until(() -> chunkFiles().size() == 2);
            assertThat(client.get("overwritten"))
                    .hasValueSatisfying(bytes -> assertThat(fresh.is(bytes)).isTrue());
        }
    }

    @Test
    void aReadOlderThanTheLimitIsCutAndHoldsBackNothingAnyMore() throws Exception {
        try (Flare flare = start("flare.session.max-read-age = 500ms")) {
            ObjectClient client = new ObjectClient(flare::objects);
            Body body = new Body(1, OBJECT_BYTES);
            assertThat(client.put("key", body.bytes())).isEqualTo(200);
            try (SlowGet read = new SlowGet(flare.objects(), "key")) {
                assertThat(client.delete("key")).isEqualTo(204);
                await().until(() -> chunkFiles().isEmpty());
                assertThatThrownBy(() -> {
                            byte[] bytes = read.readOver(0, OBJECT_BYTES);
                            if (bytes.length < OBJECT_BYTES) {
                                throw new IOException("cut after " + bytes.length + " bytes");
                            }
                        })
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void chunksOfAStalledUploadAreKeptFromTheSweepAndFromReclaimNow() throws Exception {
        try (Flare flare = start("")) {
            ObjectClient client = new ObjectClient(flare::objects);
            Body body = new Body(1, 8 * CHUNK_BYTES);
            try (RawPut upload = new RawPut(flare.objects(), "stalled", body.bytes())) {
                upload.sendUpTo(7 * CHUNK_BYTES + CHUNK_BYTES / 2);
                await().until(() -> chunkFiles().size() == 2 * 7);
                Future<JsonNode> reclaim = threads.submit(() -> Admin.reclaim(flare.admin()));
                await().during(Duration.ofSeconds(1)).until(() -> chunkFiles().size() >= 2 * 7);
                assertThat(upload.finish()).isEqualTo(200);
                assertThat(reclaim.get().path("orphansDeleted").asLong()).isZero();
            }
            assertThat(client.get("stalled"))
                    .hasValueSatisfying(bytes -> assertThat(body.is(bytes)).isTrue());
            assertThat(chunkFiles()).hasSize(2 * 8);
        }
    }

    @Test
    void chunksOfAnUploadThatWasCutOffAreGivenBack() throws Exception {
        try (Flare flare = start("")) {
            ObjectClient client = new ObjectClient(flare::objects);
            Body body = new Body(1, 8 * CHUNK_BYTES);
            try (RawPut upload = new RawPut(flare.objects(), "cut", body.bytes())) {
                upload.sendUpTo(7 * CHUNK_BYTES + CHUNK_BYTES / 2);
                await().until(() -> chunkFiles().size() == 2 * 7);
            }
            await().until(() -> chunkFiles().isEmpty());
            assertThat(client.get("cut")).isEmpty();
        }
    }

    private Future<Boolean> slowRead(Flare flare, String key, Body body) throws IOException {
        SlowGet read = new SlowGet(flare.objects(), key);
        return threads.submit(() -> {
            try (read) {
                return body.is(read.readOver(READING_MILLIS, OBJECT_BYTES));
            }
        });
    }

    private static JsonNode counts(Flare flare) throws IOException {
        return Admin.status(flare.admin()).path("counts");
    }

    /** In their places: not in the trash, from where they can still be fetched by hand. */
    private List<Path> chunkFiles() throws IOException {
        List<Path> found = new ArrayList<>();
        for (int node = 1; node <= 2; node++) {
            Path chunks = directory.resolve("data-" + node).resolve("chunks");
            assertThat(Files.isDirectory(chunks)).isTrue();
            found.addAll(DiskCensus.chunkFiles(chunks));
        }
        return found;
    }
}
