package flare.s3;

import flare.config.S3Settings;
import flare.config.Settings;
import flare.http.Headers;
import flare.http.Origins;
import flare.http.RawTarget;
import flare.http.RequestGuard;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.Origin;
import flare.object.UserService;
import flare.sigv4.Verifier;
import flare.telemetry.RequestIds;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.AttributeKeys;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.RemoteAddress;
import org.apache.pekko.stream.Materializer;
import org.slf4j.MDC;

/**
 * The object port, {@code /object/{key}} and S3 being one: every request goes the same way, and every refusal leaves it
 * through the same door.
 *
 * <pre>
 *   HttpRequest → RawTarget → Operation (Router) → AuthenticatedRequest (Authenticator) → Authorizer → Handlers → HttpResponse
 *                      └────────────┴─────────────────────┴──────── FlareException ─────────┴───────────┴──► error document
 * </pre>
 *
 * Nothing reads the body before the handler does, so that a refusal comes before "100 Continue". Needs the server settings
 * of {@link ObjectPortSettings}.
 */
public final class ObjectPort implements Function<HttpRequest, CompletionStage<HttpResponse>> {

    private final Settings settings;
    private final Origins origins;
    private final BucketHosts hosts;
    private final AmzHeaders amzHeaders;
    private final Access access;
    private final Handlers handlers;
    private final RequestTelemetry telemetry;
    private final Materializer materializer;

    /** @param root empty: everybody may do everything */
    public ObjectPort(
            Services services,
            Settings settings,
            Optional<RootAccount> root,
            RequestTelemetry telemetry,
            Materializer materializer) {
        this(
                settings,
                access(settings.s3(), root, services.users(), telemetry.clock()),
                access -> new Handlers(services, access, settings, telemetry.clock(), materializer),
                telemetry,
                materializer);
    }

    ObjectPort(
            Settings settings,
            Access access,
            Function<Access, Handlers> handlers,
            RequestTelemetry telemetry,
            Materializer materializer) {
        this.settings = settings;
        this.origins = new Origins(settings.http());
        this.hosts = new BucketHosts(settings.s3().domain());
        this.amzHeaders = new AmzHeaders(settings.s3().ignoredHeaders());
        this.access = access;
        this.handlers = handlers.apply(access);
        this.telemetry = telemetry;
        this.materializer = materializer;
    }

    /**
     * Who is let in, with requests and with forms.
     *
     * @param open everybody may do everything
     */
    record Access(Authenticator requests, Forms forms, boolean open) {

        static Access open(Clock clock) {
            return new Access(new OpenAuthenticator(), new OpenForms(clock), true);
        }

        static Access signed(Verifier verifier, Accounts accounts, Clock clock) {
            return new Access(
                    new SignatureAuthenticator(verifier, accounts, clock),
                    new SignedForms(verifier, accounts, clock),
                    false);
        }
    }

    private static Access access(S3Settings settings, Optional<RootAccount> root, UserService users, Clock clock) {
        return root.isEmpty()
                ? Access.open(clock)
                : Access.signed(
                        new Verifier(
                                new Verifier.Rules(settings.region(), settings.clockSkew(), settings.presignedV2())),
                        new UserAccounts(root.get(), users),
                        clock);
    }

    @Override
    public CompletionStage<HttpResponse> apply(HttpRequest request) {
        Headers headers = Headers.of(request.getHeaders());
        RequestBody body = new RequestBody(
                request.entity(),
                headers,
                settings.http(),
                settings.object().maxObjectSize().bytes());
        String target = headers.first(ObjectPortSettings.RAW_TARGET).orElse("");
        Exchange exchange = new Exchange(telemetry, origins.of(peer(request), headers), request, target, body);
        return handled(exchange, request.method().value(), headers)
                .exceptionally(failure -> refused(exchange, failure))
                .thenCompose(exchange::withAdded)
                .thenCompose(response -> body.settle(materializer).thenApply(done -> exchange.finish(response)));
    }

    private Origin peer(HttpRequest request) {
        return new Origin(
                request.getAttribute(AttributeKeys.remoteAddress)
                        .flatMap(RemoteAddress::getAddress)
                        .orElseThrow(() -> new IllegalStateException("the port does not tell who connected")),
                settings.http().tls().isOn());
    }

    private CompletionStage<HttpResponse> handled(Exchange exchange, String method, Headers headers) {
        return step(exchange, () -> {
            if (hosts.isBelowDomain(headers)) {
                exchange.isAt(headers.first(RequestGuard.HOST).orElseThrow());
            }
            RequestFraming.check(headers);
            RawTarget target = RawTarget.parse(exchange.target());
            Optional<BucketName> hostBucket = hosts.bucket(headers);
            Operation operation = Router.route(method, target, headers, hostBucket);
            exchange.isA(operation);
            RequestFraming.requireLength(operation, headers);
            if (operation instanceof Operation.OfPreflight preflight) {
                return handlers.cors().preflight(preflight.bucket(), headers);
            }
            operation
                    .inBucket()
                    .ifPresent(bucket -> exchange.adds(handlers.cors().headers(bucket, method, headers)));
            S3Request head = new S3Request(exchange.id(), exchange.origin(), method, target, headers, hostBucket);
            return access.requests()
                    .authenticate(operation, head, exchange.body())
                    .thenCompose(request -> {
                        amzHeaders.check(request.head().headers(), operation.route());
                        return authorized(exchange, operation, request);
                    });
        });
    }

    /** A form says who signed it in its body: its handler has that authorised, as the object it stores. */
    private CompletionStage<HttpResponse> authorized(
            Exchange exchange, Operation operation, AuthenticatedRequest request) {
        if (operation.route() == BucketRoute.POST_OBJECT) {
            return step(exchange, () -> handlers.handle(operation, AuthorizedRequest.of(request, Rights.ALL)));
        }
        return step(
                exchange,
                () -> handlers.authorizer()
                        .authorize(request.principal(), operation, request.head())
                        .thenCompose(rights -> step(
                                        exchange,
                                        () -> handlers.handle(operation, AuthorizedRequest.of(request, rights)))
                                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                                        hidden(Refusals.of(failure), operation, request.principal(), rights)))));
    }

    /** That a key is not there learns only who may list; that a delete marker stands there, too. */
    private static FlareException hidden(FlareException refusal, Operation operation, Principal who, Rights rights) {
        boolean tells = refusal.fault() == Fault.NO_SUCH_KEY || refusal.fault() == Fault.NO_SUCH_VERSION;
        if (tells && !rights.mayList()) {
            return Authorization.denied(who, operation.name());
        }
        // A marker in the place of a copy's source is not what the answer's headers speak of.
        return operation.route().rule().copies() && refusal.deleteMarker().isPresent()
                ? new FlareException(refusal.fault(), String.valueOf(refusal.getMessage()), refusal)
                : refusal;
    }

    /** What is logged on the way tells of which request; what is thrown fails the stage. */
    private static CompletionStage<HttpResponse> step(Exchange exchange, Supplier<CompletionStage<HttpResponse>> act) {
        MDC.put(RequestIds.MDC_KEY, exchange.id());
        try {
            return act.get();
        } catch (RuntimeException failure) {
            return CompletableFuture.failedFuture(failure);
        } finally {
            MDC.remove(RequestIds.MDC_KEY);
        }
    }

    private static HttpResponse refused(Exchange exchange, Throwable failure) {
        FlareException refusal = Refusals.of(failure);
        Refusals.log(exchange.id(), refusal);
        String target = exchange.target();
        int mark = target.indexOf('?');
        return Responses.error(refusal, mark < 0 ? target : target.substring(0, mark), exchange.id(), Optional.empty());
    }
}
