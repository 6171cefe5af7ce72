package flare.admin;

import flare.admin.doctor.DoctorReport;
import flare.backup.BackupSource;
import flare.http.RequestGuard;
import flare.model.Fault;
import flare.model.FlareException;
import flare.telemetry.Metrics;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpMethod;
import org.apache.pekko.http.javadsl.model.HttpMethods;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port: {@code target → access → route → JSON}. Health is open to all and tells nothing of the inside;
 * everything else goes through {@link AdminAccess}. Only {@link UserRoutes} take a body.
 */
public final class AdminPort {

    private static final Logger LOG = LoggerFactory.getLogger(AdminPort.class);

    /** More than this is neither read nor skipped. */
    private static final long MAX_BODY_BYTES = 64 * 1024;

    private static final String UPLOADS = "/admin/uploads";
    private static final String REBALANCE = "/admin/rebalance";
    private static final String EXPORT = "/admin/metadata/export";

    private record Route(HttpMethod method, Supplier<CompletionStage<HttpResponse>> answer) {}

    private final ActorSystem<?> system;
    private final AdminAccess access;
    private final AdminOperations operations;
    private final Supplier<CompletionStage<DoctorReport>> doctor;
    private final Scrape scrape;
    private final Map<String, Route> health;
    private final Map<String, Route> routes;
    private volatile boolean stopping;

    public AdminPort(
            ActorSystem<?> system,
            AdminAccess access,
            AdminOperations operations,
            Supplier<CompletionStage<DoctorReport>> doctor,
            Scrape scrape) {
        this.system = system;
        this.access = access;
        this.operations = operations;
        this.doctor = doctor;
        this.scrape = scrape;
        health = Map.of(
                "/health/live", new Route(HttpMethods.GET, () -> json(StatusCodes.OK, Map.of("live", true))),
                "/health/ready", new Route(HttpMethods.GET, this::ready));
        routes = Map.ofEntries(
                Map.entry("/metrics", new Route(HttpMethods.GET, this::metrics)),
                Map.entry("/admin/status", new Route(HttpMethods.GET, this::status)),
                Map.entry(NodeRoutes.NODES, new Route(HttpMethods.GET, this::nodes)),
                Map.entry(
                        RaftRoutes.RAFT,
                        new Route(HttpMethods.GET, () -> operations.raftPeers().thenCompose(AdminPort::ok))),
                Map.entry(
                        "/admin/doctor",
                        new Route(HttpMethods.GET, () -> this.doctor.get().thenCompose(AdminPort::ok))),
                Map.entry(
                        "/admin/fsck",
                        new Route(HttpMethods.POST, () -> operations.fsck().thenCompose(AdminPort::ok))),
                Map.entry(
                        "/admin/fsck/disks",
                        new Route(
                                HttpMethods.POST,
                                () -> operations.compareDisks().thenApply(JsonLines::of))),
                Map.entry(
                        EXPORT,
                        new Route(
                                HttpMethods.GET,
                                () -> operations.exportMetadata().thenApply(AdminPort::streamed))),
                Map.entry("/admin/reclaim", new Route(HttpMethods.POST, this::reclaim)),
                Map.entry(
                        REBALANCE,
                        new Route(HttpMethods.GET, () -> operations.rebalance().thenCompose(AdminPort::ok))),
                Map.entry(
                        REBALANCE + "/start",
                        new Route(
                                HttpMethods.POST,
                                () -> operations.setRebalance(true).thenCompose(AdminPort::ok))),
                Map.entry(
                        REBALANCE + "/cancel",
                        new Route(
                                HttpMethods.POST,
                                () -> operations.setRebalance(false).thenCompose(AdminPort::ok))));
    }

    /** From now on the process is not ready: load balancers look elsewhere while transfers end. */
    public void stopping() {
        stopping = true;
    }

    /** Answers one request; never fails. */
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        String path = request.getUri().path();
        try {
            CompletionStage<byte[]> body = body(request, path);
            return route(request, path, body).exceptionally(failure -> failed(path, failure));
        } catch (RuntimeException e) {
            return CompletableFuture.completedStage(failed(path, e));
        }
    }

    /** Read in any case, wanted or not: what is left unread holds up the connection. A longer one fails, and ends that. */
    private CompletionStage<byte[]> body(HttpRequest request, String path) {
        var bytes = request.entity().withSizeLimit(MAX_BODY_BYTES).getDataBytes();
        if (!isOfUsers(path)) {
            bytes.runWith(Sink.ignore(), system);
            return CompletableFuture.completedStage(new byte[0]);
        }
        return bytes.runFold(ByteString.emptyByteString(), ByteString::concat, system)
                .thenApply(ByteString::toArray)
                .exceptionallyCompose(failure -> CompletableFuture.failedStage(new FlareException(
                        Fault.INVALID_REQUEST,
                        "the body is not whole, or longer than " + MAX_BODY_BYTES + " bytes",
                        failure)));
    }

    private static boolean isOfUsers(String path) {
        return path.equals(UserRoutes.PATH) || path.startsWith(UserRoutes.PATH + "/");
    }

    private CompletionStage<HttpResponse> route(HttpRequest request, String path, CompletionStage<byte[]> body) {
        Optional<HttpHeader> violation = request.getHeader(RequestGuard.VIOLATION);
        if (violation.isPresent()) {
            return refuse(StatusCodes.BAD_REQUEST, violation.get().value());
        }
        Optional<HttpHeader> overload = request.getHeader(RequestGuard.OVERLOAD);
        if (overload.isPresent()) {
            return refuse(StatusCodes.SERVICE_UNAVAILABLE, overload.get().value());
        }
        Route open = health.get(path);
        if (open != null) {
            return run(open, request);
        }
        return switch (access.judge(request)) {
            case GRANTED -> isOfUsers(path) ? users(request, path, body) : answer(request, path);
            case TOKEN_WANTED ->
                refuse(StatusCodes.UNAUTHORIZED, "show the token of flare.admin.token as Authorization: Bearer …")
                        .thenApply(response ->
                                response.addHeader(RawHeader.create("WWW-Authenticate", "Bearer realm=\"flare\"")));
            case CLOSED ->
                refuse(
                        StatusCodes.FORBIDDEN,
                        "this port is bound beyond loopback and flare.admin.token is not set: only /health is served");
        };
    }

    private CompletionStage<HttpResponse> answer(HttpRequest request, String path) {
        if (path.equals(EXPORT) && request.method().equals(HttpMethods.HEAD)) {
            return refuse(StatusCodes.METHOD_NOT_ALLOWED, "an export is made to be read: this path answers GET");
        }
        Route route = routes.get(path);
        if (route == null) {
            route = NodeRoutes.order(path, request.getUri().query(), operations)
                    .map(order -> new Route(HttpMethods.POST, () -> order.get().thenCompose(AdminPort::ok)))
                    .or(() -> uploadRoute(path, request))
                    .or(() -> LocateRoute.question(path, request.getUri().query())
                            .map(question -> new Route(
                                    HttpMethods.GET,
                                    () -> operations.locate(question.get()).thenCompose(AdminPort::ok))))
                    .or(() -> scrubRoute(path))
                    .or(() -> repairRoute(path, request))
                    .or(() -> SpaceRoute.page(path, request.getUri().query())
                            .map(page -> new Route(
                                    HttpMethods.GET,
                                    () -> operations.space(page.get()).thenCompose(AdminPort::ok))))
                    .or(() -> settingsRoute(path, request))
                    .or(() -> RaftRoutes.change(path, request.getUri().query())
                            .map(change -> new Route(
                                    HttpMethods.POST,
                                    () -> operations.changeRaft(change).thenCompose(AdminPort::ok))))
                    .orElse(null);
        }
        return route == null ? nothingHere() : run(route, request);
    }

    private CompletionStage<HttpResponse> users(HttpRequest request, String path, CompletionStage<byte[]> body) {
        return body.thenCompose(bytes -> {
            UserRoutes.Order order = new UserRoutes.Order(
                    request.method().value(),
                    path,
                    request.getUri().query().get("after"),
                    Optional.of(request.entity().getContentType().toString()),
                    bytes);
            return new UserRoutes(operations.users())
                    .answer(order)
                    .map(answer -> answer.thenApply(AdminPort::answered))
                    .orElseGet(AdminPort::nothingHere);
        });
    }

    /** Bytes are JSON already. */
    private static HttpResponse answered(Object answer) {
        return answer instanceof byte[] json
                ? HttpResponse.create().withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, json))
                : response(StatusCodes.OK, answer);
    }

    private static CompletionStage<HttpResponse> nothingHere() {
        return refuse(StatusCodes.NOT_FOUND, "there is nothing at this path of the admin port");
    }

    /** {@code GET /admin/uploads}, {@code POST /admin/uploads/abort}: which, the query says. */
    private Optional<Route> uploadRoute(String path, HttpRequest request) {
        Supplier<UploadFilter> filter =
                () -> UploadFilter.parse(request.getUri().query().toMap());
        return switch (path) {
            case UPLOADS ->
                Optional.of(new Route(
                        HttpMethods.GET,
                        () -> operations.uploads(filter.get()).thenCompose(list -> json(StatusCodes.OK, list))));
            case UPLOADS + "/abort" ->
                Optional.of(new Route(
                        HttpMethods.POST,
                        () -> operations.abortUploads(filter.get()).thenCompose(done -> json(StatusCodes.OK, done))));
            default -> Optional.empty();
        };
    }

    /** {@code GET /admin/settings} without a query, {@code POST} with one. */
    private Optional<Route> settingsRoute(String path, HttpRequest request) {
        if (!path.equals(SettingsRoutes.SETTINGS)) {
            return Optional.empty();
        }
        return Optional.of(
                request.method().equals(HttpMethods.POST)
                        ? new Route(
                                HttpMethods.POST,
                                () -> operations
                                        .changeSettings(SettingsRoutes.change(
                                                request.getUri().query()))
                                        .thenCompose(AdminPort::ok))
                        : new Route(HttpMethods.GET, () -> operations.settings().thenCompose(AdminPort::ok)));
    }

    private Optional<Route> repairRoute(String path, HttpRequest request) {
        return path.equals(RepairRoutes.REPAIR)
                ? Optional.of(
                        new Route(HttpMethods.GET, () -> operations.repairing().thenCompose(AdminPort::ok)))
                : RepairRoutes.order(path, request.getUri().query(), operations)
                        .map(order ->
                                new Route(HttpMethods.POST, () -> order.get().thenCompose(AdminPort::ok)));
    }

    private Optional<Route> scrubRoute(String path) {
        return path.equals(ScrubRoutes.SCRUB)
                ? Optional.of(
                        new Route(HttpMethods.GET, () -> operations.scrubbing().thenCompose(AdminPort::ok)))
                : ScrubRoutes.order(path)
                        .map(order -> new Route(
                                HttpMethods.POST,
                                () -> operations.orderScrubbing(order).thenCompose(AdminPort::ok)));
    }

    private static CompletionStage<HttpResponse> run(Route route, HttpRequest request) {
        boolean head = route.method.equals(HttpMethods.GET) && request.method().equals(HttpMethods.HEAD);
        if (head || request.method().equals(route.method)) {
            return route.answer.get();
        }
        return refuse(StatusCodes.METHOD_NOT_ALLOWED, "this path answers " + route.method.name())
                .thenApply(response -> response.addHeader(RawHeader.create("Allow", route.method.name())));
    }

    private CompletionStage<HttpResponse> ready() {
        CompletionStage<List<String>> obstacles = stopping
                ? CompletableFuture.completedStage(List.of("this process is stopping"))
                : operations.obstacles();
        return obstacles
                .thenApply(Readiness::of)
                .thenCompose(readiness ->
                        json(readiness.ready() ? StatusCodes.OK : StatusCodes.SERVICE_UNAVAILABLE, readiness));
    }

    private CompletionStage<HttpResponse> metrics() {
        return scrape.with(operations)
                .thenApply(scraped -> HttpResponse.create()
                        .withEntity(HttpEntities.create(
                                ContentTypes.parse(Metrics.CONTENT_TYPE), scraped.getBytes(StandardCharsets.UTF_8))));
    }

    private CompletionStage<HttpResponse> status() {
        return operations.status().thenCompose(status -> json(StatusCodes.OK, status));
    }

    private CompletionStage<HttpResponse> nodes() {
        return operations.status().thenCompose(status -> {
            String problem = status.problem();
            if (status.raft() == null) {
                // Not of the cluster: what it would say of any order says why.
                return operations.raftPeers().thenCompose(AdminPort::ok);
            }
            return problem == null
                    ? json(StatusCodes.OK, status.nodes())
                    : refuse(StatusCodes.SERVICE_UNAVAILABLE, problem);
        });
    }

    /** Read as fast as it is taken; what goes wrong cuts off the answer, which is then no whole backup. */
    private static HttpResponse streamed(BackupSource backup) {
        Source<ByteString, NotUsed> bytes = Source.unfoldResource(() -> backup, BackupSource::next, BackupSource::close)
                .map(ByteString::fromArrayUnsafe);
        return HttpResponse.create()
                .withEntity(HttpEntities.createChunked(ContentTypes.APPLICATION_OCTET_STREAM, bytes));
    }

    private CompletionStage<HttpResponse> reclaim() {
        return operations.reclaim().thenCompose(result -> json(StatusCodes.OK, result));
    }

    private static HttpResponse failed(String path, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof FlareException known) {
            return response(statusOf(known.fault()), new Refusal(String.valueOf(known.getMessage())));
        }
        LOG.error("The admin request for {} failed", path, cause);
        return response(StatusCodes.INTERNAL_SERVER_ERROR, new Refusal("an unexpected failure; the log has it"));
    }

    private static StatusCode statusOf(Fault fault) {
        return switch (fault) {
            case NO_SUCH_NODE,
                    NO_SUCH_BUCKET,
                    NO_SUCH_KEY,
                    NO_SUCH_VERSION,
                    NO_SUCH_UPLOAD,
                    NO_SUCH_USER,
                    NO_SUCH_ACCESS_KEY,
                    NO_SUCH_USER_POLICY -> StatusCodes.NOT_FOUND;
            case CONFLICT, USER_ALREADY_EXISTS, ACCESS_KEY_ALREADY_EXISTS, LIMIT_EXCEEDED -> StatusCodes.CONFLICT;
            case METHOD_NOT_ALLOWED -> StatusCodes.METHOD_NOT_ALLOWED;
            case INVALID_ARGUMENT,
                    INVALID_REQUEST,
                    INVALID_BUCKET_NAME,
                    INVALID_URI,
                    KEY_TOO_LONG,
                    MALFORMED_ACCESS_POLICY -> StatusCodes.BAD_REQUEST;
            case SLOW_DOWN, UNAVAILABLE -> StatusCodes.SERVICE_UNAVAILABLE;
            default -> StatusCodes.INTERNAL_SERVER_ERROR;
        };
    }

    private static CompletionStage<HttpResponse> refuse(StatusCode status, String sentence) {
        return json(status, new Refusal(sentence));
    }

    private static CompletionStage<HttpResponse> ok(Object value) {
        return json(StatusCodes.OK, value);
    }

    private static CompletionStage<HttpResponse> json(StatusCode status, Object value) {
        return CompletableFuture.completedStage(response(status, value));
    }

    private static HttpResponse response(StatusCode status, Object value) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, AdminJson.bytes(value)));
    }
}
