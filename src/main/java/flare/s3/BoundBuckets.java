package flare.s3;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.object.BucketService;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The same buckets, but the names of those that were authorised mean these very ones (I5). */
final class BoundBuckets implements BucketService {

    private final BucketService buckets;
    private final BucketInfo bucket;
    private final Optional<BucketInfo> source;

    BoundBuckets(BucketService buckets, BucketInfo bucket, Optional<BucketInfo> source) {
        this.buckets = buckets;
        this.bucket = bucket;
        this.source = source;
    }

    @Override
    public CompletionStage<Optional<BucketInfo>> find(BucketName name) {
        if (name.equals(bucket.name())) {
            return CompletableFuture.completedFuture(Optional.of(bucket));
        }
        Optional<BucketInfo> known = source.filter(info -> info.name().equals(name));
        return known.isPresent() ? CompletableFuture.completedFuture(known) : buckets.find(name);
    }

    @Override
    public CompletionStage<BucketPage> list(Set<String> owners, String prefix, String after, int limit) {
        return buckets.list(owners, prefix, after, limit);
    }

    @Override
    public CompletionStage<BucketId> create(BucketName name, String owner, Map<DocumentKind, Document> documents) {
        return buckets.create(name, owner, documents);
    }

    @Override
    public CompletionStage<Void> delete(BucketId id) {
        return buckets.delete(id);
    }

    @Override
    public CompletionStage<Void> setVersioning(BucketId id, boolean enabled) {
        return buckets.setVersioning(id, enabled);
    }

    @Override
    public CompletionStage<Void> setDocument(BucketId id, DocumentKind kind, Optional<byte[]> document) {
        return buckets.setDocument(id, kind, document);
    }
}
