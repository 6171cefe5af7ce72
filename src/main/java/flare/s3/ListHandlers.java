package flare.s3;

import flare.config.HttpSettings;
import flare.http.RawTarget;
import flare.model.BucketName;
import flare.model.ObjectInfo;
import flare.object.ObjectService;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Listings of a bucket's keys and of their versions. */
final class ListHandlers {

    private final ObjectService objects;
    private final Owners owners;
    private final HttpSettings limits;

    ListHandlers(ObjectService objects, Owners owners, HttpSettings limits) {
        this.objects = objects;
        this.owners = owners;
        this.limits = limits;
    }

    CompletionStage<HttpResponse> objects(ListQuery.Version version, BucketName bucket, RawTarget target) {
        ListQuery query = ListQuery.parse(version, bucket, target, limits.maxListPage());
        return objects.list(query.request())
                .thenCompose(listing -> owners.named(query.withOwner() ? owners(listing.objects()) : Stream.empty())
                        .thenApply(named -> Responses.xml(200, ListXml.listing(query, listing, named))));
    }

    CompletionStage<HttpResponse> versions(BucketName bucket, RawTarget target) {
        VersionsQuery query = VersionsQuery.parse(bucket, target, limits.maxListPage());
        return objects.listVersions(query.request())
                .thenCompose(listing -> owners.named(owners(listing.versions()))
                        .thenApply(named -> Responses.xml(200, ListXml.versions(query, listing, named))));
    }

    private static Stream<Optional<String>> owners(List<ObjectInfo> versions) {
        return versions.stream().map(version -> version.extras().owner());
    }
}
