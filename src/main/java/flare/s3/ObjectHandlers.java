package flare.s3;

import flare.config.ObjectSettings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.object.BodyChecks;
import flare.object.ObjectService;
import flare.object.ObjectService.ObjectRead;
import flare.object.ObjectService.PutRequest;
import flare.object.ObjectService.VersionRef;
import flare.telemetry.CrashPoint;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** PutObject, GetObject, HeadObject, DeleteObject. */
final class ObjectHandlers {

    /** Refusals whose answer says something of the object. */
    private static final Set<Fault> NAMING_THE_OBJECT = Set.of(Fault.NOT_MODIFIED, Fault.RANGE_NOT_SATISFIABLE);

    private static final HttpHeader DELETE_MARKER = RawHeader.create("x-amz-delete-marker", "true");

    private final ObjectService objects;
    private final ObjectSettings limits;
    private final Materializer materializer;

    ObjectHandlers(ObjectService objects, ObjectSettings limits, Materializer materializer) {
        this.objects = objects;
        this.limits = limits;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> put(BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        Headers headers = request.head().headers();
        PutRequest put = new PutRequest(
                bucket,
                key,
                request.content().length(),
                ObjectHeaders.contentMd5(headers),
                ObjectHeaders.attributes(headers, request.content().contentType(), limits.maxUserMetadata()),
                ObjectExtras.NONE.withTags(TagSet.ofHeader(headers)),
                BodyChecks.NONE,
                Conditions.of(headers).forWrite());
        return stored(put, headers, request.content()).thenApply(stored -> {
            CrashPoint.BEFORE_RESPONSE.reached();
            return Responses.empty(200)
                    .addHeader(ObjectHeaders.etag(stored.etag()))
                    .addHeaders(ObjectHeaders.version(stored));
        });
    }

    private CompletionStage<ObjectInfo> stored(PutRequest put, Headers headers, RequestContent content) {
        Optional<ByteString> atHand = DeclaredDigest.none(headers) ? content.atHand() : Optional.empty();
        return atHand.isPresent()
                ? objects.put(put, atHand.get())
                : objects.put(put, DeclaredDigest.checked(headers, content));
    }

    CompletionStage<HttpResponse> get(BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        refuseNotYet(request.head().target());
        ResponseOverrides overrides = ResponseOverrides.of(request);
        ReadDecision decision = new ReadDecision(request.head().headers());
        CompletionStage<HttpResponse> response = read(bucket, key, request, decision)
                .thenApply(read -> {
                    ObjectInfo said = overrides.applyTo(read.info());
                    if (read.atHand().isPresent()) {
                        return Responses.object(
                                said, read.range(), read.atHand().get());
                    }
                    if (read.info().size() == 0) {
                        read.bytes().runWith(Sink.cancelled(), materializer);
                    }
                    return Responses.object(said, read.range(), read.bytes());
                });
        return withObjectInRefusals(response, decision, request);
    }

    CompletionStage<HttpResponse> head(BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        refuseNotYet(request.head().target());
        ResponseOverrides overrides = ResponseOverrides.of(request);
        ReadDecision decision = new ReadDecision(request.head().headers());
        CompletionStage<HttpResponse> response = objects.head(ref(bucket, key, request))
                .thenApply(info -> head(overrides.applyTo(info), decision.apply(info)));
        return withObjectInRefusals(response, decision, request);
    }

    CompletionStage<HttpResponse> delete(BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        return objects.delete(
                        ref(bucket, key, request),
                        Conditions.of(request.head().headers()).forWrite())
                .thenApply(deletion -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    HttpResponse response =
                            Responses.empty(204).addHeaders(ObjectHeaders.version(deletion.versionId()));
                    return deletion.deleteMarker() ? response.addHeader(DELETE_MARKER) : response;
                });
    }

    /** The version that a request names. Throws {@link FlareException} with INVALID_ARGUMENT. */
    static VersionRef ref(BucketName bucket, ObjectKey key, AuthenticatedRequest request) {
        return new VersionRef(
                bucket, key, request.head().target().parameter("versionId").map(VersionId::parse));
    }

    private CompletionStage<ObjectRead> read(
            BucketName bucket, ObjectKey key, AuthenticatedRequest request, ReadDecision decision) {
        return objects.get(ref(bucket, key, request), decision);
    }

    private static void refuseNotYet(RawTarget target) {
        if (target.parameter("partNumber").isPresent()) {
            throw new FlareException(Fault.NOT_IMPLEMENTED, "parameter 'partNumber' is not implemented");
        }
    }

    /** Pekko sends the length of a HEAD's entity and cancels its bytes. */
    private static HttpResponse head(ObjectInfo info, Optional<ByteRange> range) {
        return Responses.object(info, range, Source.empty());
    }

    private static CompletionStage<HttpResponse> withObjectInRefusals(
            CompletionStage<HttpResponse> response, ReadDecision decision, AuthenticatedRequest request) {
        return response.exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof FlareException refusal
                    && refusal.deleteMarker().isPresent()) {
                S3Request head = request.head();
                return Responses.error(refusal, head.target().rawPath(), head.id(), Optional.empty())
                        .addHeader(DELETE_MARKER)
                        .addHeaders(ObjectHeaders.version(refusal.deleteMarker()));
            }
            if (cause instanceof FlareException refusal && NAMING_THE_OBJECT.contains(refusal.fault())) {
                S3Request head = request.head();
                return Responses.error(refusal, head.target().rawPath(), head.id(), decision.seen());
            }
            throw failure instanceof CompletionException completed ? completed : new CompletionException(failure);
        });
    }
}
