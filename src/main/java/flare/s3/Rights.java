package flare.s3;

import flare.access.Acl;
import flare.model.BucketInfo;
import flare.model.ObjectExtras;
import flare.object.BucketService;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * That a request may do what it asks for, and with what: made by an {@link Authorizer} only. What was authorised is what is
 * acted on: {@link #bound} services know these very buckets by their names (I5).
 *
 * @param bucket empty where nothing depended on it: for root
 * @param source of a copy
 * @param writer whose an object is that is written; empty for root
 * @param acl what it is written with; empty for none in particular
 * @param mayList whether the caller may know that a key is not there
 */
record Rights(
        Optional<BucketInfo> bucket,
        Optional<BucketInfo> source,
        Optional<String> writer,
        Optional<Acl> acl,
        boolean mayList,
        Tagging tagging,
        Keys keys) {

    /** Asks again once the tags are known that a document says. */
    @FunctionalInterface
    interface Tagging {
        Tagging ANY = tags -> CompletableFuture.completedFuture(null);

        /** Fails with ACCESS_DENIED. */
        CompletionStage<Void> allow(Map<String, String> tags);
    }

    /** Asks for a key that a document names. */
    @FunctionalInterface
    interface Keys {
        Keys ANY = (key, version) -> CompletableFuture.completedFuture(null);

        /** Fails with ACCESS_DENIED. */
        CompletionStage<Void> allowDelete(String key, Optional<String> version);
    }

    static final Rights ALL = new Rights(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), true, Tagging.ANY, Keys.ANY);

    /** Owner and ACL of what is written. */
    ObjectExtras written(ObjectExtras extras) {
        ObjectExtras owned = extras.withOwner(writer);
        return acl.isPresent() ? owned.withAcl(acl.get().text()) : owned;
    }

    Services bound(Services services) {
        if (bucket.isEmpty()) {
            return services;
        }
        BucketService buckets = new BoundBuckets(services.buckets(), bucket.get(), source);
        return new Services(services.objects().in(bucket.get()), buckets, services.uploads(), services.users());
    }

    Rights withBucket(BucketInfo known) {
        return new Rights(Optional.of(known), source, writer, acl, mayList, tagging, keys);
    }

    Rights withSource(BucketInfo known, boolean mayListSource) {
        return new Rights(bucket, Optional.of(known), writer, acl, mayListSource, tagging, keys);
    }

    Rights withWritten(Optional<String> owner, Optional<Acl> with) {
        return new Rights(bucket, source, owner, with, mayList, tagging, keys);
    }

    Rights with(boolean list, Tagging tags, Keys deletes) {
        return new Rights(bucket, source, writer, acl, list, tags, deletes);
    }
}
