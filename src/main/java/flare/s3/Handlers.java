package flare.s3;

import flare.config.Settings;
import flare.model.BucketName;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.object.ObjectService;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/** Who handles which route. The switches have no default: the compiler names a route that was forgotten. */
final class Handlers {

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
    private final AccessHandlers access;
    private final Shared shared;

    /** What handlers of every request have in common. */
    private record Shared(
            Services services, Forms forms, Authorizer authorizer, Settings settings, Materializer materializer) {}

    Handlers(
            Services services,
            ObjectPort.Access access,
            Settings settings,
            InstantSource clock,
            Materializer materializer) {
        this(
                services,
                new Shared(
                        services,
                        access.forms(),
                        new Authorization(services, settings.s3(), clock, access.open()),
                        settings,
                        materializer));
    }

    private Handlers(Services services, Shared shared) {
        this.shared = shared;
        Settings settings = shared.settings();
        Materializer materializer = shared.materializer();
        ObjectService objects = services.objects();
        Owners owners = new Owners(services.users(), settings.s3());
        this.objects = new ObjectHandlers(objects, settings.object(), materializer);
        this.buckets = new BucketHandlers(
                services.buckets(), owners, new BucketBirth(services, settings.s3()), settings, materializer);
        this.configs = new BucketConfigHandlers(services.buckets(), buckets, settings.http(), materializer);
        this.cors = new Cors(services.buckets());
        this.attributes = new AttributesHandler(objects, settings.http().maxListPage());
        this.lists = new ListHandlers(objects, owners, settings.http());
        LongAnswers answers = new LongAnswers(settings.http().longAnswerAfter(), materializer);
        this.copies = new CopyHandler(objects, buckets, settings.object(), answers);
        this.uploads = new MultipartHandlers(services.uploads(), buckets, owners, settings, answers, materializer);
        this.tags = new TaggingHandler(objects, settings.http(), materializer);
        this.deletes = new DeleteObjectsHandler(objects, settings.http(), materializer);
        this.forms = new FormHandler(services, shared.forms(), shared.authorizer(), settings, materializer);
        this.access = new AccessHandlers(services, buckets, owners, settings, materializer);
    }

    Cors cors() {
        return cors;
    }

    /** Throws or fails with {@link FlareException}. */
    CompletionStage<HttpResponse> handle(Operation operation, AuthorizedRequest request) {
        return request.rights().bucket().isEmpty()
                ? routed(operation, request)
                : new Handlers(request.rights().bound(shared.services()), shared).routed(operation, request);
    }

    Authorizer authorizer() {
        return shared.authorizer();
    }

    private CompletionStage<HttpResponse> routed(Operation operation, AuthorizedRequest request) {
        if (operation instanceof Operation.OfObject of) {
            return ofObject(of.route(), of.bucket(), of.key(), request);
        } else if (operation instanceof Operation.OfBucket of) {
            return ofBucket(of.route(), of.bucket(), request);
        }
        return ofService(((Operation.OfService) operation).route(), request);
    }

    private CompletionStage<HttpResponse> ofService(ServiceRoute route, AuthorizedRequest request) {
        return switch (route) {
            case LIST_BUCKETS -> buckets.list(request);
        };
    }

    private CompletionStage<HttpResponse> ofBucket(BucketRoute route, BucketName bucket, AuthorizedRequest request) {
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
            case GET_POLICY -> access.policy(bucket);
            case PUT_POLICY -> access.putPolicy(bucket, request);
            case DELETE_POLICY -> access.deletePolicy(bucket);
            case GET_POLICY_STATUS -> access.policyStatus(bucket);
            case GET_ACL -> access.acl(bucket);
            case PUT_ACL -> access.putAcl(bucket, request);
            case GET_OWNERSHIP -> access.ownership(bucket);
            case PUT_OWNERSHIP -> access.putOwnership(bucket, request);
            case DELETE_OWNERSHIP -> access.deleteOwnership(bucket);
            case GET_PUBLIC_ACCESS -> access.publicAccess(bucket);
            case PUT_PUBLIC_ACCESS -> access.putPublicAccess(bucket, request);
            case DELETE_PUBLIC_ACCESS -> access.deletePublicAccess(bucket);
            case GET_TAGGING -> configs.tagging(bucket);
            case PUT_TAGGING -> configs.setTagging(bucket, request);
            case DELETE_TAGGING -> configs.deleteTagging(bucket);
            case GET_CORS -> configs.cors(bucket);
            case PUT_CORS -> configs.setCors(bucket, request);
            case DELETE_CORS -> configs.deleteCors(bucket);
            case GET_REQUEST_PAYMENT -> configs.requestPayment(bucket);
            case PUT_REQUEST_PAYMENT -> configs.setRequestPayment(bucket, request);
        };
    }

    private CompletionStage<HttpResponse> ofObject(
            ObjectRoute route, BucketName bucket, ObjectKey key, AuthorizedRequest request) {
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
            case GET_ACL -> access.acl(ObjectHandlers.ref(bucket, key, request));
            case PUT_ACL -> access.putAcl(ObjectHandlers.ref(bucket, key, request), request);
        };
    }
}
