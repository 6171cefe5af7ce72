package flare.s3;

import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketInfo.Versioning;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.object.BucketService;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/** Buckets in a map; the objects of all of them count as in the one that is there from the start. */
final class MemoryBucketService implements BucketService {

    private static final String FIRST = "object";

    private final ConcurrentSkipListMap<String, BucketInfo> buckets = new ConcurrentSkipListMap<>();
    private final Supplier<List<String>> keys;
    private long lastId;

    volatile boolean refusesDocuments;

    MemoryBucketService(Supplier<List<String>> keys) {
        this.keys = keys;
        add(new BucketName(FIRST), "", Map.of());
    }

    boolean has(BucketName name) {
        return buckets.containsKey(name.value());
    }

    private synchronized BucketInfo add(BucketName name, String owner, Map<DocumentKind, Document> documents) {
        BucketInfo bucket = new BucketInfo(
                new BucketId(++lastId), name, owner, MemoryObjectService.EPOCH, Versioning.UNVERSIONED, documents);
        buckets.put(name.value(), bucket);
        return bucket;
    }

    @Override
    public CompletionStage<Optional<BucketInfo>> find(BucketName name) {
        return CompletableFuture.completedFuture(Optional.ofNullable(buckets.get(name.value())));
    }

    @Override
    public CompletionStage<BucketPage> list(Set<String> owners, String prefix, String after, int limit) {
        List<BucketInfo> all = buckets.tailMap(after, false).values().stream()
                .filter(bucket -> bucket.name().value().startsWith(prefix))
                .filter(bucket -> owners.isEmpty() || owners.contains(bucket.owner()))
                .toList();
        List<BucketInfo> page = all.subList(0, Math.min(limit, all.size()));
        Optional<String> next = page.size() < all.size()
                ? Optional.of(page.get(page.size() - 1).name().value())
                : Optional.empty();
        return CompletableFuture.completedFuture(new BucketPage(page, next));
    }

    @Override
    public CompletionStage<BucketId> create(BucketName name, String owner, Map<DocumentKind, Document> documents) {
        BucketInfo there = buckets.get(name.value());
        return there != null
                ? failed(there.owner().equals(owner) ? Fault.BUCKET_ALREADY_OWNED : Fault.BUCKET_ALREADY_EXISTS)
                : CompletableFuture.completedFuture(add(name, owner, documents).id());
    }

    @Override
    public CompletionStage<Void> delete(BucketId bucket) {
        if (bucket.value() == 1 && !keys.get().isEmpty()) {
            return failed(Fault.BUCKET_NOT_EMPTY);
        }
        buckets.values().removeIf(known -> known.id().equals(bucket));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> setVersioning(BucketId bucket, boolean enabled) {
        buckets.replaceAll((name, known) -> known.id().equals(bucket)
                ? new BucketInfo(
                        known.id(),
                        known.name(),
                        known.owner(),
                        known.created(),
                        enabled ? Versioning.ENABLED : Versioning.SUSPENDED,
                        known.documents())
                : known);
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Void> setDocument(BucketId bucket, DocumentKind kind, Optional<byte[]> document) {
        if (refusesDocuments) {
            return failed(Fault.UNAVAILABLE);
        }
        buckets.replaceAll((name, known) -> known.id().equals(bucket) ? with(known, kind, document) : known);
        return CompletableFuture.completedFuture(null);
    }

    private static BucketInfo with(BucketInfo known, DocumentKind kind, Optional<byte[]> document) {
        Map<DocumentKind, Document> documents = new HashMap<>(known.documents());
        document.ifPresentOrElse(bytes -> documents.put(kind, new Document(bytes)), () -> documents.remove(kind));
        return new BucketInfo(known.id(), known.name(), known.owner(), known.created(), known.versioning(), documents);
    }

    private static <T> CompletionStage<T> failed(Fault fault) {
        return CompletableFuture.failedFuture(new FlareException(fault, "refused: " + fault));
    }
}
