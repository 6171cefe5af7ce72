package flare.s3;

import flare.config.HttpSettings;
import flare.object.ObjectService;
import flare.object.ObjectService.VersionRef;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.Materializer;

/** GetObjectTagging, PutObjectTagging, DeleteObjectTagging. */
final class TaggingHandler {

    private final ObjectService objects;
    private final HttpSettings limits;
    private final Materializer materializer;

    TaggingHandler(ObjectService objects, HttpSettings limits, Materializer materializer) {
        this.objects = objects;
        this.limits = limits;
        this.materializer = materializer;
    }

    CompletionStage<HttpResponse> get(VersionRef object) {
        return objects.head(object)
                .thenApply(
                        info -> Responses.xml(200, S3Xml.tagging(info.extras().tags()))
                                .addHeaders(ObjectHeaders.version(info)));
    }

    CompletionStage<HttpResponse> put(VersionRef object, AuthorizedRequest request) {
        return DocumentBody.read(request, limits, materializer)
                .thenCompose(document -> {
                    Map<String, String> tags = TagSet.ofDocument(document);
                    return request.rights().tagging().allow(tags).thenCompose(allowed -> objects.setTags(object, tags));
                })
                .thenApply(info -> Responses.empty(200).addHeaders(ObjectHeaders.version(info)));
    }

    CompletionStage<HttpResponse> delete(VersionRef object) {
        return objects.setTags(object, Map.of())
                .thenApply(info -> Responses.empty(204).addHeaders(ObjectHeaders.version(info)));
    }
}
