package flare.local;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;

/** Asks nodes how they are, on their admin ports. */
final class NodeProbe {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Optional<String> token;

    NodeProbe(Optional<String> token) {
        this.token = token;
    }

    /** Why the node is not ready; empty if it is. */
    Optional<String> obstacle(LocalNode node) {
        try {
            HttpResponse<String> answer = get(node.admin().resolve("/health/ready"));
            if (answer.statusCode() == 200) {
                return Optional.empty();
            }
            JsonNode first = JSON.readTree(answer.body()).path("reasons").path(0);
            return Optional.of(first.isTextual() ? first.asText() : "status " + answer.statusCode());
        } catch (IOException e) {
            return Optional.of("its admin port does not answer");
        }
    }

    /** Whether the node leads the metadata log. */
    boolean leads(LocalNode node) {
        if (!node.isApi()) {
            return false;
        }
        try {
            return JSON.readTree(get(node.admin().resolve("/admin/status")).body())
                    .path("raft")
                    .path("leading")
                    .asBoolean();
        } catch (IOException e) {
            return false;
        }
    }

    private HttpResponse<String> get(URI target) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(target).timeout(LIMIT);
        token.ifPresent(value -> request.header("Authorization", "Bearer " + value));
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LocalClusterException("interrupted", e);
        }
    }
}
