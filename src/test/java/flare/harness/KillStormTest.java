package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL of random processes under load (reliability catalogue A1): nothing acknowledged is lost, nothing is torn. */
@Tag("long")
class KillStormTest {

    private static final int CHUNK_BYTES = 256 * 1024;
    private static final int KILLS = Integer.getInteger("storm.kills", 20);
    private static final int HEALTHY_MILLIS = 5_000;
    private static final int PAUSE_MILLIS = 500;
    private static final int WANTED_ACKNOWLEDGED = 2_000;
    private static final Duration RECLAIM_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    @Test
    void losesNothingAcknowledgedWhenProcessesAreKilled() throws IOException {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Ledger ledger = new Ledger();
        try (Topology topology = new Topology(directory, 1, 4, 3)
                .set("flare.chunk-size", CHUNK_BYTES)
                .set("flare.session.renew-every", "1s")
                .set("flare.session.expire-after", "10s")) {
            topology.start();
            ObjectClient client = new ObjectClient(() -> topology.api(1).object("/"));
            try (Writers writers = new Writers(ledger, Writers.sizesAround(CHUNK_BYTES))) {
                writers.start(8, seed, client);
                for (int kill = 0; kill < KILLS; kill++) {
                    Sleep.millis(HEALTHY_MILLIS);
                    ServerProcess victim = topology.all().get(random.nextInt(5));
                    victim.kill();
                    Sleep.millis(random.nextInt(PAUSE_MILLIS));
                    victim.start();
                    topology.awaitReady();
                }
            }
            List<String> wrong = judgeAll(ledger, client);
            System.out.printf(
                    "A1 kill storm: seed %d, %d kills, %d acknowledged, %d of unknown outcome, %d lost or torn%n",
                    seed, KILLS, ledger.acknowledged(), ledger.unknown(), wrong.size());
            assertThat(wrong).as("seed %d", seed).isEmpty();
            assertThat(ledger.acknowledged()).isGreaterThanOrEqualTo(WANTED_ACKNOWLEDGED);
            awaitExactDisks(topology);
            JsonNode metadata = Admin.post(topology.api(1), "/admin/fsck");
            assertThat(metadata.path("problems").asInt()).as("%s", metadata).isZero();
            JsonNode disks = Admin.compareDisks(topology.api(1).admin("/"));
            assertThat(disks.path("first")).as("%s", disks).isEmpty();
            assertThat(disks.path("notAsked")).as("%s", disks).isEmpty();
        }
    }

    /** What killed processes left behind is found and given back; healing, which makes copies meanwhile, comes to rest. */
    private void awaitExactDisks(Topology topology) {
        await().atMost(RECLAIM_LIMIT)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptionsInstanceOf(IOException.class)
                .untilAsserted(() -> {
                    assertThat(Admin.reclaim(topology.api(1)).path("complete").asBoolean())
                            .isTrue();
                    DiskCensus.assertExact(topology.api(1), directory);
                });
    }

    static List<String> judgeAll(Ledger ledger, ObjectClient client) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String key : ledger.keys()) {
            Optional<byte[]> found = client.get(key);
            ledger.judge(key, found).ifPresent(wrong::add);
        }
        return wrong;
    }
}
