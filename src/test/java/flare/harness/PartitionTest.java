package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks that drop packets between some nodes and not others, while clients reach all of them. */
@Tag("full")
class PartitionTest {

    private static final int CLIENTS = 6;
    private static final int CUT_MILLIS = 12_000;
    private static final Duration RESUME_LIMIT = Duration.ofSeconds(5);
    private static final Duration REFUSAL_LIMIT = Duration.ofSeconds(10);
    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());

    @TempDir
    Path directory;

    @BeforeEach
    void needsRoot() {
        assumeThat(CutCluster.isAllowed()).isTrue();
    }

    /** C2: the cut-off leader answers nothing but 503, the others elect another one. */
    @Test
    void aLeaderThatIsCutOffAnswersNothingAndTheOthersGoOn() throws Exception {
        try (CutCluster cluster = new CutCluster(directory, 3, 3, 2)) {
            RegisterLoad load = new RegisterLoad(cluster.objects(), CLIENTS, SEED);
            long resumed;
            int refused = 0;
            try (load) {
                Sleep.millis(2_000);
                String old = cluster.awaitLeader(cluster.apis());
                List<String> others = cluster.apisBut(old);
                assertThat(cluster.client(old).put("before", new byte[] {1})).isEqualTo(200);
                long begin = System.nanoTime();
                for (String other : others) {
                    cluster.cut(old, other);
                }
                resumed = awaitWrite(cluster, others, begin);
                // Whoever was there already may wait for as long as a request may; from now on it knows.
                while (System.nanoTime() - begin < CUT_MILLIS * 1_000_000L) {
                    long asked = System.nanoTime();
                    assertThat(cluster.client(old).put("cut-off", new byte[] {1}))
                            .isEqualTo(503);
                    assertThat(reads(cluster, old, "before")).isFalse();
                    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(REFUSAL_LIMIT.multipliedBy(2));
                    refused++;
                }
                for (String other : others) {
                    cluster.mend(old, other);
                }
                cluster.awaitWhole();
            }
            System.out.printf(
                    "C2 leader cut off: seed %d, others wrote after %d ms, %d times refused by the old one, %d operations, %d keys"
                            + " not linearizable%n",
                    SEED,
                    resumed,
                    refused,
                    load.operations(),
                    load.notLinearizable().size());
            assertThat(load.notLinearizable()).as("seed %d", SEED).isEmpty();
            assertThat(resumed).isLessThanOrEqualTo(RESUME_LIMIT.toMillis());
        }
    }

    /** C3: one of three answers nothing, and without hanging; all is well soon after the others are back. */
    @Test
    void withoutAMajorityEveryRequestIsRefused() throws Exception {
        try (CutCluster cluster = new CutCluster(directory, 3, 1, 1)) {
            String left = cluster.awaitLeader(cluster.apis());
            assertThat(cluster.client(left).put("key", new byte[] {1})).isEqualTo(200);
            List<String> others = cluster.apisBut(left);
            others.forEach(cluster::kill);
            long worst = 0;
            for (int i = 0; i < 3; i++) {
                long asked = System.nanoTime();
                assertThat(cluster.client(left).put("key", new byte[] {2})).isEqualTo(503);
                long read = System.nanoTime();
                assertThat(reads(cluster, left, "key")).isFalse();
                worst = Math.max(worst, Math.max(read - asked, System.nanoTime() - read) / 1_000_000);
            }
            others.forEach(cluster::start);
            long begin = System.nanoTime();
            cluster.awaitWhole();
            long recovered = (System.nanoTime() - begin) / 1_000_000;
            System.out.printf(
                    "C3 majority lost: refused within %d ms, whole again %d ms after the others were ready%n",
                    worst, recovered);
            assertThat(cluster.client(left).get("key"))
                    .hasValueSatisfying(bytes -> assertThat(bytes).hasSize(1));
            assertThat(worst).isLessThanOrEqualTo(REFUSAL_LIMIT.toMillis());
            assertThat(recovered).isLessThanOrEqualTo(10_000);
        }
    }

    /** C4, C5: one direction only, two that both see the third, and random cuts one after the other. */
    @Test
    void staysLinearizableWhateverIsCut() throws Exception {
        int rounds = Integer.getInteger("storm.cuts", 8);
        Random random = new Random(SEED);
        List<Long> recovered = new ArrayList<>();
        try (CutCluster cluster = new CutCluster(directory, 3, 3, 2)) {
            RegisterLoad load = new RegisterLoad(cluster.objects(), CLIENTS, SEED);
            try (load) {
                String leader = cluster.awaitLeader(cluster.apis());
                List<String[]> sends = new ArrayList<>();
                List<String[]> hears = new ArrayList<>();
                for (String other : cluster.apisBut(leader)) {
                    sends.add(new String[] {leader, other});
                    hears.add(new String[] {other, leader});
                }
                recovered.add(cutFor(cluster, sends, random));
                recovered.add(cutFor(cluster, hears, random));
                leader = cluster.awaitLeader(cluster.apis());
                String third = cluster.apisBut(leader).get(0);
                recovered.add(
                        cutFor(cluster, List.of(new String[] {leader, third}, new String[] {third, leader}), random));
                for (int round = 0; round < rounds; round++) {
                    recovered.add(cutFor(cluster, someOf(cluster.apis(), random), random));
                }
            }
            System.out.printf(
                    "C4/C5 cuts: seed %d, %d cuts, whole again at most %d ms after the last was mended (each: %s), %d operations, %d"
                            + " keys not linearizable%n",
                    SEED,
                    recovered.size(),
                    Collections.max(recovered),
                    recovered,
                    load.operations(),
                    load.notLinearizable().size());
            assertThat(load.notLinearizable()).as("seed %d", SEED).isEmpty();
        }
    }

    /** C7: without some data nodes writes go elsewhere; without any they are refused, and nothing is lost. */
    @Test
    void anApiNodeCutFromDataNodesWritesElsewhereOrRefuses() throws Exception {
        try (CutCluster cluster = new CutCluster(directory, 1, 4, 2)) {
            ObjectClient client = cluster.client("api-1");
            byte[] body = new Body(7, 3_000_000).bytes();
            assertThat(client.put("before", body)).isEqualTo(200);
            cluster.cut("api-1", "data-1");
            long begin = System.nanoTime();
            assertThat(client.put("one-cut", body)).isEqualTo(200);
            assertThat(client.get("before"))
                    .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(body));
            long first = (System.nanoTime() - begin) / 1_000_000;
            for (int data = 2; data <= 4; data++) {
                cluster.cut("api-1", "data-" + data);
            }
            begin = System.nanoTime();
            assertThat(client.put("all-cut", body)).isEqualTo(503);
            long refused = (System.nanoTime() - begin) / 1_000_000;
            assertThat(reads(cluster, "api-1", "before")).isFalse();
            for (int data = 1; data <= 4; data++) {
                cluster.mend("api-1", "data-" + data);
            }
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> client.put("after", body) == 200);
            for (String key : List.of("before", "one-cut", "after")) {
                assertThat(client.get(key))
                        .hasValueSatisfying(bytes -> assertThat(bytes).isEqualTo(body));
            }
            assertThat(client.get("all-cut")).isEmpty();
            System.out.printf(
                    "C7 data nodes cut off: first write and read past one that is cut off %d ms, refused without any after %d ms%n",
                    first, refused);
        }
    }

    /** Answers how many milliseconds after the last cut was mended each node works again. */
    private static long cutFor(CutCluster cluster, List<String[]> deaf, Random random) throws IOException {
        List<String[]> order = new ArrayList<>(deaf);
        Collections.shuffle(order, random);
        for (String[] pair : order) {
            cluster.deafen(pair[0], pair[1]);
            Sleep.millis(random.nextInt(1_500));
        }
        Sleep.millis(3_000);
        Collections.shuffle(order, random);
        for (String[] pair : order) {
            cluster.undeafen(pair[0], pair[1]);
            Sleep.millis(random.nextInt(1_500));
        }
        long begin = System.nanoTime();
        cluster.awaitWhole();
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static List<String[]> someOf(List<String> apis, Random random) {
        List<String[]> pairs = new ArrayList<>();
        for (String to : apis) {
            for (String from : apis) {
                if (!to.equals(from) && random.nextBoolean()) {
                    pairs.add(new String[] {to, from});
                }
            }
        }
        return pairs;
    }

    private static boolean reads(CutCluster cluster, String api, String key) {
        try {
            return cluster.client(api).get(key).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Milliseconds until a write succeeds that was sent to one of the nodes since: requests are sent four times a second, for
     * one that is on its way to the old leader waits until its time is up.
     */
    private static long awaitWrite(CutCluster cluster, List<String> apis, long begin) {
        AtomicLong first = new AtomicLong(Long.MAX_VALUE);
        for (int attempt = 0; attempt < 120 && first.get() == Long.MAX_VALUE; attempt++) {
            ObjectClient client = cluster.client(apis.get(attempt % apis.size()));
            var unused = CompletableFuture.runAsync(
                    () -> {
                        try {
                            if (client.put("probe", new byte[] {1}) == 200) {
                                first.accumulateAndGet((System.nanoTime() - begin) / 1_000_000, Math::min);
                            }
                        } catch (IOException e) {
                            // Not yet.
                        }
                    },
                    task -> {
                        Thread thread = new Thread(task, "probe");
                        thread.setDaemon(true);
                        thread.start();
                    });
            Sleep.millis(250);
        }
        if (first.get() == Long.MAX_VALUE) {
            throw new IllegalStateException("no write was acknowledged after the leader was cut off");
        }
        return first.get();
    }
}
