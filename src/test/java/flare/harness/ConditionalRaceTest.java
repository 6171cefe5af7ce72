package flare.harness;

import static org.assertj.core.api.Assertions.assertThat;

import flare.Flare;
import flare.config.Settings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Conditional writes that race through one server: the log decides, once (catalogue D2, row 64). */
@Timeout(120)
class ConditionalRaceTest {

    private static final int CLIENTS = 16;
    private static final int ROUNDS = 8;

    @TempDir
    Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void exactlyOneOfManyWinsAndTheOthersAreRefusedWhetherInlineOrInChunks() throws Exception {
        try (Flare flare = Flare.start(Settings.load("""
                flare.data-dir = "%s", flare.http.port = 0, flare.admin.port = 0, flare.raft.port = 0, flare.data.port = 0
                """.formatted(directory)))) {
            for (int round = 0; round < ROUNDS; round++) {
                URI key = flare.objects().resolve("/object/race-" + round);
                int bytes = round % 2 == 0 ? 100 : 10_000;
                String created = race(key, "If-None-Match", "*", bytes);
                race(key, "If-Match", created, bytes + 1);
            }
        }
    }

    /** Answers the winner's ETag. */
    private String race(URI key, String header, String condition, int length) throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            HttpRequest put = HttpRequest.newBuilder(key)
                    .header(header, condition)
                    .PUT(BodyPublishers.ofString(body(client, length)))
                    .build();
            answers.add(http.sendAsync(put, BodyHandlers.ofString()));
        }
        int winner = -1;
        for (int client = 0; client < CLIENTS; client++) {
            HttpResponse<String> answer = answers.get(client).get();
            if (answer.statusCode() == 200) {
                assertThat(winner).as("another client won already").isNegative();
                winner = client;
            } else {
                assertThat(answer.statusCode()).isEqualTo(412);
                assertThat(answer.body()).contains("<Code>PreconditionFailed</Code>");
            }
        }
        assertThat(winner).as("one must win").isNotNegative();
        HttpResponse<String> stored = http.send(HttpRequest.newBuilder(key).build(), BodyHandlers.ofString());
        assertThat(stored.body()).isEqualTo(body(winner, length));
        return stored.headers().firstValue("etag").orElseThrow();
    }

    private static String body(int client, int length) {
        return ("client " + client + " ").repeat(length).substring(0, length);
    }
}
