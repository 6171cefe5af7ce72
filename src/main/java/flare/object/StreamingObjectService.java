package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BucketId;
import flare.model.BucketInfo;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Deletion;
import flare.model.ObjectInfo;
import flare.model.ObjectPart;
import flare.model.WriteCondition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** The object service over metadata log and data nodes. Holds no bytes itself; memory is bounded for each transfer. */
public final class StreamingObjectService implements ObjectService {

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final Buckets buckets;
    private final WritePath writes;
    private final ReadPath reads;
    private final DamageReport damage;

    public StreamingObjectService(ObjectEnvironment environment) {
        this(environment, new ObjectMetrics(environment.meters()), new Buckets(environment.metadata()));
    }

    private StreamingObjectService(ObjectEnvironment environment, ObjectMetrics metrics, Buckets buckets) {
        this.environment = environment;
        this.metrics = metrics;
        this.buckets = buckets;
        this.writes = new WritePath(environment, metrics, buckets);
        this.damage = new CopyDropper(environment, metrics);
        this.reads = new ReadPath(environment, metrics, buckets, damage);
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
    public CompletionStage<ObjectRead> get(VersionRef object, Function<ObjectInfo, Optional<ByteRange>> range) {
        return reads.get(object, Optional.empty(), opened -> range.apply(opened.info()));
    }

    @Override
    public CompletionStage<ObjectRead> getPart(VersionRef object, int part, Consumer<ObjectInfo> check) {
        Queue<ObjectPart> found = new ConcurrentLinkedQueue<>();
        return reads.get(object, Optional.of(part), opened -> {
                    check.accept(opened.info());
                    ObjectPart asked = ObjectPart.of(
                            opened.info(), part, opened.part().stream().toList());
                    found.add(asked);
                    return asked.rangeIn(opened.info());
                })
                .thenApply(read -> read.of(found.stream().findFirst()));
    }

    @Override
    public CompletionStage<ObjectInfo> head(VersionRef object) {
        return named(buckets.with(
                object.bucket(),
                id -> environment.metadata().read(new Query.StatObject(id, object.key(), object.version()))));
    }

    @Override
    public CompletionStage<PartsPage> parts(VersionRef object, int after, int limit) {
        return named(buckets.with(
                        object.bucket(),
                        id -> environment
                                .metadata()
                                .read(new Query.ListObjectParts(id, object.key(), object.version(), after, limit))))
                .thenApply(parts -> new PartsPage(parts.info(), parts.parts(), parts.more()));
    }

    @Override
    public CompletionStage<Deletion> delete(VersionRef object, WriteCondition condition) {
        return submit(object.bucket(), id -> new Command.DeleteObject(id, object.key(), object.version(), condition));
    }

    @Override
    public CompletionStage<Copied> copy(CopyRequest request) {
        return named(new Copying(environment, buckets, reads).copy(request));
    }

    @Override
    public CompletionStage<ObjectInfo> setTags(VersionRef object, Map<String, String> tags) {
        return submit(
                object.bucket(),
                id -> new Command.AmendVersion(
                        id, object.key(), object.version(), Optional.of(tags), Optional.empty()));
    }

    @Override
    public CompletionStage<ObjectInfo> setAcl(VersionRef object, String acl) {
        return submit(
                object.bucket(),
                id -> new Command.AmendVersion(id, object.key(), object.version(), Optional.empty(), Optional.of(acl)));
    }

    @Override
    public CompletionStage<VersionListing> listVersions(VersionsRequest request) {
        Query.VersionsMark after = new Query.VersionsMark(request.keyMarker(), request.versionMarker());
        int limit = Math.max(1, request.limit());
        return named(buckets.with(
                        request.bucket(),
                        id -> environment
                                .metadata()
                                .read(new Query.ListVersions(id, request.prefix(), request.delimiter(), after, limit))))
                .thenApply(page -> request.limit() == 0
                        ? new VersionListing(List.of(), List.of(), Optional.empty())
                        : new VersionListing(
                                page.versions(),
                                page.commonPrefixes(),
                                page.next().map(mark -> new NextVersion(mark.key(), mark.version()))));
    }

    /** Multipart uploads in the same environment, bounded together with these uploads. */
    public MultipartService multipart() {
        return multipart(environment.settings().minPartSize().bytes());
    }

    MultipartService multipart(long minPartBytes) {
        return new StreamingMultipartService(
                environment, new Copying(environment, buckets, reads), writes, minPartBytes);
    }

    /** For who wants to know where the bytes are. */
    public ObjectLocator locator() {
        return new ObjectLocator(environment.metadata(), environment.dataNodes(), buckets, damage);
    }

    @Override
    public ObjectService in(BucketInfo bucket) {
        return new StreamingObjectService(environment, metrics, buckets.knowing(bucket));
    }

    private <T> CompletionStage<T> submit(BucketName bucket, Function<BucketId, Command<T>> command) {
        return named(inTime(buckets.with(bucket, id -> environment.metadata().submit(command.apply(id)))));
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
