package flare.harness;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The admin port of a process under test. */
final class Admin {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    private Admin() {}

    static boolean leads(ServerProcess api) {
        try {
            return status(api).path("raft").path("leading").asBoolean();
        } catch (IOException e) {
            return false;
        }
    }

    static JsonNode status(ServerProcess api) throws IOException {
        return status(api.admin("/"));
    }

    /** @param admin the admin port's address */
    static JsonNode status(URI admin) throws IOException {
        return send(HttpRequest.newBuilder(admin.resolve("/admin/status")).timeout(Duration.ofSeconds(5)));
    }

    /** Reclaims everything that can be and waits for it. */
    static JsonNode reclaim(ServerProcess api) throws IOException {
        return reclaim(api.admin("/"));
    }

    /** @param admin the admin port's address */
    static JsonNode reclaim(URI admin) throws IOException {
        return send(HttpRequest.newBuilder(admin.resolve("/admin/reclaim"))
                .timeout(Duration.ofMinutes(2))
                .POST(BodyPublishers.noBody()));
    }

    static JsonNode get(ServerProcess api, String path) throws IOException {
        return send(HttpRequest.newBuilder(api.admin(path)).timeout(Duration.ofSeconds(30)));
    }

    static JsonNode post(ServerProcess api, String path) throws IOException {
        return post(api.admin("/"), path);
    }

    /** @param admin the admin port's address */
    static JsonNode post(URI admin, String path) throws IOException {
        return send(HttpRequest.newBuilder(admin.resolve(path))
                .timeout(Duration.ofMinutes(2))
                .POST(BodyPublishers.noBody()));
    }

    static JsonNode send(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode() + ": " + answer.body());
            }
            return JSON.readTree(answer.body());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
