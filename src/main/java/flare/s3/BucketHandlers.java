package flare.s3;

import flare.config.Settings;
import flare.http.RawTarget;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BucketService;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;

/** Buckets themselves: which there are, making and removing them, versioning. */
final class BucketHandlers {

    private static final int MAX_BUCKETS = 10_000;
    /** Where S3 answers 200 to who makes the own bucket again, as it did before there were regions. */
    private static final String FIRST_REGION = "us-east-1";

    /** Would change what can be undone: refused until it does, never ignored. */
    static final String OBJECT_LOCK = "x-amz-bucket-object-lock-enabled";

    private final BucketService buckets;
    private final Owners owners;
    private final BucketBirth birth;
    private final Settings settings;
    private final Materializer materializer;

    BucketHandlers(
            BucketService buckets, Owners owners, BucketBirth birth, Settings settings, Materializer materializer) {
        this.buckets = buckets;
        this.owners = owners;
        this.birth = birth;
        this.settings = settings;
        this.materializer = materializer;
    }

    /** Fails with NO_SUCH_BUCKET. */
    <T> CompletionStage<T> with(BucketName name, Function<BucketInfo, CompletionStage<T>> act) {
        return buckets.find(name)
                .thenApply(found ->
                        found.orElseThrow(() -> new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket " + name)))
                .thenCompose(act);
    }

    CompletionStage<HttpResponse> list(AuthorizedRequest request) {
        RawTarget target = request.head().target();
        String prefix = target.parameter("prefix").orElse("");
        String scope = "buckets\0" + prefix;
        int limit = Counts.parse("max-buckets", target.parameter("max-buckets"), MAX_BUCKETS);
        String after = target.parameter("continuation-token")
                .filter(token -> !token.isEmpty())
                .map(token -> ContinuationToken.text(token, scope))
                .orElse("");
        if (limit == 0) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "max-buckets must be 1 to " + MAX_BUCKETS);
        }
        Optional<String> region = target.parameter("bucket-region");
        if (region.filter(asked -> !asked.equals(settings.s3().region())).isPresent()) {
            return CompletableFuture.completedFuture(Responses.xml(
                    200, S3Xml.buckets(owners.of(request.principal()), List.of(), prefix, Optional.empty())));
        }
        return buckets.list(shownTo(request.principal()), prefix, after, limit)
                .thenApply(page -> Responses.xml(
                        200,
                        S3Xml.buckets(
                                owners.of(request.principal()),
                                page.buckets(),
                                prefix,
                                page.next().map(next -> ContinuationToken.ofText(next, scope)))));
    }

    /** A user sees the user's own; who administers the store sees all. */
    private static Set<String> shownTo(Principal principal) {
        return principal.owner().map(Set::of).orElse(Set.of());
    }

    CompletionStage<HttpResponse> create(BucketName name, AuthorizedRequest request) {
        Optional<String> lock = request.head().headers().first(OBJECT_LOCK);
        if (lock.isPresent() && !lock.get().equalsIgnoreCase("false")) {
            throw new FlareException(Fault.NOT_IMPLEMENTED, "header " + OBJECT_LOCK + " is not implemented");
        }
        return DocumentBody.read(request, settings.http(), materializer).thenCompose(document -> {
            if (document.length > 0) {
                requireRegion(known(XmlElement.parse(document, "CreateBucketConfiguration")));
            }
            return birth.of(request)
                    .thenCompose(documents -> made(name, documents, request))
                    .thenApply(done -> Responses.empty(200).addHeader(RawHeader.create("Location", "/" + name)));
        });
    }

    private CompletionStage<Void> made(
            BucketName name, Map<DocumentKind, Document> documents, AuthorizedRequest request) {
        return buckets.create(name, request.principal().owner().orElse(""), documents)
                .<Void>thenApply(id -> null)
                .exceptionallyCompose(failure -> {
                    boolean again = Refusals.of(failure).fault() == Fault.BUCKET_ALREADY_OWNED
                            && settings.s3().region().equals(FIRST_REGION);
                    return again
                            ? with(name, bucket -> {
                                BucketBirth.requireSame(
                                        bucket, documents, request.head().headers());
                                return CompletableFuture.completedFuture(null);
                            })
                            : CompletableFuture.failedFuture(failure);
                });
    }

    /** Each of the others would make a bucket of another kind, or with more to it. */
    private static XmlElement known(XmlElement configuration) {
        for (String element : List.of("Tags", "Location", "Bucket")) {
            if (configuration.child(element).isPresent()) {
                throw new FlareException(
                        Fault.NOT_IMPLEMENTED, element + " in CreateBucketConfiguration is not implemented");
            }
        }
        return configuration.knowing("LocationConstraint");
    }

    private void requireRegion(XmlElement configuration) {
        Optional<String> asked =
                configuration.child("LocationConstraint").map(XmlElement::text).map(String::strip);
        if (asked.isPresent() && !asked.get().equals(settings.s3().region())) {
            throw new FlareException(
                    Fault.INVALID_LOCATION,
                    "the location constraint '" + asked.get() + "' is not valid: this is the region "
                            + settings.s3().region());
        }
    }

    CompletionStage<HttpResponse> head(BucketName name) {
        return with(
                name,
                bucket -> CompletableFuture.completedFuture(Responses.empty(200)
                        .addHeader(RawHeader.create(
                                "x-amz-bucket-region", settings.s3().region()))));
    }

    CompletionStage<HttpResponse> delete(BucketName name) {
        return with(name, bucket -> buckets.delete(bucket.id()).thenApply(done -> Responses.empty(204)));
    }

    CompletionStage<HttpResponse> location(BucketName name) {
        return with(
                name,
                bucket -> CompletableFuture.completedFuture(
                        Responses.xml(200, S3Xml.location(settings.s3().region()))));
    }

    CompletionStage<HttpResponse> versioning(BucketName name) {
        return with(
                name,
                bucket -> CompletableFuture.completedFuture(Responses.xml(200, S3Xml.versioning(bucket.versioning()))));
    }

    CompletionStage<HttpResponse> setVersioning(BucketName name, AuthorizedRequest request) {
        return DocumentBody.read(request, settings.http(), materializer).thenCompose(document -> {
            XmlElement root =
                    XmlElement.parse(document, "VersioningConfiguration").knowing("Status", "MfaDelete");
            if (root.child("MfaDelete")
                    .filter(mfa -> mfa.text().strip().equals("Enabled"))
                    .isPresent()) {
                throw new FlareException(Fault.NOT_IMPLEMENTED, "MfaDelete is not implemented");
            }
            boolean enabled = switch (root.only("Status").text().strip()) {
                case "Enabled" -> true;
                case "Suspended" -> false;
                default -> throw XmlElement.malformed("Status must be Enabled or Suspended", null);
            };
            return with(
                    name,
                    bucket -> buckets.setVersioning(bucket.id(), enabled).thenApply(done -> Responses.empty(200)));
        });
    }
}
