package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections that are kept and not used cost memory that is bounded, and those in use little time (catalogue F1). */
@Tag("full")
class IdleConnectionsTest {

    private static final int IDLE = Integer.getInteger("storm.idle-connections", 10_000);
    private static final int ACTIVE = 200;
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int ROUNDS = Integer.getInteger("storm.idle-rounds", 3);
    private static final long PHASE_MILLIS = 6_000;
    private static final int MIB = 1024 * 1024;
    private static final long RESIDENT_LIMIT = 1024L * MIB;
    private static final long OTHER_DESCRIPTORS = 800;
    private static final int SPARE_DESCRIPTORS = 10;
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    @BeforeEach
    void needsDescriptors() {
        long allowed = ManagementFactory.getPlatformMXBean(UnixOperatingSystemMXBean.class)
                .getMaxFileDescriptorCount();
        long needed = OTHER_DESCRIPTORS + IDLE + ACTIVE;
        if (allowed < needed) {
            System.out.printf(
                    "F1 idle connections: SKIPPED, a process may have %d open files, %d are needed (ulimit -Hn)%n",
                    allowed, needed);
        }
        assumeThat(allowed).isGreaterThanOrEqualTo(needed);
    }

    @Test
    void tenThousandIdleOnesAreServedAndLetTheOthersBe() throws Exception {
        try (ServerProcess server = new ServerProcess("idle", directory.resolve("data")).jvm("-Xmx512m")) {
            server.start().awaitReady();
            ObjectClient client = new ObjectClient(() -> server.object("/"));
            assertThat(client.put("idle", new byte[1024])).isEqualTo(200);
            assertThat(client.put("active", new byte[16 * 1024])).isEqualTo(200);
            activeFor(server, 2 * PHASE_MILLIS);
            long residentBefore = server.peakResidentBytes();
            int descriptors = server.descriptors();
            Phases alone = new Phases();
            Phases among = new Phases();
            long slowestCrowdMillis = 0;
            for (int round = 1; round <= ROUNDS; round++) {
                alone.add(activeFor(server, PHASE_MILLIS));
                long begin = System.nanoTime();
                try (Crowd crowd = idle(server)) {
                    slowestCrowdMillis = Math.max(slowestCrowdMillis, (System.nanoTime() - begin) / 1_000_000);
                    assertThat(server.descriptors()).isGreaterThan(IDLE);
                    among.add(activeFor(server, PHASE_MILLIS));
                    assertThat(ends(crowd)).as("connections ended").isEmpty();
                }
                await().atMost(SETTLE_LIMIT).until(() -> server.descriptors() <= descriptors + SPARE_DESCRIPTORS);
            }
            long resident = server.peakResidentBytes();
            System.out.printf(
                    "F1 idle connections: %d, all answered within %.1f s; %d clients in %d rounds without, then with them%n"
                            + "   reads  %s; %s; p99 %.2f-fold%n   writes %s; %s; p99 %.2f-fold%n"
                            + "   peak resident %d MiB, %d before; descriptors %d before, %d after%n",
                    IDLE,
                    slowestCrowdMillis / 1e3,
                    ACTIVE,
                    ROUNDS,
                    alone.reads,
                    among.reads,
                    among.reads.millis(0.99) / alone.reads.millis(0.99),
                    alone.writes,
                    among.writes,
                    among.writes.millis(0.99) / alone.writes.millis(0.99),
                    resident / MIB,
                    residentBefore / MIB,
                    descriptors,
                    server.descriptors());
            assertThat(alone.failures()).isEmpty();
            assertThat(among.failures()).isEmpty();
            assertThat(resident).isLessThanOrEqualTo(RESIDENT_LIMIT);
        }
    }

    private static final class Phases {
        private final PacedClients.Times reads = new PacedClients.Times();
        private final PacedClients.Times writes = new PacedClients.Times();

        private void add(PacedClients clients) {
            System.out.printf("   F1 reads %s; writes %s%n", clients.reads(), clients.writes());
            reads.addAll(clients.reads());
            writes.addAll(clients.writes());
        }

        private Map<String, Integer> failures() {
            Map<String, Integer> failures = new TreeMap<>(reads.failures());
            failures.putAll(writes.failures());
            return failures;
        }
    }

    private static PacedClients activeFor(ServerProcess server, long millis) {
        PacedClients clients = new PacedClients(server, ACTIVE, PERIOD, "active", new byte[4 * 1024]);
        try (clients) {
            Sleep.millis(millis);
        }
        return clients;
    }

    /** Each has asked for the object and has its answer. */
    private static Crowd idle(ServerProcess server) throws IOException {
        Crowd crowd = new Crowd(
                server.object("/"), IDLE, Crowd.Manner.idle("GET /object/idle HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        await().atMost(Duration.ofSeconds(60))
                .until(() -> crowd.members().stream()
                        .allMatch(member -> member.status().equals("HTTP/1.1 200 OK")));
        return crowd;
    }

    private static Map<String, Integer> ends(Crowd crowd) {
        Map<String, Integer> ends = new TreeMap<>();
        for (Crowd.Member member : crowd.members()) {
            String end = member.end();
            if (end != null) {
                ends.merge(end, 1, Integer::sum);
            }
        }
        return ends;
    }
}
