package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.telemetry.CrashPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The process dies at each named step (reliability catalogue A4). After a restart every object is the old one or the new
 * one, a retry works, and after reclaim the disks hold what is referenced, exactly.
 */
@Tag("long")
class CrashPointTest {

    private static final int CHUNK_BYTES = 64 * 1024;
    private static final Duration REACH_LIMIT = Duration.ofSeconds(40);
    private static final Duration EXIT_LIMIT = Duration.ofSeconds(10);
    private static final int HALTED_BY_CRASH_POINT = 137;

    @TempDir
    Path directory;

    private final Ledger ledger = new Ledger();

    @ParameterizedTest
    @EnumSource(CrashPoint.class)
    void leavesTheOldOrTheNewAndADiskThatEqualsTheRecord(CrashPoint point) throws IOException {
        // A later visit than the first for what the start-up itself passes through.
        int visit = point == CrashPoint.ENTRY_APPLIED || point == CrashPoint.COMMAND_PROPOSED ? 12 : 2;
        if (point == CrashPoint.SESSION_OPENED || point.name().startsWith("SNAPSHOT")) {
            visit = 1;
        }
        String armed = "-Dflare-test.crash-point=" + point + ":" + visit;
        try (ServerProcess server = server("armed").jvm(armed)) {
            server.start();
            ObjectClient client = new ObjectClient(() -> server.object("/"));
            workUntilItDies(server, client, point);
            assertThat(server.awaitExit(EXIT_LIMIT)).as("%s", point).isEqualTo(HALTED_BY_CRASH_POINT);
        }
        try (ServerProcess server = server("after")) {
            server.start().awaitReady();
            ObjectClient client = new ObjectClient(() -> server.object("/"));
            assertThat(KillStormTest.judgeAll(ledger, client)).as("%s", point).isEmpty();
            retryEverything(client);
            assertThat(KillStormTest.judgeAll(ledger, client))
                    .as("%s, after retry", point)
                    .isEmpty();
            assertThat(Admin.reclaim(server).path("complete").asBoolean()).isTrue();
            DiskCensus.assertExact(server);
        }
    }

    private ServerProcess server(String name) {
        ServerProcess server = new ServerProcess(name, directory.resolve("data"));
        return server.set("flare.chunk-size", CHUNK_BYTES)
                .set("flare.copies", 2)
                .set("flare.raft.snapshot-entries", 25)
                .set("flare.repair.interval", "200ms")
                .set("flare.session.renew-every", "300ms")
                .set("flare.session.expire-after", "2s");
    }

    private void workUntilItDies(ServerProcess server, ObjectClient client, CrashPoint point) {
        SplittableRandom random = new SplittableRandom(point.name().hashCode());
        long deadline = System.nanoTime() + REACH_LIMIT.toNanos();
        int round = 0;
        while (server.isAlive()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        point + " was not reached within " + REACH_LIMIT + "; log:\n" + server.logTail());
            }
            String key = "k" + random.nextInt(6);
            boolean delete = random.nextInt(4) == 0;
            write(
                    client,
                    key,
                    delete
                            ? Optional.empty()
                            : Optional.of(new Body(random.nextLong(), random.nextInt(3 * CHUNK_BYTES))));
            if (++round % 10 == 0) {
                loseACopy(server, client);
            }
        }
    }

    private void write(ObjectClient client, String key, Optional<Body> body) {
        try {
            int status = body.isPresent() ? client.put(key, body.get().bytes()) : client.delete(key);
            if (status / 100 == 2) {
                ledger.acknowledge(key, body);
            } else {
                ledger.outcomeUnknown(key, body);
            }
        } catch (IOException e) {
            ledger.outcomeUnknown(key, body);
            Sleep.millis(50);
        }
    }

    /** Takes one chunk file away and reads everything: the read finds it missing, repair makes it good. */
    private void loseACopy(ServerProcess server, ObjectClient client) {
        try {
            // From one node only, so that the other copy of a chunk is never lost by the test itself.
            List<Path> chunks = DiskCensus.chunkFiles(server.directory().resolve("data-1"));
            if (!chunks.isEmpty()) {
                Files.deleteIfExists(chunks.get(0));
            }
            for (String key : ledger.keys()) {
                client.get(key);
            }
        } catch (IOException e) {
            // The process died meanwhile, or reclaim was faster.
            Sleep.millis(20);
        }
    }

    private void retryEverything(ObjectClient client) throws IOException {
        for (String key : Stream.of("k0", "k1", "k2", "k3", "k4", "k5").toList()) {
            Body body = new Body(key.hashCode(), 2 * CHUNK_BYTES + 7);
            assertThat(client.put(key, body.bytes())).isEqualTo(200);
            ledger.acknowledge(key, Optional.of(body));
        }
    }
}
