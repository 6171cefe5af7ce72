package flare.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import flare.access.BuiltinPolicy;
import flare.http.Headers;
import flare.http.RawTarget;
import flare.s3.AuthCase.Carrier;
import flare.s3.AuthCase.Expected;
import flare.s3.AuthCase.Sent;
import flare.s3.AuthCase.Verdict;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * F8 and F10 of the catalogue, over a whole server: every row of the route table, in each carrier and body mode, is let in
 * signed rightly and refused otherwise, by the right name and without an effect; and while all of that is logged at DEBUG,
 * no secret and no right signature is told to anybody.
 *
 * <p>Generated from the route table: a row that is added has its cases the moment it is there.
 */
class AuthMatrixTest {

    private static final List<Route> ROUTES = RouterTest.routes().toList();

    /** Everything said while it is attached is searched; none of it is kept. */
    private static final class SecretsSought extends AppenderBase<ILoggingEvent> {
        private final AtomicLong events = new AtomicLong();
        private final List<String> leaks = new ArrayList<>();
        private volatile List<String> secrets = List.of();

        @Override
        protected void append(ILoggingEvent event) {
            String said = event.getFormattedMessage()
                    + event.getMDCPropertyMap()
                    + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy()));
            events.incrementAndGet();
            secrets.stream().filter(said::contains).forEach(secret -> leaks.add(event.getLoggerName() + ": " + said));
        }
    }

    @Test
    void letsInWhatIsSignedRightlyAndNothingElseWhateverTheRoute(@TempDir Path directory) throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        Logger own = (Logger) LoggerFactory.getLogger("flare");
        SecretsSought log = new SecretsSought();
        log.start();
        Level before = own.getLevel();
        try (LiveStore store = new LiveStore(directory)) {
            String cluster =
                    Files.readString(directory.resolve("cluster-secret")).strip();
            log.secrets = List.of(SignedClient.SECRET_TEXT, cluster);
            own.setLevel(Level.DEBUG);
            root.addAppender(log);
            makeUsers(store);
            new Matrix(store, log).run();
            assertThat(log.events.get()).as("log events at DEBUG").isGreaterThan(1000);
            assertThat(log.leaks).as("secrets in the log").isEmpty();
            for (String page : List.of("/metrics", "/health", "/health/ready", "/admin/status", "/status", "/")) {
                assertThat(admin(store.admin().resolve(page)))
                        .as(page)
                        .doesNotContain(SignedClient.SECRET_TEXT, cluster);
            }
            assertThat(admin(store.admin().resolve("/metrics")))
                    .as("operations that the metrics know")
                    .contains(ROUTES.stream()
                            .filter(route -> !route.rule().method().isEmpty())
                            .map(route -> "\"" + route.operation() + "\"")
                            .toList());
        } finally {
            root.detachAppender(log);
            own.setLevel(before);
        }
    }

    /** Each with a key of the root's secret: what refuses them is what they are, not how they sign. */
    private static void makeUsers(LiveStore store) throws IOException, InterruptedException {
        for (Verdict verdict : Verdict.values()) {
            if (verdict.isOfUser()) {
                String user = "/admin/users/" + verdict.name();
                String key = verdict.key().text();
                order(store, "PUT", user, "{}");
                order(
                        store,
                        "POST",
                        user + "/keys",
                        "{\"accessKey\": \"%s\", \"secretKey\": \"%s\"}".formatted(key, SignedClient.SECRET_TEXT));
                if (verdict != Verdict.NO_RIGHTS) {
                    order(store, "PUT", user + "/policies/everything", BuiltinPolicy.READWRITE.json());
                }
                switch (verdict) {
                    case DISABLED_USER -> order(store, "PUT", user + "/disable", "");
                    case DISABLED_KEY -> order(store, "PUT", user + "/keys/" + key + "/disable", "");
                    case REMOVED_KEY -> order(store, "DELETE", user + "/keys/" + key, "");
                    default -> {}
                }
            }
        }
    }

    private static void order(LiveStore store, String method, String path, String json)
            throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(store.admin().resolve(path))
                                .header("Content-Type", "application/json")
                                .method(method, HttpRequest.BodyPublishers.ofString(json))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode())
                .as(method + " " + path + ": " + response.body())
                .isBetween(200, 204);
    }

    private static String admin(URI page) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
        return response.headers().map() + response.body();
    }

    private static final class Matrix {

        private final LiveStore store;
        private final SecretsSought log;
        private final SignedClient client;
        private final String uploadId;
        private final Set<Route> met = new HashSet<>();
        private final List<String> wrong = new ArrayList<>();
        private RawClient connection;
        private int cases;

        Matrix(LiveStore store, SecretsSought log) throws IOException {
            this.store = store;
            this.log = log;
            this.client = store.client();
            assertThat(client.put("/object/k", "precious").status()).isEqualTo(200);
            assertThat(client.put("/object/source", "source").status()).isEqualTo(200);
            this.uploadId = client.ask("POST", "/object/k?uploads", "")
                    .body()
                    .replaceAll("(?s).*<UploadId>(.*)</UploadId>.*", "$1");
            this.connection = new RawClient(store.port());
        }

        void run() throws IOException {
            String state = state();
            for (Route route : ROUTES) {
                for (AuthCase one : AuthCase.of(route)) {
                    if (one.expected().isPresent()) {
                        check(one);
                    }
                }
            }
            assertThat(wrong).as("wrong verdicts").isEmpty();
            assertThat(state()).as("what is stored, after all refusals").isEqualTo(state);
            int refused = cases;
            for (Route route : ROUTES) {
                for (AuthCase one : AuthCase.of(route)) {
                    if (one.expected().isEmpty()) {
                        check(one);
                    }
                }
            }
            connection.close();
            assertThat(wrong).as("wrong verdicts").isEmpty();
            assertThat(met).as("rows of the route table").containsExactlyInAnyOrderElementsOf(ROUTES);
            System.out.println("auth matrix: " + ROUTES.size() + " routes, " + refused + " refused and "
                    + (cases - refused) + " let in of " + cases + ", 0 wrong; " + log.events.get()
                    + " log events at DEBUG searched");
        }

        private String state() throws IOException {
            StringBuilder state = new StringBuilder();
            for (String target : List.of(
                    "/",
                    "/object?versions",
                    "/object?uploads",
                    "/object?versioning",
                    "/object/k?uploadId=" + uploadId,
                    "/object/k",
                    "/object/source",
                    "/object/k?tagging")) {
                RawClient.Response response = client.get(target);
                assertThat(response.status()).as(target).isEqualTo(200);
                state.append(target).append(response.body()).append('\n');
            }
            return state.toString();
        }

        private void check(AuthCase one) throws IOException {
            cases++;
            Sent sent = one.sent(uploadId, Instant.now());
            requireRouted(one);
            List<String> told = new ArrayList<>(List.of(SignedClient.SECRET_TEXT));
            told.addAll(sent.rightSignatures());
            log.secrets = List.copyOf(told);
            RawClient.Response response = answer(sent);
            String all = response.headers() + response.body();
            if (told.stream().anyMatch(all::contains)) {
                wrong.add(one + ": the answer tells a secret: " + all);
            }
            String verdict = verdict(one, response);
            if (!verdict.isEmpty()) {
                wrong.add(one + ": " + verdict + ", was " + response.status() + " " + response.body());
            }
        }

        /** Whether the request is the row it was generated from, told by the router itself. */
        private void requireRouted(AuthCase one) {
            Map<String, String> headers =
                    one.route().rule().copies() ? Map.of(Router.COPY_SOURCE, "/object/source") : Map.of();
            Operation operation = Router.route(
                    one.route().rule().method(),
                    RawTarget.parse(AuthCase.target(one.route(), uploadId)),
                    Headers.of(headers),
                    Optional.empty());
            assertThat(operation.route()).isEqualTo(one.route());
            met.add(operation.route());
        }

        private static String verdict(AuthCase one, RawClient.Response response) {
            boolean head = one.route().rule().method().equals("HEAD");
            if (one.expected().isEmpty()) {
                boolean refused = response.status() == 403
                        || AuthCase.AUTH_REFUSALS.stream()
                                .anyMatch(code -> response.body().contains(code));
                return refused ? "expected to be let in" : "";
            }
            Expected expected = one.expected().get();
            boolean right = response.status() == expected.status()
                    && (head || response.body().contains("<Code>" + expected.code() + "</Code>"));
            return right ? "" : "expected " + expected;
        }

        /** On the connection of the one before, as long as the server keeps it. */
        private RawClient.Response answer(Sent sent) throws IOException {
            RawClient.Response response = connection.send(sent.text()).response(sent.head());
            if (response.header("connection").equalsIgnoreCase("close")) {
                connection.close();
                connection = new RawClient(store.port());
            }
            return response;
        }
    }

    /** A family of routes that is added, or a row in one of these, is generated or is named here with its reason. */
    @Test
    void knowsEveryRowOfTheRouteTable() {
        // A browser asks before it has a signature; the answer comes from the bucket's configuration alone.
        Set<String> unsigned = Set.of("PreflightRoute");
        List<Route> rows = new ArrayList<>();
        for (Class<?> family : Route.class.getPermittedSubclasses()) {
            if (!unsigned.contains(family.getSimpleName())) {
                for (Object row : family.getEnumConstants()) {
                    rows.add((Route) row);
                }
            }
        }
        assertThat(ROUTES).containsExactlyInAnyOrderElementsOf(rows);
    }

    @Test
    void hasCasesOfEveryKindForEveryRoute() {
        for (Route route : ROUTES) {
            List<AuthCase> cases = AuthCase.of(route);
            for (Carrier carrier : List.of(Carrier.HEADER, Carrier.PRESIGNED)) {
                for (Verdict verdict : Verdict.values()) {
                    long modes = cases.stream()
                            .filter(one -> one.carrier() == carrier && one.verdict() == verdict)
                            .count();
                    assertThat(modes)
                            .as(route + " " + carrier + " " + verdict)
                            .isIn(verdict == Verdict.FORGED_BODY ? List.of(0L, 4L) : List.of(5L));
                }
            }
            assertThat(cases.stream().filter(one -> one.carrier() == Carrier.NONE))
                    .hasSize(5);
        }
    }
}
