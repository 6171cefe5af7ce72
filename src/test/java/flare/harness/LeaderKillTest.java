package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three API processes, one Raft group: the leader is killed again and again under load (C1). Writes resume within
 * seconds and every key's history is linearizable.
 */
@Tag("long")
class LeaderKillTest {

    private static final int KILLS = Integer.getInteger("storm.leader-kills", 10);
    private static final int HEALTHY_MILLIS = 2_000;
    private static final int CLIENTS = 6;
    private static final Duration RESUME_LIMIT = Duration.ofSeconds(5);

    @TempDir
    Path directory;

    @Test
    void resumesWritesWithinFiveSecondsAndStaysLinearizable() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        List<Long> gapsMillis = new ArrayList<>();
        List<String> broken;
        long operations;
        try (Topology topology = new Topology(directory, 3, 3, 3)) {
            topology.start();
            RegisterLoad load = RegisterLoad.on(topology, CLIENTS, seed);
            try (load) {
                for (int kill = 0; kill < KILLS; kill++) {
                    Sleep.millis(HEALTHY_MILLIS);
                    ServerProcess leader = topology.awaitLeader();
                    long killedAt = System.nanoTime();
                    leader.kill();
                    gapsMillis.add(awaitWrite(topology, leader, killedAt));
                    leader.start();
                    topology.awaitReady();
                }
            }
            broken = load.notLinearizable();
            operations = load.operations();
        }
        System.out.printf(
                "C1 leader kills: seed %d, %d kills, writes resumed after at most %d ms (each: %s), %d operations, %d keys not linearizable%n",
                seed, KILLS, Collections.max(gapsMillis), gapsMillis, operations, broken.size());
        assertThat(broken).as("seed %d", seed).isEmpty();
        assertThat(Collections.max(gapsMillis)).isLessThanOrEqualTo(RESUME_LIMIT.toMillis());
    }

    /** Milliseconds from the kill to the first acknowledged write on one of the others. */
    private static long awaitWrite(Topology topology, ServerProcess killed, long killedAt) {
        List<ServerProcess> others =
                topology.apis().stream().filter(api -> api != killed).toList();
        for (int attempt = 0; attempt < 300; attempt++) {
            ServerProcess target = others.get(attempt % others.size());
            try {
                if (new ObjectClient(() -> target.object("/")).put("probe", new byte[] {1}) == 200) {
                    return Duration.ofNanos(System.nanoTime() - killedAt).toMillis();
                }
            } catch (IOException e) {
                // Not yet.
            }
            Sleep.millis(50);
        }
        throw new IllegalStateException("no write was acknowledged after the leader was killed");
    }
}
