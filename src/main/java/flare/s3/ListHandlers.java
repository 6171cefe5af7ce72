package flare.s3;

import flare.config.HttpSettings;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.object.ObjectService;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Listings of a bucket's keys and of their versions. */
final class ListHandlers {

    private final ObjectService objects;
    private final HttpSettings limits;

    ListHandlers(ObjectService objects, HttpSettings limits) {
        this.objects = objects;
        this.limits = limits;
    }

    CompletionStage<HttpResponse> objects(ListQuery.Version version, BucketName bucket, RawTarget target) {
        ListQuery query = ListQuery.parse(version, bucket, target, limits.maxListPage());
        return objects.list(query.request()).thenApply(listing -> Responses.xml(200, ListXml.listing(query, listing)));
    }

    CompletionStage<HttpResponse> versions(BucketName bucket, RawTarget target) {
        VersionsQuery query = VersionsQuery.parse(bucket, target, limits.maxListPage());
        return objects.listVersions(query.request())
                .thenApply(listing -> Responses.xml(200, ListXml.versions(query, listing)));
    }
}
