package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The connections between API processes end all the time, before a command has arrived or before its answer has
 * (reliability catalogue D6). A process repeats what it heard nothing of, under the same operation id: each write that a
 * client made once has one effect, which a bucket that keeps versions would show, and no write of what must not exist
 * yet is refused for its own first attempt.
 */
@Tag("long")
class CutLogTest {

    private static final int CLIENTS = 8;
    private static final int KEYS_EACH = 15;
    private static final int REQUESTS_CUT_ONE_IN = 40;
    private static final int ANSWERS_CUT_ONE_IN = 15;

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicInteger operations = new AtomicInteger();
    private final AtomicInteger unknown = new AtomicInteger();

    /** What a key must have in the end: so many versions, and as many more as have an unknown outcome. */
    private record Expected(String key, int versions, int unknown) {}

    @Test
    void eachWriteHasOneEffectHoweverOftenTheProcessRepeatsIt() throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        List<TcpProxy> links = new ArrayList<>();
        try (Topology topology = new Topology(directory, 3, 1, 1)) {
            for (ServerProcess api : topology.apis()) {
                links.add(new TcpProxy(api.ports().raft()));
            }
            throughLinks(topology, links);
            topology.start();
            topology.awaitLeader();
            createBucket(topology);
            links.forEach(link -> {
                link.toTarget().cutEvery(REQUESTS_CUT_ONE_IN);
                link.fromTarget().cutEvery(ANSWERS_CUT_ONE_IN);
            });
            List<Expected> expected = write(topology, seed);
            links.forEach(link -> {
                link.toTarget().sound();
                link.fromTarget().sound();
            });
            long requestsCut =
                    links.stream().mapToLong(link -> link.toTarget().cut()).sum();
            long answersCut =
                    links.stream().mapToLong(link -> link.fromTarget().cut()).sum();
            System.out.printf(
                    "D6 cut log connections: seed %d, %d writes, %d of unknown outcome, %d requests and %d answers cut%n",
                    seed, operations.get(), unknown.get(), requestsCut, answersCut);
            topology.awaitReady();
            for (Expected key : expected) {
                assertThat(versions(topology, key.key()))
                        .as("%s, seed %d", key, seed)
                        .isBetween(key.versions(), key.versions() + key.unknown());
            }
            assertThat(requestsCut).isPositive();
            assertThat(answersCut).isPositive();
            assertThat(unknown.get())
                    .as("most writes are answered in spite of it")
                    .isLessThan(operations.get() / 2);
        } finally {
            links.forEach(TcpProxy::close);
        }
    }

    /** Each process reaches the others through their links. */
    private static void throughLinks(Topology topology, List<TcpProxy> links) {
        for (int process = 0; process < links.size(); process++) {
            for (int peer = 0; peer < links.size(); peer++) {
                int port = peer == process
                        ? topology.apis().get(peer).ports().raft()
                        : links.get(peer).url().getPort();
                topology.apis()
                        .get(process)
                        .set(
                                "flare.raft.peers." + peer,
                                topology.apis().get(peer).name() + "@127.0.0.1:" + port);
            }
        }
    }

    private void createBucket(Topology topology) {
        String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> status(topology.api(1), "PUT", "/kept", "") == 200
                        && status(topology.api(1), "PUT", "/kept?versioning", enabled) == 200);
    }

    private List<Expected> write(Topology topology, long seed) throws InterruptedException {
        List<Expected> expected = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int number = client;
            SplittableRandom random = new SplittableRandom(seed + number);
            Thread thread = new Thread(
                    () -> {
                        for (int i = 0; i < KEYS_EACH; i++) {
                            Expected key = key(topology, "c" + number + "-" + i, random);
                            synchronized (expected) {
                                expected.add(key);
                            }
                        }
                    },
                    "client-" + number);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(expected).as("clients that came to their end").hasSize(CLIENTS * KEYS_EACH);
        return expected;
    }

    /** Makes a key that must not be there yet, writes it again and deletes it, each through some process. */
    private Expected key(Topology topology, String key, SplittableRandom random) {
        int versions = 0;
        int open = 0;
        String[] methods = {"PUT", "PUT", "DELETE"};
        for (int step = 0; step < methods.length; step++) {
            ServerProcess api = topology.api(random.nextInt(3) + 1);
            String[] headers = step == 0 ? new String[] {"If-None-Match", "*"} : new String[0];
            int status = status(api, methods[step], "/kept/" + key, key + " " + step, headers);
            operations.incrementAndGet();
            if (status == 0 || status == 503) {
                unknown.incrementAndGet();
                open++;
            } else {
                assertThat(status)
                        .as("%s of %s, step %d", methods[step], key, step)
                        .isIn(200, 204);
                versions++;
            }
        }
        return new Expected(key, versions, open);
    }

    private int versions(Topology topology, String key) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> {
                            HttpRequest request = HttpRequest.newBuilder(
                                            topology.api(1).object("/kept?versions&prefix=" + key + "&max-keys=1000"))
                                    .build();
                            var answer = http.send(request, BodyHandlers.ofString());
                            return answer.statusCode() != 200
                                    ? -1
                                    : answer.body().split("<Key>" + key + "<", -1).length - 1;
                        },
                        count -> count >= 0);
    }

    /** 0 where there was no answer. */
    private int status(ServerProcess api, String method, String target, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.object(target))
                .timeout(Duration.ofSeconds(60))
                .method(method, BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return http.send(request.build(), BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
