package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two servers go from one cluster secret to another while a client writes and reads. Both copies of each chunk must be
 * there for a write to succeed, so that a single refused call between the two would be seen.
 */
@Tag("long")
class SecretChangeTest {

    private static final String OLD = "0123456789abcdef0123456789abcdef";
    private static final String NEW = "fedcba9876543210fedcba9876543210";
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Body BODY = new Body(1, 100_000);

    @TempDir
    Path directory;

    @Test
    void noRequestFailsWhileTheSecretChanges() throws Exception {
        try (ServerProcess data = server("data", "data");
                ServerProcess api = server("api", "api")) {
            api.set("flare.roles.1", "data")
                    .set("flare.copies", 2)
                    .set(
                            "flare.data-nodes.0",
                            "http://127.0.0.1:" + data.ports().data());
            data.start();
            api.start().awaitReady();
            ObjectClient client = new ObjectClient(() -> api.object("/"));
            AtomicBoolean ends = new AtomicBoolean();
            AtomicInteger done = new AtomicInteger();
            AtomicInteger failed = new AtomicInteger();
            Thread load = new Thread(() -> {
                while (!ends.get()) {
                    try {
                        String key = "key-" + done.get() % 10;
                        boolean good = client.put(key, BODY.bytes()) == 200
                                && client.get(key).filter(BODY::is).isPresent();
                        failed.addAndGet(good ? 0 : 1);
                    } catch (IOException e) {
                        failed.incrementAndGet();
                    }
                    done.incrementAndGet();
                }
            });
            load.start();
            for (String pass : List.of(OLD + "\n" + NEW, NEW + "\n" + OLD, NEW)) {
                for (ServerProcess server : List.of(api, data)) {
                    String before = secret(server);
                    write(server.name(), pass);
                    Awaitility.await().atMost(LIMIT).until(() -> !secret(server).equals(before));
                    int until = done.get() + 5;
                    Awaitility.await().atMost(LIMIT).until(() -> done.get() >= until);
                }
            }
            ends.set(true);
            load.join();
            assertThat(failed.get()).as("failed of %d requests", done.get()).isZero();
            assertThat(secret(api)).isEqualTo(secret(data)).doesNotContain("also accepted");
        }
    }

    private ServerProcess server(String name, String role) throws IOException {
        write(name, OLD);
        return new ServerProcess(name, directory.resolve(name))
                .set("flare.roles.0", role)
                .set("flare.data.nodes", 1)
                .set("flare.cluster-secret-file", file(name))
                .set("flare.cluster-secret-reload-interval", "100ms");
    }

    private Path file(String name) {
        return directory.resolve(name + ".secret");
    }

    /** As an operator should: never half a file. */
    private void write(String name, String text) throws IOException {
        Path next = Files.writeString(directory.resolve(name + ".next"), text);
        Files.move(next, file(name), StandardCopyOption.ATOMIC_MOVE);
    }

    /** What the server's doctor says is in use, without the permissions. */
    private static String secret(ServerProcess server) throws IOException {
        for (JsonNode finding : Admin.get(server, "/admin/doctor").path("findings")) {
            if (finding.path("check").asText().equals("cluster secret")) {
                return finding.path("value").asText().replaceAll(";.*", "");
            }
        }
        throw new IOException(server.name() + " says nothing of its cluster secret");
    }
}
