package flare.s3;

import flare.config.HttpSettings;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BucketService;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/**
 * Documents of a bucket's configuration that are kept and given back: tags, rules for other origins, who pays. Each is parsed
 * when it comes and kept as Flare writes it, so that what is kept is what was understood.
 */
final class BucketConfigHandlers {

    /** Of a bucket's tags, more than an object may have (S3's limit). */
    static final int MAX_TAGS = 50;

    private final BucketService buckets;
    private final BucketHandlers byName;
    private final HttpSettings limits;
    private final Materializer materializer;

    BucketConfigHandlers(BucketService buckets, BucketHandlers byName, HttpSettings limits, Materializer materializer) {
        this.buckets = buckets;
        this.byName = byName;
        this.limits = limits;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> tagging(BucketName bucket) {
        return get(bucket, DocumentKind.TAGGING, Fault.NO_SUCH_TAG_SET, "has no tags");
    }

    CompletionStage<HttpResponse> setTagging(BucketName bucket, AuthorizedRequest request) {
        return put(
                bucket,
                DocumentKind.TAGGING,
                request,
                document -> S3Xml.tagging(TagSet.ofDocument(document, MAX_TAGS)),
                204);
    }

    CompletionStage<HttpResponse> deleteTagging(BucketName bucket) {
        return delete(bucket, DocumentKind.TAGGING);
    }

    CompletionStage<HttpResponse> cors(BucketName bucket) {
        return get(bucket, DocumentKind.CORS, Fault.NO_SUCH_CORS, "has no CORS configuration");
    }

    CompletionStage<HttpResponse> setCors(BucketName bucket, AuthorizedRequest request) {
        return put(
                bucket,
                DocumentKind.CORS,
                request,
                document -> CorsRules.parse(document).document(),
                200);
    }

    CompletionStage<HttpResponse> deleteCors(BucketName bucket) {
        return delete(bucket, DocumentKind.CORS);
    }

    /** The owner pays unless somebody said otherwise. */
    CompletionStage<HttpResponse> requestPayment(BucketName bucket) {
        return byName.with(
                bucket,
                found -> CompletableFuture.completedFuture(Responses.xml(
                        200,
                        found.document(DocumentKind.REQUEST_PAYMENT)
                                .orElseGet(() -> S3Xml.requestPayment(Payer.BucketOwner)))));
    }

    CompletionStage<HttpResponse> setRequestPayment(BucketName bucket, AuthorizedRequest request) {
        return put(
                bucket, DocumentKind.REQUEST_PAYMENT, request, document -> S3Xml.requestPayment(payer(document)), 200);
    }

    /** As documents name them. */
    enum Payer {
        BucketOwner,
        Requester
    }

    private static Payer payer(byte[] document) {
        String text = XmlElement.parse(document, "RequestPaymentConfiguration")
                .knowing("Payer")
                .only("Payer")
                .text()
                .strip();
        for (Payer payer : Payer.values()) {
            if (payer.name().equals(text)) {
                return payer;
            }
        }
        throw XmlElement.malformed("Payer must be BucketOwner or Requester, here '" + text + "'", null);
    }

    private CompletionStage<HttpResponse> get(BucketName bucket, DocumentKind kind, Fault missing, String message) {
        return byName.with(
                bucket,
                found -> CompletableFuture.completedFuture(Responses.xml(
                        200,
                        found.document(kind)
                                .orElseThrow(() -> new FlareException(missing, "bucket " + bucket + " " + message)))));
    }

    /** @param written what is kept, of what came; throws to refuse */
    private CompletionStage<HttpResponse> put(
            BucketName bucket,
            DocumentKind kind,
            AuthorizedRequest request,
            UnaryOperator<byte[]> written,
            int status) {
        return DocumentBody.read(request, limits, materializer).thenCompose(document -> {
            Optional<byte[]> kept = Optional.of(written.apply(document));
            return byName.with(
                    bucket,
                    found -> buckets.setDocument(found.id(), kind, kept).thenApply(done -> Responses.empty(status)));
        });
    }

    private CompletionStage<HttpResponse> delete(BucketName bucket, DocumentKind kind) {
        return byName.with(
                bucket,
                found -> buckets.setDocument(found.id(), kind, Optional.empty())
                        .thenApply(done -> Responses.empty(204)));
    }
}
