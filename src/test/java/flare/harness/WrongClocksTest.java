package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The clock of one process is wrong by minutes, by a day, or jumps each second (reliability catalogue C12): nothing is lost
 * or reordered, nothing ends before its time, and objects have the time of the other clocks.
 */
@Tag("full")
class WrongClocksTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int PHASE_MILLIS = Integer.getInteger("storm.clock-millis", 10_000);
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration QUARTER = Duration.ofMinutes(15);
    /** A new leader's log time stands still until it has heard of the others' clocks. */
    private static final Duration TIME_LIMIT = Duration.ofSeconds(20);

    private static final long SEED = Long.getLong("storm.seed", System.nanoTime());
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    private final Map<ServerProcess, FakeClock> clocks = new LinkedHashMap<>();
    private final SplittableRandom random = new SplittableRandom(SEED);
    private Instant lastModified = Instant.EPOCH;
    private Duration farthest = Duration.ZERO;
    private int probes;
    private int refused;

    @BeforeEach
    void needsALibrary() {
        if (!FakeClock.isInstalled()) {
            System.out.println("C12 clocks: SKIPPED, the package faketime is not installed");
        }
        assumeThat(FakeClock.isInstalled()).isTrue();
    }

    @Test
    void aWrongClockLosesReordersAndEndsNothing() throws Exception {
        Ledger ledger = new Ledger();
        try (Topology topology = new Topology(directory, 3, 3, 2)) {
            topology.set("flare.chunk-size", CHUNK_BYTES)
                    .set("flare.inline-limit", 0)
                    .set("flare.session.renew-every", "1s")
                    .set("flare.session.expire-after", "10s")
                    .set("flare.repair.upload-max-age", "12h");
            topology.all().forEach(process -> clocks.put(process, FakeClock.of(process)));
            topology.start();
            String upload = send(topology.api(1), "POST", "/object/open?uploads")
                    .body()
                    .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
            Set<Long> sessions = sessions(topology);
            int refusedByClocks;
            RegisterLoad registers = RegisterLoad.on(topology, 3, SEED);
            try (registers;
                    Writers writers = new Writers(ledger, Writers.sizesAround(CHUNK_BYTES))) {
                topology.apis().forEach(api -> writers.start(1, SEED, new ObjectClient(() -> api.object("/"))));
                ServerProcess leader = topology.awaitLeader();
                for (ServerProcess wrong : List.of(leader, other(topology, leader), topology.data(1))) {
                    for (Duration by : List.of(QUARTER, QUARTER.negated(), DAY, DAY.negated())) {
                        clock(wrong).wrongBy(by);
                        probe(topology, PHASE_MILLIS);
                    }
                    for (int second = 0; second < PHASE_MILLIS / 1_000; second++) {
                        clock(wrong).wrongBy(Duration.ofSeconds(random.nextLong(-DAY.toSeconds(), DAY.toSeconds())));
                        probe(topology, 1_000);
                    }
                    clock(wrong).wrongBy(Duration.ZERO);
                    probe(topology, 2_000);
                }
                assertThat(sessions(topology)).as("sessions").isEqualTo(sessions);
                refusedByClocks = ledger.unknown();
                // Whoever leads next has heard nobody yet, and looks for uploads that are too old.
                leader = topology.awaitLeader();
                clock(other(topology, leader)).wrongBy(DAY);
                probe(topology, 2_000);
                leader.kill();
                probe(topology, PHASE_MILLIS);
                leader.start().awaitReady();
                probe(topology, PHASE_MILLIS);
            }
            topology.awaitReady();
            List<String> wrong = KillStormTest.judgeAll(
                    ledger, new ObjectClient(() -> topology.api(1).object("/")));
            int open = send(topology.api(1), "GET", "/object/open?uploadId=" + upload)
                    .statusCode();
            System.out.printf(
                    "C12 one clock wrong: seed %d, %d acknowledged, %d of unknown outcome (%d before the leader is killed), %d lost or torn; %d operations, %d keys not"
                            + " linearizable; %d objects' times in order, at most %d ms from the true one, %d probes refused%n",
                    SEED,
                    ledger.acknowledged(),
                    ledger.unknown(),
                    refusedByClocks,
                    wrong.size(),
                    registers.operations(),
                    registers.notLinearizable().size(),
                    probes,
                    farthest.toMillis(),
                    refused);
            assertThat(wrong).as("seed %d", SEED).isEmpty();
            assertThat(registers.notLinearizable()).as("seed %d", SEED).isEmpty();
            assertThat(farthest).isLessThan(TIME_LIMIT);
            assertThat(open).as("an upload begun minutes ago").isEqualTo(200);
        }
    }

    private FakeClock clock(ServerProcess process) {
        return Objects.requireNonNull(clocks.get(process));
    }

    private static ServerProcess other(Topology topology, ServerProcess leader) {
        return topology.apis().stream()
                .filter(api -> !api.equals(leader) && api.isAlive())
                .findFirst()
                .orElseThrow();
    }

    private static Set<Long> sessions(Topology topology) throws IOException {
        Set<Long> ids = new TreeSet<>();
        for (JsonNode session :
                Admin.status(topology.awaitLeader()).path("sessions").path("live")) {
            ids.add(session.path("id").asLong());
        }
        return ids;
    }

    /** Objects are written one after the other, and have times in that order, near the true one. */
    private void probe(Topology topology, long millis) throws Exception {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            ServerProcess api =
                    topology.apis().get(random.nextInt(topology.apis().size()));
            String target = "/object/probe/" + probes;
            if (api.isAlive() && send(api, "PUT", target).statusCode() == 200) {
                Instant now = Instant.now();
                Instant modified = ZonedDateTime.parse(
                                send(api, "HEAD", target)
                                        .headers()
                                        .firstValue("Last-Modified")
                                        .orElseThrow(),
                                DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration distance = Duration.between(now, modified).abs();
                farthest = farthest.compareTo(distance) > 0 ? farthest : distance;
                assertThat(modified).isAfterOrEqualTo(lastModified);
                lastModified = modified;
                probes++;
            } else {
                refused += api.isAlive() ? 1 : 0;
            }
            Sleep.millis(100);
        }
    }

    private static HttpResponse<String> send(ServerProcess api, String method, String target) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(api.object(target))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                method.equals("PUT") ? BodyPublishers.ofString("probe") : BodyPublishers.noBody())
                        .build(),
                BodyHandlers.ofString());
    }
}
