package flare.s3;

import flare.config.HttpSettings;
import flare.model.BucketName;
import flare.model.Deletion;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectKey;
import flare.model.VersionId;
import flare.model.WriteCondition;
import flare.object.ObjectService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html">DeleteObjects</a>: each key has a
 * result of its own, so that one refusal leaves the others alone; deletes go beside each other and share log entries.
 */
final class DeleteObjectsHandler {

    private static final int AT_ONCE = 64;

    private final ObjectService objects;
    private final HttpSettings limits;
    private final Materializer materializer;

    DeleteObjectsHandler(ObjectService objects, HttpSettings limits, Materializer materializer) {
        this.objects = objects;
        this.limits = limits;
        this.materializer = materializer;
    }

    /** One key to delete, as it was asked. */
    record Asked(String key, Optional<String> version, Optional<String> etag) {}

    /** Either what the delete did, or why it did not. */
    record Result(Asked asked, Optional<Deletion> done, Optional<FlareException> error) {}

    CompletionStage<HttpResponse> delete(BucketName bucket, AuthorizedRequest request) {
        if (!DocumentBody.isVouchedFor(request)) {
            throw new FlareException(
                    Fault.INVALID_REQUEST, "DeleteObjects needs a Content-MD5 or an x-amz-checksum header");
        }
        return DocumentBody.read(request, limits, materializer).thenCompose(document -> {
            XmlElement root = XmlElement.parse(document, "Delete").knowing("Object", "Quiet");
            boolean quiet = root.child("Quiet")
                    .map(XmlElement::text)
                    .map(String::strip)
                    .filter("true"::equals)
                    .isPresent();
            List<Asked> asked = asked(root);
            return Source.from(asked)
                    .mapAsync(
                            AT_ONCE,
                            one -> deleteOne(bucket, one, request.rights().keys()))
                    .runWith(Sink.seq(), materializer)
                    .thenApply(results -> {
                        String id = request.head().id();
                        results.forEach(result -> result.error().ifPresent(error -> Refusals.log(id, error)));
                        return Responses.xml(200, S3Xml.deleted(results, quiet));
                    });
        });
    }

    private List<Asked> asked(XmlElement root) {
        List<XmlElement> listed = root.all("Object");
        int max = limits.maxDeletes();
        if (listed.isEmpty() || listed.size() > max) {
            throw XmlElement.malformed(
                    "DeleteObjects names 1 to " + max + " objects (flare.http.max-deletes), here " + listed.size(),
                    null);
        }
        return listed.stream()
                .map(object -> object.knowing("Key", "VersionId", "ETag", "LastModifiedTime", "Size"))
                .map(DeleteObjectsHandler::one)
                .toList();
    }

    private static Asked one(XmlElement object) {
        for (String condition : List.of("LastModifiedTime", "Size")) {
            if (object.child(condition).isPresent()) {
                throw new FlareException(Fault.NOT_IMPLEMENTED, condition + " in DeleteObjects is not implemented");
            }
        }
        return new Asked(
                object.only("Key").text(),
                object.child("VersionId").map(version -> version.text().strip()).filter(text -> !text.isEmpty()),
                object.child("ETag").map(etag -> etag.text().strip().replace("\"", "")));
    }

    private CompletionStage<Result> deleteOne(BucketName bucket, Asked asked, Rights.Keys keys) {
        WriteCondition condition = asked.etag()
                .map(etag -> new WriteCondition(List.of(etag), List.of()))
                .orElse(WriteCondition.NONE);
        try {
            ObjectService.VersionRef object = new ObjectService.VersionRef(
                    bucket, ObjectKey.of(asked.key()), asked.version().map(VersionId::parse));
            return keys.allowDelete(asked.key(), asked.version())
                    .thenCompose(allowed -> objects.delete(object, condition))
                    .thenApply(deletion -> new Result(asked, Optional.of(deletion), Optional.empty()))
                    .exceptionally(failure -> new Result(asked, Optional.empty(), Optional.of(Refusals.of(failure))));
        } catch (FlareException refusal) {
            return CompletableFuture.completedFuture(new Result(asked, Optional.empty(), Optional.of(refusal)));
        }
    }
}
