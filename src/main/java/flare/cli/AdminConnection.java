package flare.cli;

import flare.admin.AdminJson;
import flare.admin.Refusal;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.ref.Reference;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where the server's admin port is, and how to ask it; the options that all commands to a server share. */
final class AdminConnection {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration QUESTION_LIMIT = Duration.ofSeconds(30);
    /** An order such as reclaim ends when its work does. */
    private static final Duration ORDER_LIMIT = Duration.ofHours(1);

    private static final int MAX_REFUSAL_BYTES = 64 * 1024;

    @Option(
            names = "--admin",
            paramLabel = "URL",
            defaultValue = "${env:FLARE_ADMIN:-http://127.0.0.1:${env:FLARE_ADMIN_PORT:-8001}}",
            description = "The server's admin port (default: FLARE_ADMIN, or port FLARE_ADMIN_PORT or 8001 here).")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String admin;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:FLARE_ADMIN_TOKEN}",
            description =
                    "Its token, if one is set there (default: FLARE_ADMIN_TOKEN, which other users of this machine"
                            + " can't see in the process list).")
    private @Nullable String token;

    @Option(names = "--json", description = "Print the server's JSON.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec command;

    /** How an answer looks to people. */
    interface Look<T> {
        void print(T answer, PrintWriter out);
    }

    /** Asks and shows the answer: as it looks to people, or as the server's JSON if that is wanted. */
    <T> T get(String path, Class<T> type, Look<T> look) {
        return show(send(path, HttpRequest.newBuilder().GET().timeout(QUESTION_LIMIT)), type, look);
    }

    /** Orders and shows the answer. */
    <T> T post(String path, Class<T> type, Look<T> look) {
        return show(
                send(
                        path,
                        HttpRequest.newBuilder().POST(BodyPublishers.noBody()).timeout(ORDER_LIMIT)),
                type,
                look);
    }

    /** Orders with PUT or DELETE, or with a POST that brings JSON, and shows the answer. */
    <T> T order(String method, String path, Order body, Class<T> type, Look<T> look) {
        HttpRequest.Builder request = HttpRequest.newBuilder()
                .method(method, BodyPublishers.ofByteArray(body.bytes))
                .timeout(QUESTION_LIMIT);
        if (body.bytes.length > 0) {
            request.header("Content-Type", "application/json");
        }
        return show(send(path, request), type, look);
    }

    /** What an order brings along. */
    record Order(byte[] bytes) {

        static final Order NOTHING = new Order(new byte[0]);

        static Order json(Object value) {
            return new Order(AdminJson.bytes(value));
        }
    }

    /** Orders and says nothing of it unless it is refused. */
    void quietly(String method, String path) {
        send(
                path,
                HttpRequest.newBuilder().method(method, BodyPublishers.noBody()).timeout(QUESTION_LIMIT));
    }

    /** Says something to people: nothing where JSON is wanted. */
    void say(Consumer<PrintWriter> words) {
        if (!json) {
            PrintWriter out = command.commandLine().getOut();
            words.accept(out);
            out.flush();
        }
    }

    /** Asks for JSON and shows it as it is. */
    void document(String path) {
        PrintWriter out = command.commandLine().getOut();
        Text.json(out, send(path, HttpRequest.newBuilder().GET().timeout(QUESTION_LIMIT)));
        out.flush();
    }

    /** Shows an answer that was read already. */
    <T> T show(byte[] answer, Class<T> type, Look<T> look) {
        T read = read(answer, type);
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            Text.json(out, answer);
        } else {
            look.print(read, out);
        }
        out.flush();
        return read;
    }

    /** Asks for bytes that may be many. Reading them fails where the connection breaks or the server gives up. */
    InputStream stream(String method, String path) throws IOException {
        HttpClient client = client();
        HttpResponse<InputStream> response = exchange(
                client,
                path,
                HttpRequest.newBuilder().method(method, BodyPublishers.noBody()).timeout(ORDER_LIMIT),
                BodyHandlers.ofInputStream());
        InputStream body = response.body();
        if (response.statusCode() != 200) {
            try (body) {
                throw new CommandFailedException(
                        FlareCommand.REFUSED, refusal(response.statusCode(), body.readNBytes(MAX_REFUSAL_BYTES)));
            }
        }
        return new FilterInputStream(body) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    // A client that nobody holds may end before its answer.
                    Reference.reachabilityFence(client);
                }
            }
        };
    }

    boolean json() {
        return json;
    }

    private byte[] send(String path, HttpRequest.Builder request) {
        HttpResponse<byte[]> response = exchange(client(), path, request, BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new CommandFailedException(FlareCommand.REFUSED, refusal(response.statusCode(), response.body()));
        }
        return response.body();
    }

    private static HttpClient client() {
        return HttpClient.newBuilder().connectTimeout(CONNECT_LIMIT).build();
    }

    private <T> HttpResponse<T> exchange(
            HttpClient client, String path, HttpRequest.Builder request, BodyHandler<T> handler) {
        if (token != null && !token.isEmpty()) {
            authorize(request, token);
        }
        try {
            return client.send(request.uri(target(path)).build(), handler);
        } catch (IOException e) {
            String why = e.getMessage() == null ? "nothing answers there" : e.getMessage();
            throw new CommandFailedException(
                    FlareCommand.UNREACHABLE,
                    "no server reached at " + admin + " (" + why + "): start one with 'flare server', or name its admin"
                            + " port with --admin");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(FlareCommand.UNREACHABLE, "interrupted while asking " + admin);
        }
    }

    private static void authorize(HttpRequest.Builder request, String token) {
        try {
            request.header("Authorization", "Bearer " + token);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(
                    FlareCommand.WRONG_USAGE, "the token holds a character that no header may hold");
        }
    }

    private URI target(String path) {
        try {
            URI base = URI.create(admin.endsWith("/") ? admin.substring(0, admin.length() - 1) : admin);
            boolean http = "http".equalsIgnoreCase(base.getScheme()) || "https".equalsIgnoreCase(base.getScheme());
            if (!http || base.getHost() == null) {
                throw new IllegalArgumentException("it is no web address of a host");
            }
            return URI.create(base + path);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(
                    FlareCommand.WRONG_USAGE,
                    "--admin " + admin + " is not allowed: a URL such as http://127.0.0.1:8001 is");
        }
    }

    private String refusal(int status, byte[] body) {
        try {
            return AdminJson.read(body, Refusal.class).error();
        } catch (IOException e) {
            return "status " + status + " from " + admin + ", which is no admin port of Flare";
        }
    }

    /** Throws for an answer that is not the JSON expected. */
    <T> T read(byte[] answer, Class<T> type) {
        try {
            return AdminJson.read(answer, type);
        } catch (IOException e) {
            throw new CommandFailedException(
                    FlareCommand.REFUSED, "what answers at " + admin + " is no admin port of Flare");
        }
    }
}
