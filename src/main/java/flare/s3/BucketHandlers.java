package flare.s3;

import flare.config.HttpSettings;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.ObjectService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Listings, and what can be asked of the one bucket there is. */
final class BucketHandlers {

    /** Exists from the first start. */
    static final BucketName OBJECT = new BucketName("object");

    private final ObjectService objects;
    private final HttpSettings limits;

    BucketHandlers(ObjectService objects, HttpSettings limits) {
        this.objects = objects;
        this.limits = limits;
    }

    static void requireBucket(Operation operation) {
        if (operation instanceof Operation.OfObject of) {
            require(of.bucket());
        } else if (operation instanceof Operation.OfBucket of) {
            if (of.route() == BucketRoute.CREATE_BUCKET && !of.bucket().equals(OBJECT)) {
                throw new FlareException(
                        Fault.NOT_IMPLEMENTED, "CreateBucket is not implemented: use bucket " + OBJECT);
            }
            require(of.bucket());
        }
    }

    private static void require(BucketName bucket) {
        if (!bucket.equals(OBJECT)) {
            throw new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket " + bucket);
        }
    }

    CompletionStage<HttpResponse> list(ListQuery.Version version, BucketName bucket, RawTarget target) {
        ListQuery query = ListQuery.parse(version, bucket, target, limits.maxListPage());
        CompletionStage<ObjectService.Listing> page = query.maxKeys() == 0
                ? CompletableFuture.completedFuture(new ObjectService.Listing(List.of(), List.of(), Optional.empty()))
                : objects.list(query.request());
        return page.thenApply(listing -> Responses.xml(200, S3Xml.listing(query, listing)));
    }

    CompletionStage<HttpResponse> head() {
        return CompletableFuture.completedFuture(Responses.empty(200));
    }

    CompletionStage<HttpResponse> location() {
        return CompletableFuture.completedFuture(Responses.xml(200, S3Xml.location()));
    }

    CompletionStage<HttpResponse> create(BucketName bucket) {
        return CompletableFuture.failedFuture(
                new FlareException(Fault.BUCKET_ALREADY_EXISTS, "bucket " + bucket + " exists and is yours"));
    }
}
