package flare.object;

import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Bucket names to internal ids, remembered. A remembered id is only ever used in queries and commands, which refuse it
 * with NO_SUCH_BUCKET when the bucket is gone (I5); then the name is looked up again, once, and everything done with the
 * old id is done anew. What can't be done anew, since a body is gone by then, begins with {@link #current}.
 */
final class Buckets {

    private static final int MAX_REMEMBERED = 10_000;

    private final Metadata metadata;
    private final Map<BucketName, BucketId> ids;
    private final Optional<BucketInfo> authorised;

    Buckets(Metadata metadata) {
        this(metadata, new ConcurrentHashMap<>(), Optional.empty());
    }

    private Buckets(Metadata metadata, Map<BucketName, BucketId> ids, Optional<BucketInfo> authorised) {
        this.metadata = metadata;
        this.ids = ids;
        this.authorised = authorised;
    }

    /** The same, but for one name, which stands for this very bucket even when another has it by now (I5). */
    Buckets knowing(BucketInfo bucket) {
        return new Buckets(metadata, ids, Optional.of(bucket));
    }

    /** Runs {@code act} with the bucket's id; a second time if the id turns out to be an old one. */
    <R> CompletionStage<R> with(BucketName name, Function<BucketId, CompletionStage<R>> act) {
        Optional<BucketId> fixed = authorised(name);
        if (fixed.isPresent()) {
            return act.apply(fixed.get());
        }
        BucketId known = ids.get(name);
        if (known == null) {
            return lookUp(name).thenCompose(act);
        }
        return act.apply(known)
                .handle((result, failure) -> {
                    if (!Failures.is(Fault.NO_SUCH_BUCKET, failure)) {
                        return failure == null
                                ? CompletableFuture.completedFuture(result)
                                : CompletableFuture.<R>failedFuture(failure);
                    }
                    ids.remove(name, known);
                    return lookUp(name).thenCompose(act).toCompletableFuture();
                })
                .thenCompose(Function.identity());
    }

    /** The bucket that has the name now. */
    CompletionStage<BucketId> current(BucketName name) {
        Optional<BucketId> fixed = authorised(name);
        return fixed.isPresent() ? CompletableFuture.completedFuture(fixed.get()) : lookUp(name);
    }

    private Optional<BucketId> authorised(BucketName name) {
        return authorised.filter(bucket -> bucket.name().equals(name)).map(BucketInfo::id);
    }

    private CompletionStage<BucketId> lookUp(BucketName name) {
        return metadata.read(new Query.FindBucket(name)).thenApply(found -> {
            BucketId id = found.orElseThrow(
                    () -> new FlareException(Fault.NO_SUCH_BUCKET, "there is no bucket '" + name + "'"));
            if (ids.size() >= MAX_REMEMBERED) {
                ids.clear();
            }
            ids.put(name, id);
            return id;
        });
    }
}
