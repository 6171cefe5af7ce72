package flare.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that tells an acknowledged operation from one of unknown outcome, and retries nothing by itself. */
final class ObjectClient {

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
    private static final Pattern TOKEN = Pattern.compile("<NextContinuationToken>([^<]*)<");

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

    /** All keys that begin with the prefix, in order, asked for in pages of so many. */
    List<String> list(String prefix, int page) throws IOException {
        List<String> keys = new ArrayList<>();
        String query = "?list-type=2&prefix=" + prefix.replace("/", "%2F") + "&max-keys=" + page;
        String token = "";
        do {
            HttpResponse<String> answer = send(at("/object" + query + token).GET(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("list of " + prefix + ": status " + answer.statusCode());
            }
            Matcher key = KEY.matcher(answer.body());
            while (key.find()) {
                keys.add(key.group(1));
            }
            Matcher next = TOKEN.matcher(answer.body());
            token = next.find()
                    ? "&continuation-token=" + next.group(1).replace("+", "%2B").replace("=", "%3D")
                    : "";
        } while (!token.isEmpty());
        return keys;
    }

    private HttpRequest.Builder request(String key) {
        return at("/object/" + key);
    }

    private HttpRequest.Builder at(String target) {
        return HttpRequest.newBuilder(base.get().resolve(target)).timeout(LIMIT);
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
