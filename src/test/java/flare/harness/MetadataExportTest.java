package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.Flare;
import flare.cli.FlareCommand;
import flare.config.Settings;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metadata is exported by the command while objects are written, and a backup that is none is told from one. */
class MetadataExportTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void exportsWhileObjectsAreWrittenAndVerifiesWhatItWrote(@TempDir Path directory) throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                flare.data.nodes = 2, flare.copies = 2
                """.formatted(directory.resolve("data"))))) {
            ObjectClient client = new ObjectClient(flare::objects);
            for (int i = 0; i < 20; i++) {
                assertThat(client.put("before/" + i, new Body(i, 1_000).bytes()))
                        .isEqualTo(200);
            }
            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<Integer> writer = CompletableFuture.supplyAsync(() -> {
                int written = 0;
                while (!ended.get()) {
                    try {
                        assertThat(client.put("amid/" + written, new Body(written, 1_000).bytes()))
                                .isEqualTo(200);
                    } catch (java.io.IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                    written++;
                }
                return written;
            });
            Path file = directory.resolve("backup.tar");
            String admin = flare.admin().toString();

            assertThat(run("metadata", "export", file.toString(), "--admin", admin))
                    .as(err.toString())
                    .isZero();
            ended.set(true);
            assertThat(writer.get()).isPositive();

            assertThat(out.toString()).contains("backup.tar is whole: ").contains("epoch 0, feature level 1");
            assertThat(Files.getPosixFilePermissions(file)).hasSize(2);
            assertThat(directory.resolve("data/meta/export")).doesNotExist();
            assertThat(run("metadata", "verify", file.toString(), "--json")).isZero();
            assertThat(out.toString()).contains("\"index\"").contains("\"cluster\"");
            assertThat(run("metadata", "export", file.toString(), "--admin", admin))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("backup.tar exists: name another file, or remove it");
            refusesDamage(file);
            oneAtATime(flare.admin());
            assertThat(Admin.post(flare.admin(), "/admin/fsck").path("problems").asLong())
                    .isZero();
        }
    }

    private void refusesDamage(Path file) throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Path damaged = Files.write(file.resolveSibling("damaged.tar"), bytes);
        assertThat(run("metadata", "verify", damaged.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("damaged.tar: the backup is damaged");
        assertThat(run("metadata", "verify", file.resolveSibling("none").toString()))
                .isEqualTo(1);
    }

    private static void oneAtATime(URI admin) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(admin.resolve("/admin/metadata/export")).build();
        HttpResponse<InputStream> first = http.send(request, BodyHandlers.ofInputStream());
        assertThat(first.statusCode()).isEqualTo(200);
        try (InputStream in = first.body()) {
            assertThat(in.readAllBytes().length % 512).isZero();
        }
        assertThat(http.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }

    private int run(String... words) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return FlareCommand.create()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(words);
    }
}
