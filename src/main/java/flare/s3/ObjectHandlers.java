package flare.s3;

import flare.config.ObjectSettings;
import flare.http.Conditions;
import flare.http.Headers;
import flare.model.ByteRange;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.object.ObjectService;
import flare.object.ObjectService.PutRequest;
import flare.telemetry.CrashPoint;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/** PutObject, GetObject, HeadObject, DeleteObject. */
final class ObjectHandlers {

    /** Refusals whose answer says something of the object. */
    private static final Set<Fault> NAMING_THE_OBJECT = Set.of(Fault.NOT_MODIFIED, Fault.RANGE_NOT_SATISFIABLE);

    private final ObjectService objects;
    private final ObjectSettings limits;
    private final Materializer materializer;

    ObjectHandlers(ObjectService objects, ObjectSettings limits, Materializer materializer) {
        this.objects = objects;
        this.limits = limits;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> put(Operation.PutObject operation, AuthenticatedRequest request) {
        Headers headers = request.head().headers();
        PutRequest put = new PutRequest(
                operation.bucket(),
                operation.key(),
                request.body().length(),
                ObjectHeaders.contentMd5(headers),
                ObjectHeaders.attributes(headers, request.body().contentType(), limits.maxUserMetadata()),
                Conditions.of(headers).forWrite());
        return stored(put, headers, request.body()).thenApply(stored -> {
            CrashPoint.BEFORE_RESPONSE.reached();
            return Responses.empty(200).addHeader(ObjectHeaders.etag(stored.etag()));
        });
    }

    private CompletionStage<ObjectInfo> stored(PutRequest put, Headers headers, RequestBody body) {
        return body.atHand().isPresent() && DeclaredDigest.none(headers)
                ? objects.put(put, body.atHand().get())
                : objects.put(put, DeclaredDigest.checked(headers, body.bytes()));
    }

    CompletionStage<HttpResponse> get(Operation.GetObject operation, AuthenticatedRequest request) {
        ReadDecision decision = new ReadDecision(request.head().headers());
        CompletionStage<HttpResponse> response = objects.get(operation.bucket(), operation.key(), decision)
                .thenApply(read -> {
                    if (read.atHand().isPresent()) {
                        return Responses.object(
                                read.info(), read.range(), read.atHand().get());
                    }
                    if (read.info().size() == 0) {
                        read.bytes().runWith(Sink.cancelled(), materializer);
                    }
                    return Responses.object(read.info(), read.range(), read.bytes());
                });
        return withObjectInRefusals(response, decision, request);
    }

    CompletionStage<HttpResponse> head(Operation.HeadObject operation, AuthenticatedRequest request) {
        ReadDecision decision = new ReadDecision(request.head().headers());
        CompletionStage<HttpResponse> response =
                objects.head(operation.bucket(), operation.key()).thenApply(info -> head(info, decision.apply(info)));
        return withObjectInRefusals(response, decision, request);
    }

    CompletionStage<HttpResponse> delete(Operation.DeleteObject operation, AuthenticatedRequest request) {
        return objects.delete(
                        operation.bucket(),
                        operation.key(),
                        Conditions.of(request.head().headers()).forWrite())
                .thenApply(existed -> {
                    CrashPoint.BEFORE_RESPONSE.reached();
                    return Responses.empty(204);
                });
    }

    /** Pekko sends the length of a HEAD's entity and cancels its bytes. */
    private static HttpResponse head(ObjectInfo info, Optional<ByteRange> range) {
        return Responses.object(info, range, Source.empty());
    }

    private static CompletionStage<HttpResponse> withObjectInRefusals(
            CompletionStage<HttpResponse> response, ReadDecision decision, AuthenticatedRequest request) {
        return response.exceptionally(failure -> {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            if (cause instanceof FlareException refusal && NAMING_THE_OBJECT.contains(refusal.fault())) {
                S3Request head = request.head();
                return Responses.error(refusal, head.target().rawPath(), head.id(), decision.seen());
            }
            throw failure instanceof CompletionException completed ? completed : new CompletionException(failure);
        });
    }
}
