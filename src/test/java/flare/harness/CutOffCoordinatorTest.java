package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A data node is cut off from the leader, which coordinates repair, and from nobody else (reliability catalogue C8): no
 * copy is made again before its time is over, and after its return there is neither a copy too many nor one too few.
 */
@Tag("full")
class CutOffCoordinatorTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final String CUT = "data-1";
    private static final Duration LOST_AFTER = Duration.ofSeconds(25);
    /** What probes need to find a node silent, and what a copy may stand still on one. */
    private static final Duration WRITE_LIMIT = Duration.ofSeconds(10);

    private static final Duration CALM_LIMIT = Duration.ofSeconds(60);
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() {
        if (!CutCluster.isAllowed()) {
            System.out.println("C8 cut-off coordinator: SKIPPED, network namespaces need root and the program ip");
        }
        assumeThat(CutCluster.isAllowed()).isTrue();
    }

    @Test
    void aDataNodeTheCoordinatorAloneCantReachIsLostInItsTimeAndTakenBackWhole() throws Exception {
        Ledger ledger = new Ledger();
        String[] settings = {
            "flare.chunk-size=64KiB",
            "flare.inline-limit=0",
            "flare.data.trash-ttl=1s",
            "flare.repair.interval=500ms",
            "flare.repair.return-after=3s",
            "flare.repair.lost-after=" + LOST_AFTER.toSeconds() + "s",
            "flare.session.renew-every=1s",
            "flare.session.expire-after=10s"
        };
        try (CutCluster cluster = new CutCluster(directory, 3, 4, 2, settings)) {
            cluster.awaitWhole();
            String leader = cluster.awaitLeader(cluster.apis());
            long slowest = 0;
            int refused = 0;
            long lostAfter;
            long mended;
            try (Writers writers = new Writers(ledger, Writers.sizesAround(CHUNK_BYTES))) {
                for (String api : cluster.apis()) {
                    writers.start(1, SEED, cluster.client(api));
                }
                Sleep.millis(3_000);
                long healed = done(cluster, leader, "heal");
                long cut = System.nanoTime();
                cluster.cut(leader, CUT);
                int number = 0;
                while (nanosSince(cut) < LOST_AFTER.minusSeconds(2).toNanos()) {
                    long begin = System.nanoTime();
                    refused +=
                            cluster.client(leader).put("probe/" + number++, new byte[3 * CHUNK_BYTES]) == 200 ? 0 : 1;
                    slowest = Math.max(slowest, nanosSince(begin) / 1_000_000);
                    Sleep.millis(100);
                }
                assertThat(cluster.leads(leader)).as("%s still leads", leader).isTrue();
                assertThat(state(cluster, leader)).isEqualTo("active");
                assertThat(done(cluster, leader, "heal") - healed)
                        .as("copies made again before the time is over")
                        .isZero();
                await().atMost(LIMIT).until(() -> state(cluster, leader).equals("lost"));
                lostAfter = nanosSince(cut) / 1_000_000;
                await().atMost(LIMIT)
                        .until(() -> cluster.nodeOf(leader, CUT).path("copies").asLong() == 0);
                cluster.mend(leader, CUT);
                mended = System.nanoTime();
                await().atMost(LIMIT).until(() -> state(cluster, leader).equals("active"));
            }
            awaitExact(cluster, leader, mended);
            long calm = nanosSince(mended) / 1_000_000;
            Map<String, Integer> wrong = new TreeMap<>();
            for (String api : cluster.apis()) {
                wrong.put(
                        api, KillStormTest.judgeAll(ledger, cluster.client(api)).size());
            }
            System.out.printf(
                    "C8 coordinator cut off from one data node: seed %d, PUT at the coordinator at most %d ms, %d refused; LOST after"
                            + " %d ms, 0 copies made again before; disks exact %d ms after the cut was mended; %d acknowledged, %d of"
                            + " unknown outcome, lost or torn %s%n",
                    SEED, slowest, refused, lostAfter, calm, ledger.acknowledged(), ledger.unknown(), wrong);
            assertThat(wrong.values()).as("seed %d: %s", SEED, wrong).containsOnly(0);
            assertThat(refused).isZero();
            assertThat(slowest).isLessThan(WRITE_LIMIT.toMillis());
            assertThat(lostAfter).isGreaterThanOrEqualTo(LOST_AFTER.toMillis());
        }
    }

    /** Each chunk recorded with as many copies as wanted, and each copy recorded on a disk, with no other beside them. */
    private void awaitExact(CutCluster cluster, String leader, long mended) {
        await().atMost(CALM_LIMIT.minusNanos(nanosSince(mended)))
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    assertThat(cluster.reclaim(leader).path("complete").asBoolean())
                            .isTrue();
                    JsonNode status = cluster.status(leader);
                    long copies = 0;
                    for (JsonNode node : status.path("nodes")) {
                        copies += node.path("copies").asLong();
                    }
                    assertThat(copies)
                            .isEqualTo(2 * status.path("counts").path("chunks").asLong());
                    DiskCensus.assertExact(status, directory);
                });
    }

    private static String state(CutCluster cluster, String api) throws IOException {
        return cluster.nodeOf(api, CUT).path("state").asText();
    }

    private static long done(CutCluster cluster, String api, String worker) throws IOException {
        return cluster.workerOf(api, worker).path("done").asLong();
    }

    private static long nanosSince(long begin) {
        return System.nanoTime() - begin;
    }
}
