package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that stand still for a while, as in a long pause of garbage collection, and then go on as if nothing had been
 * (C9): the old leader above all, which does not know yet that another one was elected.
 */
class StoppedProcessTest {

    private static final int[] SECONDS = {1, 5, 30};
    private static final int CLIENTS = 6;

    @TempDir
    Path directory;

    /** The read is in the old leader's socket when it wakes up, so it is answered before it hears of the new one. */
    @Tag("long")
    @Test
    void aLeaderThatWakesUpGivesNoOldValue() throws Exception {
        int rounds = Integer.getInteger("storm.stopped-leaders", 3);
        int stale = 0;
        List<String> answers = new ArrayList<>();
        try (Topology topology = new Topology(directory, 3, 1, 1)) {
            topology.start();
            for (int round = 1; round <= rounds; round++) {
                ServerProcess old = topology.awaitLeader();
                long latest = 2L * round + 1;
                put(old, latest - 1);
                old.suspend();
                CompletableFuture<Optional<Long>> read;
                try {
                    putOnOneOf(
                            topology.apis().stream().filter(api -> api != old).toList(), latest);
                    read = CompletableFuture.supplyAsync(() -> get(old));
                    Sleep.millis(200);
                } finally {
                    old.resume();
                }
                Optional<Long> answer = read.get(60, TimeUnit.SECONDS);
                answers.add(answer.map(value -> value == latest ? "new" : "OLD").orElse("none"));
                stale += answer.filter(value -> value != latest).isPresent() ? 1 : 0;
                topology.awaitReady();
            }
        }
        System.out.printf(
                "C9 a stopped leader wakes up: %d rounds, %d stale answers (each: %s)%n", rounds, stale, answers);
        assertThat(stale).as("stale answers").isZero();
    }

    @Tag("full")
    @Test
    void staysLinearizableWhileProcessesStandStill() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        try (Topology topology = new Topology(directory, 3, 3, 2)) {
            topology.start();
            RegisterLoad load = RegisterLoad.on(topology, CLIENTS, seed);
            try (load) {
                for (int seconds : SECONDS) {
                    for (ServerProcess victim : List.of(topology.awaitLeader(), topology.data(1), topology.api(2))) {
                        victim.suspend();
                        Sleep.millis(1_000L * seconds);
                        victim.resume();
                        topology.awaitReady();
                        Sleep.millis(2_000);
                    }
                }
            }
            System.out.printf(
                    "C9 processes stand still: seed %d, %d operations, %d keys not linearizable%n",
                    seed, load.operations(), load.notLinearizable().size());
            assertThat(load.notLinearizable()).as("seed %d", seed).isEmpty();
        }
    }

    private static void put(ServerProcess api, long value) throws IOException {
        byte[] body = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
        assertThat(new ObjectClient(() -> api.object("/")).put("register", body))
                .isEqualTo(200);
    }

    private static void putOnOneOf(List<ServerProcess> apis, long value) {
        for (int attempt = 0; attempt < 300; attempt++) {
            try {
                put(apis.get(attempt % apis.size()), value);
                return;
            } catch (IOException | AssertionError e) {
                Sleep.millis(50);
            }
        }
        throw new IllegalStateException("no write was acknowledged while the leader stood still");
    }

    /** Empty if it refuses. */
    private static Optional<Long> get(ServerProcess api) {
        try {
            return new ObjectClient(() -> api.object("/"))
                    .get("register")
                    .map(bytes -> ByteBuffer.wrap(bytes).getLong());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
