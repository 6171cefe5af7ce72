package flare.s3;

import flare.config.Settings;
import flare.http.Headers;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.object.ObjectService;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/** Who handles which route. The switches have no default: the compiler names a route that was forgotten. */
final class Handlers {

    private final Owners owners;
    private final ObjectHandlers objects;
    private final BucketHandlers buckets;
    private final BucketConfigHandlers configs;
    private final Cors cors;
    private final AttributesHandler attributes;
    private final ListHandlers lists;
    private final CopyHandler copies;
    private final MultipartHandlers uploads;
    private final TaggingHandler tags;
    private final DeleteObjectsHandler deletes;
    private final FormHandler forms;

    Handlers(Services services, ObjectPort.Access access, Settings settings, Materializer materializer) {
        ObjectService objects = services.objects();
        this.owners = new Owners(services.users(), settings.s3());
        this.objects = new ObjectHandlers(objects, settings.object(), materializer);
        this.buckets = new BucketHandlers(services.buckets(), owners, settings, materializer);
        this.configs = new BucketConfigHandlers(services.buckets(), buckets, settings.http(), materializer);
        this.cors = new Cors(services.buckets());
        this.attributes = new AttributesHandler(objects, settings.http().maxListPage());
        this.lists = new ListHandlers(objects, owners, settings.http());
        LongAnswers answers = new LongAnswers(settings.http().longAnswerAfter(), materializer);
        this.copies = new CopyHandler(objects, buckets, owners, settings.object(), answers);
        this.uploads = new MultipartHandlers(services.uploads(), buckets, owners, settings, answers, materializer);
        this.tags = new TaggingHandler(objects, settings.http(), materializer);
        this.deletes = new DeleteObjectsHandler(objects, settings.http(), materializer);
        this.forms = new FormHandler(objects, access, settings.object(), materializer);
    }

    Cors cors() {
        return cors;
    }

    /** Throws or fails with {@link FlareException}. */
    CompletionStage<HttpResponse> handle(Operation operation, AuthenticatedRequest request) {
        Headers headers = request.head().headers();
        boolean exists = operation.route() != BucketRoute.CREATE_BUCKET;
        if (operation.inBucket().isPresent() && exists && headers.has(ExpectedOwner.OF_BUCKET)) {
            return buckets.with(operation.inBucket().get(), bucket -> {
                ExpectedOwner.check(owners, headers, ExpectedOwner.OF_BUCKET, bucket);
                return dispatch(operation, request);
            });
        }
        return dispatch(operation, request);
    }

    private CompletionStage<HttpResponse> dispatch(Operation operation, AuthenticatedRequest request) {
        if (operation instanceof Operation.OfObject of) {
            return ofObject(of.route(), of.bucket(), of.key(), request);
        } else if (operation instanceof Operation.OfBucket of) {
            return ofBucket(of.route(), of.bucket(), request);
        }
        return ofService(((Operation.OfService) operation).route(), request);
    }

    private CompletionStage<HttpResponse> ofService(ServiceRoute route, AuthenticatedRequest request) {
        return switch (route) {
            case LIST_BUCKETS -> buckets.list(request);
        };
    }

    private CompletionStage<HttpResponse> ofBucket(BucketRoute route, BucketName bucket, AuthenticatedRequest request) {
        return switch (route) {
            case CREATE_BUCKET -> buckets.create(bucket, request);
            case HEAD_BUCKET -> buckets.head(bucket);
            case DELETE_BUCKET -> buckets.delete(bucket);
            case GET_LOCATION -> buckets.location(bucket);
            case GET_VERSIONING -> buckets.versioning(bucket);
            case PUT_VERSIONING -> buckets.setVersioning(bucket, request);
            case LIST_OBJECTS ->
                lists.objects(ListQuery.Version.V1, bucket, request.head().target());
            case LIST_OBJECTS_V2 ->
                lists.objects(ListQuery.Version.V2, bucket, request.head().target());
            case LIST_VERSIONS -> lists.versions(bucket, request.head().target());
            case POST_OBJECT -> forms.post(bucket, request);
            case DELETE_OBJECTS -> deletes.delete(bucket, request);
            case LIST_UPLOADS -> uploads.listUploads(bucket, request);
            case GET_TAGGING -> configs.tagging(bucket);
            case PUT_TAGGING -> configs.setTagging(bucket, request);
            case DELETE_TAGGING -> configs.deleteTagging(bucket);
            case GET_CORS -> configs.cors(bucket);
            case PUT_CORS -> configs.setCors(bucket, request);
            case DELETE_CORS -> configs.deleteCors(bucket);
            case GET_REQUEST_PAYMENT -> configs.requestPayment(bucket);
            case PUT_REQUEST_PAYMENT -> configs.setRequestPayment(bucket, request);
            case GET_POLICY,
                    PUT_POLICY,
                    DELETE_POLICY,
                    GET_POLICY_STATUS,
                    GET_ACL,
                    PUT_ACL,
                    GET_OWNERSHIP,
                    PUT_OWNERSHIP,
                    DELETE_OWNERSHIP,
                    GET_PUBLIC_ACCESS,
                    PUT_PUBLIC_ACCESS,
                    DELETE_PUBLIC_ACCESS -> throw notYet(route);
        };
    }

    private CompletionStage<HttpResponse> ofObject(
            ObjectRoute route, BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        return switch (route) {
            case PUT_OBJECT -> objects.put(bucket, key, request);
            case GET_OBJECT -> objects.get(bucket, key, request);
            case HEAD_OBJECT -> objects.head(bucket, key, request);
            case DELETE_OBJECT -> objects.delete(bucket, key, request);
            case COPY_OBJECT -> copies.copy(bucket, key, request);
            case GET_TAGGING -> tags.get(ObjectHandlers.ref(bucket, key, request));
            case PUT_TAGGING -> tags.put(ObjectHandlers.ref(bucket, key, request), request);
            case DELETE_TAGGING -> tags.delete(ObjectHandlers.ref(bucket, key, request));
            case CREATE_UPLOAD -> uploads.create(bucket, key, request);
            case UPLOAD_PART -> uploads.putPart(bucket, key, request);
            case UPLOAD_PART_COPY -> uploads.copyPart(bucket, key, request);
            case COMPLETE_UPLOAD -> uploads.complete(bucket, key, request);
            case ABORT_UPLOAD -> uploads.abort(bucket, key, request);
            case LIST_PARTS -> uploads.listParts(bucket, key, request);
            case GET_ATTRIBUTES -> attributes.get(ObjectHandlers.ref(bucket, key, request), request);
            case GET_ACL, PUT_ACL -> throw notYet(route);
        };
    }

    private static FlareException notYet(Route route) {
        return new FlareException(Fault.NOT_IMPLEMENTED, route.operation() + " is not implemented");
    }
}
