package flare.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.http.ClusterSecretFile;
import flare.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that call each other go from one cluster secret to another, file by file and none at the same moment. */
class SecretRotationTest {

    private static final String OLD = "the old secret, 32 bytes and more of it";
    private static final String NEW = "the new secret, 32 bytes and more of it";
    private static final int CALLS_BETWEEN = 20;

    @TempDir
    private Path directory;

    private final NodePort port = new NodePort();
    private final List<Member> processes = new ArrayList<>();
    private long modifiedMillis = 1_000_000;

    @AfterEach
    void stop() {
        processes.forEach(Member::close);
        port.close();
    }

    /** A data node's port and a client of others, with one file. */
    private final class Member implements AutoCloseable {

        private final FakeDataNode node;
        private final ClusterSecretFile secret;
        private final HttpServer server;
        private final DataNodeClients clients;

        Member(int number) throws IOException {
            Path file = directory.resolve("secret-" + number);
            Files.writeString(file, OLD + "\n");
            node = new FakeDataNode(new UUID(7, number));
            secret = new ClusterSecretFile(file);
            server = NodePort.get(new DataNodeServer(
                            port.system, node, secret.secret(), cluster -> {}, port.settings, Clock.systemUTC())
                    .bind("127.0.0.1", 0));
            clients = new DataNodeClients(
                    port.system, port.credentials(secret.secret(), NodePort.CLUSTER), port.settings);
        }

        void call(Member other) {
            DataNode called = clients.at(other.node.uuid, URI.create("http://127.0.0.1:" + other.server.port()));
            NodePort.get(called.inventory(Optional.empty(), 10));
        }

        void take(String text) throws IOException {
            Files.writeString(secret.file(), text);
            Files.setLastModifiedTime(secret.file(), FileTime.fromMillis(modifiedMillis += 1_000));
            secret.refresh();
            secret.refresh();
        }

        @Override
        public void close() {
            clients.close();
            NodePort.get(server.stop(Duration.ofMillis(200)));
        }
    }

    private void start(int count) throws IOException {
        for (int number = 1; number <= count; number++) {
            processes.add(new Member(number));
        }
    }

    @Test
    void noCallIsRefusedInThreePassesUnderLoad() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        start(2);
        AtomicBoolean ends = new AtomicBoolean();
        AtomicLong calls = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> refused = new ConcurrentLinkedQueue<>();
        List<Thread> load = new ArrayList<>();
        for (Member from : processes) {
            Thread thread = new Thread(() -> {
                while (!ends.get()) {
                    for (Member to : processes) {
                        try {
                            from.call(to);
                        } catch (RuntimeException e) {
                            refused.add(e);
                        }
                        calls.incrementAndGet();
                    }
                }
            });
            thread.start();
            load.add(thread);
        }
        for (String pass : List.of(OLD + "\n" + NEW + "\n", NEW + "\n" + OLD + "\n", NEW + "\n")) {
            List<Member> order = new ArrayList<>(processes);
            Collections.shuffle(order, random);
            for (Member process : order) {
                process.take(pass);
                long until = calls.get() + CALLS_BETWEEN;
                Awaitility.await().until(() -> calls.get() >= until);
            }
        }
        ends.set(true);
        for (Thread thread : load) {
            thread.join();
        }

        assertThat(refused).as("seed %s", seed).isEmpty();
        for (Member process : processes) {
            assertThat(process.secret.secret().fingerprints())
                    .isEqualTo(processes.get(0).secret.secret().fingerprints())
                    .hasSize(1);
        }
    }

    @Test
    void theOldSecretIsGoodForNothingOnceItIsDropped() throws Exception {
        start(2);
        processes.get(0).take(NEW);
        assertThatThrownBy(() -> processes.get(1).call(processes.get(0)))
                .isInstanceOf(DataNodeException.class)
                .hasMessageContaining("TOKEN_REFUSED");
        assertThatThrownBy(() -> processes.get(0).call(processes.get(1))).isInstanceOf(DataNodeException.class);
        processes.get(1).take(NEW);
        processes.get(1).call(processes.get(0));
    }
}
