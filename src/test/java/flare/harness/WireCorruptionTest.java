package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import flare.Flare;
import flare.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bytes change between the API node and its data nodes (reliability catalogue B6), in either direction, in bodies and in
 * headers alike: what was acknowledged is right, what is read is right or not read.
 */
class WireCorruptionTest {

    private static final int NODES = 3;
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int OBJECTS = 24;
    /** About one chunk in three meets a flipped bit. */
    private static final long FLIP_EVERY = 3 * CHUNK_BYTES + 17;

    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir
    Path directory;

    private final List<TcpProxy> links = new ArrayList<>();
    private final List<AutoCloseable> started = new ArrayList<>();
    private ObjectClient client;

    @BeforeEach
    void start() throws IOException {
        int port = ServerProcess.Ports.free().data();
        started.add(Flare.start(Settings.load(common("data-nodes") + """
                flare.roles = [data], flare.data.nodes = %d, flare.data.port = %d
                """.formatted(NODES, port))));
        StringBuilder urls = new StringBuilder();
        for (int i = 0; i < NODES; i++) {
            TcpProxy link = new TcpProxy(port + i);
            links.add(link);
            started.add(link);
            urls.append('"').append(link.url()).append("\",");
        }
        Flare api = Flare.start(Settings.load(common("api") + """
                flare.roles = [api], flare.data-nodes = [%s], flare.copies = 3, flare.chunk-size = 64KiB
                flare.inline-limit = 0, flare.repair.interval = 100ms
                flare.copy-lag-time = 2s, flare.read-stall-timeout = 1s
                """.formatted(urls)));
        started.add(api);
        client = new ObjectClient(api::objects);
        Awaitility.await().until(() -> usableNodes(api) == NODES);
    }

    private static long usableNodes(Flare api) throws IOException {
        long usable = 0;
        for (JsonNode node : Admin.status(api.admin()).path("nodes")) {
            usable += node.path("usable").asBoolean() ? 1 : 0;
        }
        return usable;
    }

    private String common(String name) {
        return """
                flare.data-dir = "%s", flare.cluster-secret = "%s", flare.http.port = 0, flare.admin.port = 0
                flare.raft.port = 0, flare.data.port = 0, flare.shutdown-limit = 1s, flare.data.stall-timeout = 2s
                """.formatted(directory.resolve(name), SECRET);
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = started.size() - 1; i >= 0; i--) {
            started.get(i).close();
        }
    }

    @Test
    void aWriteThroughOneBadLinkIsKeptByTheOtherCopies() throws IOException {
        links.get(0).toTarget().flipEvery(FLIP_EVERY);
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(client.put("o" + i, body(i).bytes())).isEqualTo(200);
        }
        assertThat(links.get(0).toTarget().flipped()).isPositive();
        links.get(0).toTarget().sound();
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(isRight(i)).as("o" + i).isTrue();
        }
    }

    @Test
    void whatIsAcknowledgedThroughBadLinksOnlyIsRight() throws IOException {
        links.forEach(link -> link.toTarget().flipEvery(FLIP_EVERY));
        List<Integer> acknowledged = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < OBJECTS; i++) {
            int status = client.put("o" + i, body(i).bytes());
            if (status == 200) {
                acknowledged.add(i);
            } else {
                assertThat(status).as("o" + i).isEqualTo(503);
                refused++;
            }
        }
        assertThat(refused).isPositive();
        links.forEach(link -> link.toTarget().sound());
        for (int i = 0; i < OBJECTS; i++) {
            if (acknowledged.contains(i)) {
                awaitRight(i);
            } else {
                assertThat(client.get("o" + i)).as("o" + i).isEmpty();
            }
        }
    }

    @Test
    void aReadThroughABadLinkFailsOverAndIsNeverWrong() throws IOException {
        fill();
        links.get(1).fromTarget().flipEvery(FLIP_EVERY);
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < OBJECTS; i++) {
                assertThat(isRight(i)).as("o" + i).isTrue();
            }
        }
        assertThat(links.get(1).fromTarget().flipped()).isPositive();
    }

    @Test
    void aReadThroughBadLinksOnlyIsRightOrFailsAndTheCopiesAreKept() throws IOException {
        fill();
        links.forEach(link -> link.fromTarget().flipEvery(FLIP_EVERY));
        for (int i = 0; i < OBJECTS; i++) {
            try {
                assertThat(isRight(i)).as("o" + i).isTrue();
            } catch (IOException e) {
                // No copy came through. That is for the reader to know and no reason to give up a copy.
            }
        }
        links.forEach(link -> link.fromTarget().sound());
        for (int i = 0; i < OBJECTS; i++) {
            awaitRight(i);
        }
    }

    private void fill() throws IOException {
        for (int i = 0; i < OBJECTS; i++) {
            assertThat(client.put("o" + i, body(i).bytes())).isEqualTo(200);
        }
    }

    private static Body body(int number) {
        return new Body(number, CHUNK_BYTES + number * 7_919);
    }

    private boolean isRight(int number) throws IOException {
        Optional<byte[]> found = client.get("o" + number);
        return found.isPresent() && body(number).is(found.get());
    }

    /** Nodes that looked dead through their links take a moment to be found alive. */
    private void awaitRight(int number) {
        Awaitility.await().ignoreExceptionsInstanceOf(IOException.class).until(() -> isRight(number));
    }
}
