package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links that come and go, lose packets and reset connections (reliability catalogue C6): nothing is lost, nothing leaks. */
@Tag("full")
class BadLinksTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int PHASE_SECONDS = Integer.getInteger("storm.link-seconds", 40);
    private static final int ROUNDS_A_NODE = 5;
    private static final int WRITERS_EACH = 2;
    private static final Duration CALM_LIMIT = Duration.ofMinutes(3);
    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());

    @TempDir
    Path directory;

    private final SplittableRandom random = new SplittableRandom(SEED);

    @BeforeEach
    void needsRoot() {
        if (!CutCluster.isAllowed()) {
            System.out.println("C6 bad links: SKIPPED, network namespaces need root and the program ip");
        }
        assumeThat(CutCluster.isAllowed()).isTrue();
    }

    @Test
    void linksThatFlapLosePacketsAndResetConnectionsCostNothingAcknowledgedAndLeakNothing() throws Exception {
        Ledger ledger = new Ledger();
        String[] settings = {
            "flare.chunk-size=64KiB",
            "flare.inline-limit=0",
            "flare.session.renew-every=1s",
            "flare.session.expire-after=10s"
        };
        try (CutCluster cluster = new CutCluster(directory, 3, 4, 2, settings)) {
            cluster.awaitWhole();
            load(cluster, ledger, 0, () -> Sleep.millis(PHASE_SECONDS * 500L));
            Map<String, CutCluster.Held> before = held(cluster);
            List<Integer> acknowledged = new ArrayList<>(List.of(ledger.acknowledged()));
            long[] seen = new long[2];
            Collection<String> notLinearizable = new ArrayList<>();
            notLinearizable.addAll(load(cluster, ledger, 1, () -> flap(cluster)));
            acknowledged.add(ledger.acknowledged());
            notLinearizable.addAll(load(cluster, ledger, 2, () -> seen[0] = losePackets(cluster)));
            acknowledged.add(ledger.acknowledged());
            notLinearizable.addAll(load(cluster, ledger, 3, () -> seen[1] = resetConnections(cluster)));
            acknowledged.add(ledger.acknowledged());
            cluster.awaitWhole();
            Map<String, Integer> wrong = new TreeMap<>();
            for (String api : cluster.apis()) {
                wrong.put(
                        api, KillStormTest.judgeAll(ledger, cluster.client(api)).size());
            }
            System.out.printf(
                    "C6 bad links: seed %d, %d s each; acknowledged %s at the end of calm, flapping, loss (%d packets), resets"
                            + " (%d connections); %d of unknown outcome; lost or torn %s, %d keys not linearizable%n",
                    SEED,
                    PHASE_SECONDS,
                    acknowledged,
                    seen[0],
                    seen[1],
                    ledger.unknown(),
                    wrong,
                    notLinearizable.size());
            assertThat(wrong.values()).as("seed %d: %s", SEED, wrong).containsOnly(0);
            assertThat(notLinearizable).as("seed %d", SEED).isEmpty();
            assertThat(seen[0]).isPositive();
            assertThat(seen[1]).isPositive();
            assertNoLeak(cluster, before);
        }
    }

    private interface Fault {
        void run() throws IOException;
    }

    /** The keys of the load that are not linearizable. */
    private static Collection<String> load(CutCluster cluster, Ledger ledger, int phase, Fault fault)
            throws IOException {
        RegisterLoad registers = new RegisterLoad(cluster.objects(), 3, SEED + phase, "phase-" + phase + "-");
        try (registers;
                Writers writers = new Writers(ledger, Writers.sizesAround(CHUNK_BYTES))) {
            for (String api : cluster.apis()) {
                writers.start(WRITERS_EACH, SEED + 100L * phase, cluster.client(api));
            }
            fault.run();
        }
        return registers.notLinearizable();
    }

    /** One second on, one second off; a few times the one node, then another. */
    private void flap(CutCluster cluster) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(PHASE_SECONDS).toNanos();
        while (System.nanoTime() < end) {
            String node = anyOf(cluster);
            for (int round = 0; round < ROUNDS_A_NODE; round++) {
                cluster.unplug(node);
                Sleep.millis(1_000);
                cluster.plug(node);
                Sleep.millis(1_000);
            }
        }
    }

    private static long losePackets(CutCluster cluster) throws IOException {
        for (String node : cluster.all()) {
            cluster.loseSome(node);
        }
        Sleep.millis(PHASE_SECONDS * 1_000L);
        long lost = 0;
        for (String node : cluster.all()) {
            lost += cluster.loseNone(node);
        }
        return lost;
    }

    private long resetConnections(CutCluster cluster) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(PHASE_SECONDS).toNanos();
        long reset = 0;
        while (System.nanoTime() < end) {
            reset += cluster.reset(anyOf(cluster));
            Sleep.millis(500);
        }
        return reset;
    }

    private String anyOf(CutCluster cluster) {
        return cluster.all().get(random.nextInt(cluster.all().size()));
    }

    private static Map<String, CutCluster.Held> held(CutCluster cluster) throws IOException {
        Map<String, CutCluster.Held> held = new TreeMap<>();
        for (String node : cluster.all()) {
            held.put(node, cluster.held(node));
        }
        return held;
    }

    /** Connections that nobody closed are given up after a while; then no more is held than before. */
    private static void assertNoLeak(CutCluster cluster, Map<String, CutCluster.Held> before) {
        long begin = System.nanoTime();
        try {
            await().atMost(CALM_LIMIT).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                Map<String, CutCluster.Held> now = held(cluster);
                before.forEach((node, then) -> {
                    assertThat(Objects.requireNonNull(now.get(node)).threads())
                            .as(node)
                            .isLessThanOrEqualTo(andATwentieth(then.threads()));
                    assertThat(Objects.requireNonNull(now.get(node)).connections())
                            .as(node)
                            .isLessThanOrEqualTo(andATwentieth(then.connections()));
                });
            });
        } finally {
            try {
                System.out.printf(
                        "C6 held %d s after the load: before %s%n   after %s%n",
                        (System.nanoTime() - begin) / 1_000_000_000, before, held(cluster));
            } catch (IOException e) {
                System.out.println("C6 held: " + e);
            }
        }
    }

    private static int andATwentieth(int count) {
        return (int) Math.ceil(count * 1.05);
    }
}
