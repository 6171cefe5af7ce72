package flare.s3;

import flare.http.Headers;
import flare.model.BucketInfo;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BucketService;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells browsers what pages of other origins may do, by the rules of the bucket. It guards nothing: a browser asks before
 * (preflight, which is never signed) and holds back answers; whoever is no browser may ask all the same.
 */
final class Cors {

    private static final Logger LOG = LoggerFactory.getLogger(Cors.class);
    private static final String ORIGIN = "origin";
    private static final String METHOD = "access-control-request-method";
    private static final String HEADERS = "access-control-request-headers";
    private static final HttpHeader VARY =
            RawHeader.create("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");

    private final BucketService buckets;

    Cors(BucketService buckets) {
        this.buckets = buckets;
    }

    /** Answers what a browser asks before the request. Fails with NO_SUCH_BUCKET, BAD_PREFLIGHT, CORS_FORBIDDEN. */
    CompletionStage<HttpResponse> preflight(BucketName bucket, Headers headers) {
        String origin = headers.first(ORIGIN)
                .orElseThrow(() -> new FlareException(
                        Fault.BAD_PREFLIGHT, "Insufficient information. Origin request header needed."));
        String method = headers.first(METHOD).orElse("null");
        if (!CorsRules.METHODS.contains(method)) {
            throw new FlareException(Fault.BAD_PREFLIGHT, "Invalid Access-Control-Request-Method: " + method);
        }
        CorsRules.Request request = new CorsRules.Request(origin, method, requested(headers));
        return buckets.find(bucket).thenApply(found -> {
            BucketInfo info =
                    found.orElseThrow(() -> new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket " + bucket));
            CorsRules rules = rules(info)
                    .orElseThrow(() -> new FlareException(
                            Fault.CORS_FORBIDDEN, "CORSResponse: CORS is not enabled for this bucket."));
            CorsRules.Rule rule = rules.allowing(request)
                    .orElseThrow(
                            () -> new FlareException(
                                    Fault.CORS_FORBIDDEN,
                                    "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of"
                                            + " Origin, request method / Access-Control-Request-Method or"
                                            + " Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."));
            HttpResponse response = Responses.empty(200).addHeaders(allowing(rule, request));
            return request.headers().isEmpty()
                    ? response
                    : response.addHeader(RawHeader.create(
                            "Access-Control-Allow-Headers",
                            ObjectHeaders.asLatin1(String.join(", ", request.headers()))));
        });
    }

    /**
     * What to add to the answer of a request that a page makes, refusals included; nothing where no rule speaks of it. Asked
     * when the request comes, beside the work for it.
     */
    CompletionStage<List<HttpHeader>> headers(BucketName bucket, String method, Headers headers) {
        Optional<String> origin = headers.first(ORIGIN);
        if (origin.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        CorsRules.Request request =
                new CorsRules.Request(origin.get(), headers.first(METHOD).orElse(method), requested(headers));
        return buckets.find(bucket)
                .thenApply(found -> found.flatMap(Cors::rules)
                        .flatMap(rules -> rules.allowing(request))
                        .map(rule -> allowing(rule, request))
                        .orElse(List.of()))
                .exceptionally(failure -> {
                    LOG.debug("No word on other origins with an answer of bucket {}", bucket, failure);
                    return List.of();
                });
    }

    private static Optional<CorsRules> rules(BucketInfo bucket) {
        return bucket.document(DocumentKind.CORS).map(CorsRules::parse);
    }

    private static List<HttpHeader> allowing(CorsRules.Rule rule, CorsRules.Request request) {
        List<HttpHeader> headers = new ArrayList<>();
        headers.add(RawHeader.create(
                "Access-Control-Allow-Origin",
                rule.isForAll() ? CorsRules.ANY : ObjectHeaders.asLatin1(request.origin())));
        headers.add(RawHeader.create("Access-Control-Allow-Methods", String.join(", ", rule.methods())));
        if (!rule.exposed().isEmpty()) {
            headers.add(RawHeader.create("Access-Control-Expose-Headers", String.join(", ", rule.exposed())));
        }
        rule.maxAgeSeconds()
                .ifPresent(
                        seconds -> headers.add(RawHeader.create("Access-Control-Max-Age", Integer.toString(seconds))));
        if (!rule.isForAll()) {
            headers.add(RawHeader.create("Access-Control-Allow-Credentials", "true"));
        }
        headers.add(VARY);
        return headers;
    }

    private static List<String> requested(Headers headers) {
        List<String> requested = new ArrayList<>();
        for (String name : headers.joined(HEADERS).orElse("").split(",", -1)) {
            if (!name.isBlank()) {
                requested.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return requested;
    }
}
