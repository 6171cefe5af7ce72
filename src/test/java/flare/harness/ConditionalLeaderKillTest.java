package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 64 writers put one key that must not exist yet, while the leader is killed: exactly one of them wins.
 *
 * <p>A writer that heard no answer, or a 5xx, may have won. So a round has at most one 200; its winner, or else one of
 * those without an answer, is whose bytes every node gives from then on. Who was refused (409, 412) is never the winner,
 * also where the process it asked had to repeat its command, whose first attempt may have won. The bucket keeps
 * versions: a command with two effects would show as a second one.
 */
class ConditionalLeaderKillTest {

    private static final int WRITERS = 64;
    private static final int[] SIZES = {200, 10_000};
    /** From all at once to a stream of writers that the kill cuts in two. */
    private static final int[] SPREADS_MILLIS = {0, 50, 400};

    private static final int MAX_LATER_MILLIS = 300;

    private static final Duration READ_LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private int winsAnswered;
    private int winsUnheard;
    private int unheard;

    /** What a writer was told: 0 for no answer. */
    private record Answer(String body, int status) {
        boolean mayHaveWon() {
            return status == 0 || status >= 500;
        }
    }

    @Test
    @Tag("long")
    void exactlyOneOfManyWritersWinsWhileTheLeaderIsKilled() throws Exception {
        race(Integer.getInteger("storm.race-kills", 3));
    }

    @Test
    @Tag("full")
    void exactlyOneOfManyWritersWinsEachTimeTheLeaderIsKilled() throws Exception {
        race(Integer.getInteger("storm.race-kills", 50));
    }

    private void race(int rounds) throws Exception {
        long seed = Long.getLong("storm.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> stored = new TreeMap<>();
        try (Topology topology = new Topology(directory, 3, 3, 3)) {
            topology.start();
            version(topology);
            for (int round = 0; round < rounds; round++) {
                String key = String.format("race-%03d", round);
                stored.put(key, round(topology, key, random));
            }
            for (ServerProcess api : topology.apis()) {
                for (Map.Entry<String, String> kept : stored.entrySet()) {
                    assertThat(read(api, kept.getKey())).as(kept.getKey()).hasValue(kept.getValue());
                }
            }
        } finally {
            System.out.printf(
                    "Races while the leader is killed: seed %d, %d rounds of %d writers, %d won and were told so, %d won"
                            + " unheard; answers: %s, %d heard none%n",
                    seed, stored.size(), WRITERS, winsAnswered, winsUnheard, statuses, unheard);
        }
    }

    /** Answers what the key holds in the end. */
    private String round(Topology topology, String key, SplittableRandom random) throws Exception {
        int spreadMillis = SPREADS_MILLIS[random.nextInt(SPREADS_MILLIS.length)];
        int killAfterMillis = random.nextInt(spreadMillis + MAX_LATER_MILLIS);
        ServerProcess leader = topology.awaitLeader();
        List<CompletableFuture<Answer>> writers = new ArrayList<>();
        for (int writer = 0; writer < WRITERS; writer++) {
            ServerProcess target = topology.api(writer % 3 + 1);
            String body = body(key + " writer " + writer, SIZES[random.nextInt(SIZES.length)]);
            int delayMillis = spreadMillis == 0 ? 0 : random.nextInt(spreadMillis);
            writers.add(new CompletableFuture<Void>()
                    .completeOnTimeout(null, delayMillis, TimeUnit.MILLISECONDS)
                    .thenCompose(begin -> put(target, key, body)));
        }
        Sleep.millis(killAfterMillis);
        leader.kill();
        leader.start();
        List<Answer> answers = writers.stream().map(CompletableFuture::join).toList();
        topology.awaitReady();
        return judge(topology, key, answers);
    }

    private String judge(Topology topology, String key, List<Answer> answers) throws Exception {
        for (Answer answer : answers) {
            assertThat(answer.status).as("%s", answer).isIn(0, 200, 409, 412, 503);
            if (answer.status == 0) {
                unheard++;
            } else {
                statuses.merge(answer.status, 1, Integer::sum);
            }
        }
        List<Answer> told =
                answers.stream().filter(answer -> answer.status == 200).toList();
        assertThat(told).as("winners of %s", key).hasSizeLessThanOrEqualTo(1);
        Optional<String> first = read(topology.api(1), key);
        assertThat(first).as("somebody wins %s: %s", key, statuses(answers)).isPresent();
        for (ServerProcess api : topology.apis()) {
            assertThat(read(api, key)).as("%s on %s", key, api.name()).isEqualTo(first);
            assertThat(versions(api, key)).as("versions of %s", key).isEqualTo(1);
        }
        Answer winner = answers.stream()
                .filter(answer -> answer.body.equals(first.get()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(key + " holds what nobody wrote: " + first.get()));
        if (told.isEmpty()) {
            assertThat(winner.mayHaveWon()).as("%s was refused and won", winner).isTrue();
            winsUnheard++;
        } else {
            assertThat(winner).as("who was told it won %s", key).isEqualTo(told.get(0));
            winsAnswered++;
        }
        return first.get();
    }

    private static String statuses(List<Answer> answers) {
        return answers.stream().map(Answer::status).toList().toString();
    }

    private static String body(String name, int length) {
        return (name + " ").repeat(length / name.length() + 1).substring(0, length);
    }

    private void version(Topology topology) {
        await().atMost(READ_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> send(topology.api(1), "/races", "PUT", "").statusCode() == 200);
        String enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        await().atMost(READ_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> send(topology.api(1), "/races?versioning", "PUT", enabled)
                                .statusCode()
                        == 200);
    }

    private CompletableFuture<Answer> put(ServerProcess api, String key, String body) {
        HttpRequest request = HttpRequest.newBuilder(api.object("/races/" + key))
                .header("If-None-Match", "*")
                .timeout(Duration.ofSeconds(60))
                .PUT(BodyPublishers.ofString(body))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString())
                .handle((answer, failure) -> new Answer(body, failure == null ? answer.statusCode() : 0));
    }

    /** The key's content, empty if it has none; waits out the moments in which the group has no leader. */
    private Optional<String> read(ServerProcess api, String key) {
        HttpResponse<String> answer = answered(api, "/races/" + key);
        return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
    }

    private int versions(ServerProcess api, String key) {
        String listing = answered(api, "/races?versions&prefix=" + key).body();
        return listing.split("<VersionId>", -1).length - 1;
    }

    private HttpResponse<String> answered(ServerProcess api, String target) {
        return await().atMost(READ_LIMIT)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(
                        () -> send(api, target, "GET", ""),
                        answer -> answer.statusCode() == 200 || answer.statusCode() == 404);
    }

    private HttpResponse<String> send(ServerProcess api, String target, String method, String body)
            throws IOException, InterruptedException {
        URI url = api.object(target);
        return http.send(
                HttpRequest.newBuilder(url)
                        .timeout(Duration.ofSeconds(10))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }
}
