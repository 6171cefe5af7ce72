package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chunk files go, or come where none should be: {@code flare fsck --disks} names them, and the objects that are hurt. */
class DisksComparedTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int CHUNKS = 3;

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void namesWhatIsMissingWhatIsSpareAndWhichObjectsAreDamaged() throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.data.nodes = 3, flare.copies = 2, flare.chunk-size = 64KiB
                flare.session { renew-every = 200ms, expire-after = 5s }
                """.formatted(directory)))) {
            ObjectClient client = new ObjectClient(flare::objects);
            List<List<Path>> whole = put(client, "whole", 1);
            List<List<Path>> hurt = put(client, "hurt", 2);
            String first = copiedPart(flare, "hurt", 1, 0);
            copiedPart(flare, first, "hurt", 2, 2 * CHUNK_BYTES - 1);
            send(
                    flare,
                    "PUT",
                    "/object?versioning",
                    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>");
            put(client, "hurt", 3);
            JsonNode sound = Admin.compareDisks(flare.admin());
            assertThat(sound.path("chunks").asInt()).isEqualTo(3 * CHUNKS);
            assertThat(sound.path("onDisks").asInt()).isEqualTo(2 * 3 * CHUNKS);
            assertThat(sound.path("first")).as("%s", sound).isEmpty();

            Files.delete(whole.get(0).get(1));
            for (Path copy : hurt.get(1)) {
                Files.delete(copy);
            }
            Path spare = elsewhere(whole.get(2));
            Files.copy(whole.get(2).get(0), spare);

            // Until the session was renewed, a copy more might be one of an upload under way.
            JsonNode found = await().atMost(Duration.ofSeconds(10))
                    .until(
                            () -> Admin.compareDisks(flare.admin()),
                            told -> told.path("inFlight").asInt() == 0);
            assertThat(found.path("missing").asInt()).as("%s", found).isEqualTo(3);
            assertThat(found.path("lost").asInt()).isEqualTo(1);
            assertThat(found.path("unlocated").asInt()).isEqualTo(1);
            assertThat(found.path("orphans").asInt()).isZero();
            assertThat(found.path("first")).hasSize(3);
            JsonNode damaged = found.path("damaged");
            assertThat(damaged).as("part 1 is of another chunk").hasSize(2);
            assertThat(damaged.get(0).path("key").asText()).isEqualTo("hurt");
            assertThat(damaged.get(0).path("newest").asBoolean()).isFalse();
            assertThat(damaged.get(0).path("version").asText()).isEqualTo("null");
            assertThat(damaged.get(1).path("part").asInt()).isEqualTo(2);
            assertThat(damaged.get(1).path("upload").asText()).isEqualTo(first);
        }
    }

    /** The files of each chunk of the new object, in the chunks' order. */
    private List<List<Path>> put(ObjectClient client, String key, int seed) throws IOException {
        List<Path> before = DiskCensus.chunkFiles(directory);
        assertThat(client.put(key, new Body(seed, CHUNKS * CHUNK_BYTES).bytes()))
                .isEqualTo(200);
        TreeMap<String, List<Path>> chunks = new TreeMap<>();
        for (Path file : DiskCensus.chunkFiles(directory)) {
            if (!before.contains(file)) {
                chunks.computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                        .add(file);
            }
        }
        assertThat(chunks).hasSize(CHUNKS);
        return List.copyOf(chunks.values());
    }

    /** Where the node that has no copy would keep it. */
    private Path elsewhere(List<Path> copies) throws IOException {
        try (var nodes = Files.list(directory)) {
            Path node = nodes.filter(root -> Files.isDirectory(root.resolve("chunks"))
                            && copies.stream().noneMatch(copy -> copy.startsWith(root)))
                    .findFirst()
                    .orElseThrow();
            Path copy = directory.relativize(copies.get(0));
            return node.resolve(copy.subpath(1, copy.getNameCount()));
        }
    }

    private String copiedPart(Flare flare, String key, int part, int offset) throws Exception {
        String upload =
                send(flare, "POST", "/object/parts?uploads", "").replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
        copiedPart(flare, upload, key, part, offset);
        return upload;
    }

    /** Two bytes of the object from an offset on. */
    private void copiedPart(Flare flare, String upload, String key, int part, int offset) throws Exception {
        send(
                flare,
                "PUT",
                "/object/parts?partNumber=" + part + "&uploadId=" + upload,
                "",
                "x-amz-copy-source",
                "/object/" + key,
                "x-amz-copy-source-range",
                "bytes=" + offset + "-" + (offset + 1));
    }

    private String send(Flare flare, String method, String target, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(flare.objects().resolve(target))
                .method(method, BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30));
        if (headers.length > 0) {
            request.headers(headers);
        }
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }
}
