package flare.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** A client that tells an acknowledged operation from one of unknown outcome, and retries nothing by itself. */
final class ObjectClient {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Supplier<URI> base;

    /** @param base asked for each request: where to send it, such as {@code http://127.0.0.1:8000} */
    ObjectClient(Supplier<URI> base) {
        this.base = base;
    }

    /** The status; throws {@link IOException} when no whole answer came. */
    int put(String key, byte[] body) throws IOException {
        return send(request(key).PUT(BodyPublishers.ofByteArray(body)), BodyHandlers.discarding())
                .statusCode();
    }

    int delete(String key) throws IOException {
        return send(request(key).DELETE(), BodyHandlers.discarding()).statusCode();
    }

    /** The bytes, empty for 404; throws {@link IOException} for everything else. */
    Optional<byte[]> get(String key) throws IOException {
        HttpResponse<byte[]> answer = send(request(key).GET(), BodyHandlers.ofByteArray());
        return switch (answer.statusCode()) {
            case 200 -> Optional.of(answer.body());
            case 404 -> Optional.empty();
            default -> throw new IOException("GET " + key + ": status " + answer.statusCode());
        };
    }

    private HttpRequest.Builder request(String key) {
        return HttpRequest.newBuilder(base.get().resolve("/object/" + key)).timeout(LIMIT);
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> handler)
            throws IOException {
        try {
            return http.send(request.build(), handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
