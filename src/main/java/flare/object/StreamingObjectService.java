package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The object service over metadata log and data nodes. Holds no bytes itself; memory is bounded for each transfer. */
public final class StreamingObjectService implements ObjectService {

    private final ObjectEnvironment environment;
    private final Buckets buckets;
    private final WritePath writes;
    private final ReadPath reads;

    public StreamingObjectService(ObjectEnvironment environment) {
        this.environment = environment;
        this.buckets = new Buckets(environment.metadata());
        ObjectMetrics metrics = new ObjectMetrics(environment.meters());
        this.writes = new WritePath(environment, metrics, buckets);
        this.reads = new ReadPath(environment, metrics, buckets, new CopyDropper(environment, metrics));
    }

    @Override
    public CompletionStage<ObjectInfo> put(PutRequest request, Source<ByteString, ?> body) {
        return writes.put(request, body);
    }

    @Override
    public CompletionStage<ObjectInfo> put(PutRequest request, ByteString body) {
        return writes.fitsInline(request, body) ? writes.put(request, body) : ObjectService.super.put(request, body);
    }

    @Override
    public CompletionStage<ObjectRead> get(
            BucketName bucket, ObjectKey key, Function<ObjectInfo, Optional<ByteRange>> range) {
        return reads.get(bucket, key, range);
    }

    @Override
    public CompletionStage<ObjectInfo> head(BucketName bucket, ObjectKey key) {
        return named(buckets.with(bucket, id -> environment.metadata().read(new Query.StatObject(id, key))));
    }

    @Override
    public CompletionStage<Boolean> delete(BucketName bucket, ObjectKey key, WriteCondition condition) {
        return named(inTime(buckets.with(
                bucket, id -> environment.metadata().submit(new Command.DeleteObject(id, key, condition)))));
    }

    @Override
    public CompletionStage<Listing> list(ListRequest request) {
        if (request.limit() == 0) {
            // Nothing is asked for but whether the bucket exists.
            return list(new ListRequest(request.bucket(), request.prefix(), request.delimiter(), request.after(), 1))
                    .thenApply(page -> new Listing(List.of(), List.of(), Optional.empty()));
        }
        return named(buckets.with(
                        request.bucket(),
                        id -> environment
                                .metadata()
                                .read(new Query.ListObjects(
                                        id, request.prefix(), request.delimiter(), request.after(), request.limit()))))
                .thenApply(page -> new Listing(page.objects(), page.commonPrefixes(), page.next()));
    }

    private <T> CompletionStage<T> inTime(CompletionStage<T> submitted) {
        return CommitLimit.bound(submitted, environment.settings().commitTimeout());
    }

    private static <T> CompletionStage<T> named(CompletionStage<T> stage) {
        return stage.exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }
}
