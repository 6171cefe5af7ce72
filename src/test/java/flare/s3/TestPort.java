package flare.s3;

import flare.config.Settings;
import flare.http.HttpServer;
import flare.http.ServedCertificate;
import flare.metadata.InMemoryMetadata;
import flare.object.MetadataUserService;
import flare.object.UserService;
import flare.telemetry.FinishedRequest;
import flare.telemetry.RequestIds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.settings.ServerSettings;
import org.apache.pekko.stream.Materializer;

/** The object port on a free port, over a store in memory. */
final class TestPort implements AutoCloseable {

    private static final String SETTINGS = """
            flare.http.stall-timeout = 600ms
            flare.http.min-rate = 1KiB
            flare.max-object-size = 1MiB
            """;

    final ActorTestKit kit = ActorTestKit.create();
    final Materializer materializer = Materializer.createMaterializer(kit.system());
    final MemoryObjectService objects = new MemoryObjectService(materializer);
    final UserService users;
    final Settings settings;
    final Queue<FinishedRequest> finished = new ConcurrentLinkedQueue<>();
    final HttpClient client = HttpClient.newHttpClient();
    final HttpServer server;

    TestPort() {
        this(ObjectPort.Access.open(Clock.systemUTC()));
    }

    TestPort(ObjectPort.Access access) {
        this(access, "");
    }

    /** @param more settings */
    TestPort(ObjectPort.Access access, String more) {
        this(access, more, new MetadataUserService(new InMemoryMetadata(), Duration.ofSeconds(5)));
    }

    TestPort(ObjectPort.Access access, String more, UserService users) {
        this.users = users;
        settings = Settings.load(SETTINGS + more);
        RequestTelemetry telemetry = new RequestTelemetry(new RequestIds(), Clock.systemUTC(), finished::add);
        ObjectPort port = new ObjectPort(
                settings,
                access,
                given -> new Handlers(
                        new Services(objects, objects.buckets, new NoUploads(), users),
                        given,
                        settings,
                        Clock.systemUTC(),
                        materializer),
                telemetry,
                materializer);
        server = HttpServer.bind(
                        kit.system(),
                        new HttpServer.Listening(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                new HttpServer.Limits(
                                        settings.http().maxConnections(),
                                        settings.http().idleTimeout()),
                                ObjectPortSettings.of(
                                        ServerSettings.create(kit.system().classicSystem()), telemetry),
                                ServedCertificate.of(settings.http().tls(), Clock.systemUTC())),
                        port::apply)
                .toCompletableFuture()
                .join();
    }

    int port() {
        return server.port();
    }

    RawClient connect() throws IOException {
        return new RawClient(port());
    }

    /** One raw request on a connection of its own. */
    RawClient.Response ask(String request) throws IOException {
        try (RawClient raw = connect()) {
            return raw.send(request).response(request.startsWith("HEAD"));
        }
    }

    HttpResponse<String> send(String method, String target, String body, String... headers) throws IOException {
        return send(method, target, HttpRequest.BodyPublishers.ofString(body), headers);
    }

    HttpResponse<String> send(String method, String target, HttpRequest.BodyPublisher body, String... headers)
            throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + target))
                .method(method, body);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    HttpResponse<String> get(String target, String... headers) throws IOException {
        return send("GET", target, HttpRequest.BodyPublishers.noBody(), headers);
    }

    @Override
    public void close() {
        server.stop(Duration.ofSeconds(3)).toCompletableFuture().join();
        kit.shutdownTestKit();
    }
}
