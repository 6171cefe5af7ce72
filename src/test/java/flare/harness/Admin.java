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
import java.util.List;

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

    /** What the worker has still to do; -1 if the process reports no such worker. */
    static long left(ServerProcess api, String worker) throws IOException {
        for (JsonNode one : status(api).path("workers")) {
            if (one.path("name").asText().equals(worker)) {
                return one.path("left").asLong();
            }
        }
        return -1;
    }

    /** The data node's part of the status. */
    static JsonNode nodeOf(ServerProcess api, ServerProcess process) throws IOException {
        for (JsonNode node : status(api).path("nodes")) {
            if (node.path("url").asText().endsWith(":" + process.ports().data())) {
                return node;
            }
        }
        throw new IOException("no node at port " + process.ports().data());
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

    /**
     * What the records of all chunks and the disks come to, compared both ways.
     *
     * @param admin the admin port's address
     */
    static JsonNode compareDisks(URI admin) throws IOException {
        List<String> lines = text(HttpRequest.newBuilder(admin.resolve("/admin/fsck/disks"))
                        .timeout(Duration.ofMinutes(2))
                        .POST(BodyPublishers.noBody()))
                .lines()
                .toList();
        JsonNode last = JSON.readTree(lines.get(lines.size() - 1));
        if (!last.path("finished").asBoolean()) {
            throw new IOException("the comparison did not end: " + last);
        }
        return last;
    }

    static JsonNode send(HttpRequest.Builder request) throws IOException {
        return JSON.readTree(text(request));
    }

    private static String text(HttpRequest.Builder request) throws IOException {
        try {
            HttpResponse<String> answer = HTTP.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode() + ": " + answer.body());
            }
            return answer.body();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
