package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import flare.cli.FlareCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All metadata is lost and comes back from a backup (reliability catalogue E10): what the backup names and disks still have is
 * whole, what was deleted since is an error or whole and never other bytes, and nothing is deleted before an operator's word.
 */
@Tag("full")
class MetadataRestoreTest {

    private static final int OBJECT_BYTES = 300_000;
    private static final int OBJECTS = 30;
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final StringWriter said = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void whatTheBackupNamesIsWholeAndNothingIsDeletedBeforeAnOperatorsWord() throws Exception {
        try (Topology topology = new Topology(directory, 1, 4, 2)) {
            topology.set("flare.chunk-size", 128 * 1024)
                    .set("flare.repair.interval", "300ms")
                    .set("flare.repair.orphan-interval", "1s")
                    .set("flare.data.trash-ttl", "1s")
                    .start();
            ServerProcess api = topology.api(1);
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            put(client, "kept", 0, OBJECTS);
            put(client, "deleted", 1, OBJECTS);
            Path backup = directory.resolve("backup.tar");
            assertThat(run(
                            "metadata",
                            "export",
                            backup.toString(),
                            "--admin",
                            api.admin("").toString()))
                    .as(said.toString())
                    .isZero();
            put(client, "later", 2, OBJECTS);
            moveAway(api, 1, 2);
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client.delete("deleted/" + i)).isEqualTo(204);
            }
            await().atMost(LIMIT)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> Admin.reclaim(api).path("complete").asBoolean());
            api.kill();
            Path meta = api.directory().resolve("meta");
            assertThat(importing(backup, api)).isEqualTo(1);
            assertThat(said.toString()).contains("is not empty: metadata is imported into an empty one only");
            delete(meta);

            Path damaged = directory.resolve("damaged.tar");
            byte[] bytes = Files.readAllBytes(backup);
            bytes[bytes.length / 2] ^= 4;
            Files.write(damaged, bytes);
            assertThat(importing(damaged, api)).isEqualTo(1);
            assertThat(said.toString()).contains("nothing was imported: ");
            assertThat(importing(backup, api)).as(said.toString()).isZero();
            Set<Path> chunks = chunks();
            api.start().awaitReady();

            assertThat(Admin.status(api).path("cluster").path("epoch").asInt()).isEqualTo(1);
            int whole = 0;
            int refused = 0;
            int moved = 0;
            for (int i = 0; i < OBJECTS; i++) {
                try {
                    assertThat(client.get("kept/" + i)).hasValue(body(0, i));
                } catch (IOException e) {
                    moved++;
                }
                assertThat(client.get("later/" + i)).isEmpty();
                try {
                    Optional<byte[]> found = client.get("deleted/" + i);
                    assertThat(found).hasValue(body(1, i));
                    whole++;
                } catch (IOException e) {
                    refused++;
                }
            }
            put(client, "after", 3, OBJECTS);
            int written = OBJECTS * 3 * 2;
            Sleep.millis(3_000);
            assertThat(chunks())
                    .as("before an operator's word")
                    .containsAll(chunks)
                    .hasSizeGreaterThanOrEqualTo(chunks.size() + written);
            assertThat(run("reclaim", "--admin", api.admin("").toString())).isEqualTo(1);
            assertThat(said.toString()).contains("nothing is deleted from disks since the metadata was restored");
            assertThat(Admin.post(api, "/admin/fsck").path("problems").asLong()).isZero();

            resume(api);
            await().atMost(LIMIT).until(() -> chunks().size() == 2 * written);
            await().atMost(LIMIT)
                    .until(() ->
                            Admin.status(api).path("counts").path("repairs").asLong() == 0);
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(client.get("kept/" + i)).hasValue(body(0, i));
                assertThat(client.get("after/" + i)).hasValue(body(3, i));
            }
            api.stop();
            api.start().awaitReady();
            assertThat(client.get("after/0")).hasValue(body(3, 0));
            System.out.printf(
                    "restore: %d objects of the backup whole, %d of them once chunks moved since were found again; %d deleted"
                            + " since: %d refused, %d whole; %d chunks kept until resumed, then %d of lost sessions deleted%n",
                    OBJECTS, moved, OBJECTS, refused, whole, chunks.size(), chunks.size() - written);
            assertThat(moved)
                    .as("objects of which every copy of a chunk was moved")
                    .isPositive();
        }
    }

    /** Drains the nodes until they are empty, and has them take copies again. */
    private static void moveAway(ServerProcess api, int... nodes) throws IOException {
        for (int node : nodes) {
            Admin.post(api, "/admin/nodes/" + node + "/draining");
        }
        await().atMost(LIMIT).until(() -> {
            for (JsonNode node : Admin.status(api).path("nodes")) {
                if (node.path("state").asText().equals("draining")
                        && node.path("copies").asLong() > 0) {
                    return false;
                }
            }
            return true;
        });
        for (int node : nodes) {
            Admin.post(api, "/admin/nodes/" + node + "/active");
        }
    }

    private static void resume(ServerProcess api) throws IOException {
        JsonNode status = Admin.post(api, "/admin/repair/resume?orphans=true");
        assertThat(status.path("state").asText()).isEqualTo("running");
    }

    private int importing(Path file, ServerProcess api) {
        return run(
                "metadata",
                "import",
                file.toString(),
                "--dir",
                api.directory().toString(),
                "--peer",
                "api-1@127.0.0.1:" + api.ports().raft());
    }

    private int run(String... words) {
        said.getBuffer().setLength(0);
        PrintWriter both = new PrintWriter(said, true);
        return FlareCommand.create().setOut(both).setErr(both).execute(words);
    }

    private static void put(ObjectClient client, String prefix, int kind, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            assertThat(client.put(prefix + "/" + i, body(kind, i))).isEqualTo(200);
        }
    }

    private static byte[] body(int kind, int number) {
        return new Body(kind * 1_000L + number, OBJECT_BYTES).bytes();
    }

    /** Not those in the trash. */
    private Set<Path> chunks() throws IOException {
        return DiskCensus.chunkFiles(directory).stream()
                .filter(file -> !file.toString().contains("/trash/"))
                .collect(Collectors.toSet());
    }

    private static void delete(Path tree) throws IOException {
        try (Stream<Path> paths = Files.walk(tree)) {
            paths.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
