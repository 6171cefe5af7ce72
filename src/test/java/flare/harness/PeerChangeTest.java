package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Peers of the metadata log are added and removed under load, the leader among them (C13): nothing acknowledged is lost,
 * writes go on within seconds. One peer becomes three, then one is replaced.
 */
@Tag("full")
class PeerChangeTest {

    private static final int[] SIZES = {0, 1, 5_000, 70_000, 1_100_000};
    private static final Duration GAP_LIMIT = Duration.ofSeconds(5);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void nothingIsLostWhilePeersComeAndGoAndTheLeaderLeaves() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        Ledger ledger = new Ledger();
        AtomicReference<ServerProcess> target = new AtomicReference<>();
        try (Topology topology = new Topology(directory, 1, 3, 3)) {
            ServerProcess first = topology.api(1);
            first.set("flare.raft.peer", "api-1")
                    .set(
                            "flare.raft.peers.0",
                            "api-1@127.0.0.1:" + first.ports().raft());
            topology.set("flare.chunk-size", "1MiB").start();
            target.set(first);
            try (ServerProcess second = joining(topology, "api-2");
                    ServerProcess third = joining(topology, "api-3");
                    ServerProcess fourth = joining(topology, "api-4");
                    Writers writers = new Writers(ledger, SIZES);
                    Probe probe = new Probe(target)) {
                writers.start(
                        3,
                        seed,
                        new ObjectClient(
                                () -> Objects.requireNonNull(target.get()).object("/")));
                second.start();
                third.start();
                awaitMember(second, "api-2");
                awaitMember(third, "api-3");
                Admin.post(first, "/admin/raft/add?peer=api-2&peer=api-3");
                assertThat(voters(first)).hasSize(3);

                fourth.start();
                awaitMember(fourth, "api-4");
                target.set(second);
                Admin.post(fourth, "/admin/raft/add?peer=api-4&replace=api-1");
                assertThat(first.awaitExit(EXIT_LIMIT)).isNotZero();
                assertThat(first.logTail()).contains("peer api-1 is no member of the metadata log any more");
                assertThat(voters(third)).hasSize(3).noneMatch(id -> id.equals("api-1"));

                Admin.post(third, "/admin/raft/transfer?peer=api-3");
                assertThat(Admin.leads(third)).isTrue();
                writers.stop();
                probe.stop();
                target.set(fourth);
                List<String> wrong = wrong(ledger, fourth);
                System.out.printf(
                        "C13 peers change: seed %d, %d acknowledged, %d of unknown outcome, %d wrong, longest gap between writes %d ms%n",
                        seed,
                        ledger.acknowledged(),
                        ledger.unknown(),
                        wrong.size(),
                        probe.longestGap().toMillis());
                assertThat(wrong).as("seed %d", seed).isEmpty();
                assertThat(ledger.acknowledged()).isPositive();
                assertThat(probe.longestGap()).isLessThanOrEqualTo(GAP_LIMIT);
            }
        }
    }

    private ServerProcess joining(Topology topology, String name) {
        ServerProcess first = topology.api(1);
        ServerProcess process = new ServerProcess(name, directory.resolve(name))
                .set("flare.roles.0", "api")
                .set("flare.cluster-secret", Topology.SECRET)
                .set("flare.raft.peer", name)
                .set("flare.raft.join", true)
                .set("flare.raft.peers.0", "api-1@127.0.0.1:" + first.ports().raft());
        return process;
    }

    /** It is ready while it is brought up to date, before it is a member. */
    static void awaitMember(ServerProcess api, String name) {
        api.awaitReady();
        Awaitility.await()
                .atMost(EXIT_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> Admin.get(api, "/admin/raft").findValuesAsText("id").stream()
                        .anyMatch(id -> id.startsWith(name + "-")));
    }

    static List<String> voters(ServerProcess api) throws IOException {
        List<String> voters = new ArrayList<>();
        for (JsonNode peer : Admin.get(api, "/admin/raft")) {
            if (peer.path("voter").asBoolean()) {
                voters.add(peer.path("id").asText());
            }
        }
        return voters;
    }

    private static List<String> wrong(Ledger ledger, ServerProcess api) throws IOException {
        ObjectClient client = new ObjectClient(() -> api.object("/"));
        List<String> wrong = new ArrayList<>();
        for (String key : ledger.keys()) {
            ledger.judge(key, client.get(key)).ifPresent(wrong::add);
        }
        return wrong;
    }

    /** Small writes one after the other, and the longest time without an acknowledged one. */
    private static final class Probe implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicLong longestNanos = new AtomicLong();
        private final Thread thread;

        Probe(AtomicReference<ServerProcess> target) {
            ObjectClient client =
                    new ObjectClient(() -> Objects.requireNonNull(target.get()).object("/"));
            thread = new Thread(() -> run(client), "probe");
            thread.setDaemon(true);
            thread.start();
        }

        private void run(ObjectClient client) {
            long last = System.nanoTime();
            while (!stopped.get()) {
                try {
                    if (client.put("probe", new byte[] {1}) == 200) {
                        long now = System.nanoTime();
                        longestNanos.accumulateAndGet(now - last, Math::max);
                        last = now;
                    }
                } catch (IOException e) {
                    Sleep.millis(20);
                }
                Sleep.millis(20);
            }
        }

        Duration longestGap() {
            return Duration.ofNanos(longestNanos.get());
        }

        @Override
        public void close() {
            stop();
        }

        void stop() {
            stopped.set(true);
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
