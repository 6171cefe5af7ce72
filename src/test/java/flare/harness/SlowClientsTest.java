package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand clients at once that send next to nothing, so as to keep their connections, and never close one (catalogue F2).
 * They are refused and cut, and others go on reading meanwhile.
 */
@Tag("full")
class SlowClientsTest {

    private static final int SLOW = Integer.getInteger("storm.slow-clients", 1_000);
    private static final int OTHERS = 20;
    private static final Duration PERIOD = Duration.ofMillis(50);
    private static final Duration TURN = Duration.ofSeconds(1);
    private static final long CALM_MILLIS = 8_000;
    private static final int HEAP_MIB = 512;
    private static final int MIB = 1024 * 1024;
    private static final int SPARE_DESCRIPTORS = 10;
    private static final Duration GIVE_UP = Duration.ofMinutes(3);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);

    /** For the first turn of the crowd, the accepting of a thousand connections, and a busy machine. */
    private static final long SPARE_MILLIS = 15_000;

    private static final long HEAD_MILLIS = 10_000;
    private static final long BODY_MILLIS = 60_000;
    /** One that was refused has so long to take the answer and close. */
    private static final long LINGER_MILLIS = 10_000;

    @TempDir
    Path directory;

    @Test
    void headsThatComeByteByByteAreRefused() throws Exception {
        String head = "GET /object/others HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
        Seen seen = attack("heads", Crowd.Manner.slowHead(head, TURN));
        assertThat(seen.answers).containsOnlyKeys("HTTP/1.1 400 Bad Request");
        assertThat(seen.answeredMillis).isLessThan(HEAD_MILLIS + SPARE_MILLIS);
        assertThat(seen.failedReads).isEmpty();
        assertThat(seen.failedWrites).isEmpty();
    }

    /** As many as there may be uploads are waited for; meanwhile writes of others are refused, as the rest of these are. */
    @Test
    void bodiesBelowTheLeastRateAreRefused() throws Exception {
        String head = "PUT /object/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + MIB + "\r\n\r\n";
        Seen seen = attack("bodies", Crowd.Manner.slowBody(head, TURN, 512));
        assertThat(seen.answers).containsOnlyKeys("HTTP/1.1 400 Bad Request", "HTTP/1.1 503 Service Unavailable");
        assertThat(seen.answeredMillis).isLessThan(BODY_MILLIS);
        assertThat(seen.failedReads).isEmpty();
        assertThat(seen.failedWrites.keySet()).isSubsetOf("status 503");
    }

    /** As many as the heap has room for are answered, the rest refused with 503, as are reads of others meanwhile. */
    @Test
    void readersBelowTheLeastRateAreCut() throws Exception {
        String request = "GET /object/large HTTP/1.1\r\nHost: localhost\r\n\r\n";
        Seen seen = attack("readers", Crowd.Manner.slowRead(request, TURN, 512));
        assertThat(seen.answers).containsOnlyKeys("HTTP/1.1 200 OK", "HTTP/1.1 503 Service Unavailable");
        assertThat(seen.answers.getOrDefault("HTTP/1.1 200 OK", 0)).isLessThanOrEqualTo(HEAP_MIB / 2);
        assertThat(seen.failedReads.keySet()).isSubsetOf("status 503");
        assertThat(seen.failedWrites).isEmpty();
    }

    /**
     * @param answers first lines, and how many had each
     * @param answeredMillis until the last one was answered and saw the end of its stream
     * @param heldMillis until the server's process held nothing of the last one
     */
    private record Seen(
            Map<String, Integer> answers,
            long answeredMillis,
            long heldMillis,
            Map<String, Integer> failedReads,
            Map<String, Integer> failedWrites) {}

    private Seen attack(String what, Crowd.Manner manner) throws Exception {
        try (ServerProcess server = new ServerProcess("slow", directory.resolve("data")).jvm("-Xmx" + HEAP_MIB + "m")) {
            server.start().awaitReady();
            ObjectClient client = new ObjectClient(() -> server.object("/"));
            assertThat(client.put("others", new byte[64 * 1024])).isEqualTo(200);
            assertThat(client.put("large", new byte[64 * MIB])).isEqualTo(200);
            othersFor(server, CALM_MILLIS);
            PacedClients before = othersFor(server, CALM_MILLIS);
            int descriptors = server.descriptors();
            PacedClients during = others(server);
            Seen seen;
            try (Crowd crowd = new Crowd(server.object("/"), SLOW, manner)) {
                try (during) {
                    seen = untilAllAreCut(server, crowd, during);
                }
                // The crowd still holds its own ends.
                await().atMost(SETTLE_LIMIT)
                        .untilAsserted(() ->
                                assertThat(server.descriptors()).isLessThanOrEqualTo(descriptors + SPARE_DESCRIPTORS));
            } finally {
                System.out.printf(
                        "F2 slow %s: %d; others before %s; %s; during %s; %s; descriptors %d before, %d now; peak resident %d"
                                + " MiB%n",
                        what,
                        SLOW,
                        before.reads(),
                        before.writes(),
                        during.reads(),
                        during.writes(),
                        descriptors,
                        server.descriptors(),
                        server.peakResidentBytes() / MIB);
            }
            System.out.printf(
                    "F2 slow %s: answers %s, the last after %.1f s; the last let go after %.1f s; p99 of others' reads %.2f-fold%n",
                    what,
                    seen.answers,
                    seen.answeredMillis / 1e3,
                    seen.heldMillis / 1e3,
                    during.reads().millis(0.99) / before.reads().millis(0.99));
            assertThat(seen.heldMillis).isLessThan(seen.answeredMillis + LINGER_MILLIS + SPARE_MILLIS);
            return seen;
        }
    }

    private static PacedClients others(ServerProcess server) {
        return new PacedClients(server, OTHERS, PERIOD, "others", new byte[16 * 1024]);
    }

    private static PacedClients othersFor(ServerProcess server, long millis) {
        PacedClients clients = others(server);
        try (clients) {
            Sleep.millis(millis);
        }
        return clients;
    }

    private static Seen untilAllAreCut(ServerProcess server, Crowd crowd, PacedClients others) throws IOException {
        await().atMost(SETTLE_LIMIT).until(() -> crowd.members().stream().allMatch(member -> member.address() != null));
        long giveUp = System.nanoTime() + GIVE_UP.toNanos();
        Map<String, Long> open = new TreeMap<>();
        crowd.members().forEach(member -> open.put(Objects.requireNonNull(member.address()), member.begunNanos()));
        long heldNanos = 0;
        while (!open.isEmpty()) {
            long now = System.nanoTime();
            assertThat(now).as("%d connections are held still", open.size()).isLessThan(giveUp);
            Set<String> held = HeldConnections.of(server.ports().http());
            for (Map.Entry<String, Long> one : Map.copyOf(open).entrySet()) {
                if (!held.contains(one.getKey())) {
                    heldNanos = Math.max(heldNanos, now - one.getValue());
                    open.remove(one.getKey());
                }
            }
            Sleep.millis(200);
        }
        Map<String, Integer> answers = new TreeMap<>();
        long answeredNanos = 0;
        for (Crowd.Member member : crowd.members()) {
            answers.merge(member.status(), 1, Integer::sum);
            answeredNanos =
                    Math.max(answeredNanos, member.end() == null ? 0 : member.endedNanos() - member.begunNanos());
        }
        return new Seen(
                answers,
                answeredNanos / 1_000_000,
                heldNanos / 1_000_000,
                others.reads().failures(),
                others.writes().failures());
    }
}
