package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.BucketId;
import flare.model.Checksum;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.PartInfo;
import flare.model.WriteCondition;
import flare.object.ObjectService.PutRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Uploads: what can be refused is refused before the body is asked for; then {@link Upload} does the work. */
final class WritePath {

    private static final int MD5_BYTES = 16;

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final Buckets buckets;

    WritePath(ObjectEnvironment environment, ObjectMetrics metrics, Buckets buckets) {
        this.environment = environment;
        this.metrics = metrics;
        this.buckets = buckets;
    }

    /**
     * The bucket is the one that had the name when the upload was admitted, to the end: deleted and made anew while the
     * body comes, it is another (I5). So the name is looked up now, whatever is remembered.
     */
    CompletionStage<ObjectInfo> put(PutRequest request, Source<ByteString, ?> body) {
        return put(
                request,
                store -> buckets.current(request.bucket()).thenCompose(store),
                upload -> upload.store(body),
                () -> discard(body));
    }

    /** A small body that is here already becomes the command's without a stream, and can be stored a second time. */
    CompletionStage<ObjectInfo> put(PutRequest request, ByteString body) {
        return put(
                request, store -> buckets.with(request.bucket(), store), upload -> upload.keepInline(body), () -> {});
    }

    boolean fitsInline(PutRequest request, ByteString body) {
        return body.size() <= environment.settings().inlineLimit().bytes()
                && body.size() <= environment.settings().maxObjectSize().bytes()
                && request.length().orElse((long) body.size()) == body.size();
    }

    private CompletionStage<ObjectInfo> put(
            PutRequest request,
            Function<Function<BucketId, CompletionStage<ObjectInfo>>, CompletionStage<ObjectInfo>> inBucket,
            Function<Upload, CompletionStage<Upload.Stored>> store,
            Runnable discard) {
        UploadBody body = new UploadBody(request.length(), request.contentMd5(), request.checks());
        return bounded(
                body,
                discard,
                taken -> inBucket.apply(bucket -> admitted(bucket, request).thenCompose(admitted -> {
                    taken.run();
                    return upload(body, store, bytes -> command(admitted, request, bytes));
                })));
    }

    private static Command<ObjectInfo> command(BucketId bucket, PutRequest request, Upload.Bytes bytes) {
        Checksum checksum = bytes.checksum().orElseGet(() -> BodyCrc.of(bytes.content()));
        return new Command.PutObject(
                bucket,
                request.key(),
                bytes.size(),
                bytes.etag(),
                request.attributes(),
                request.extras().withChecksum(Optional.of(checksum)),
                bytes.content(),
                request.condition());
    }

    /** One part of an upload that is open. */
    CompletionStage<PartInfo> putPart(MultipartService.PartRequest request, Source<ByteString, ?> source) {
        UploadBody body = new UploadBody(request.length(), request.contentMd5(), request.checks());
        return bounded(
                body,
                () -> discard(source),
                taken -> environment
                        .metadata()
                        .read(new Query.StatUpload(request.upload()))
                        .thenCompose(state -> {
                            if (state.open().isEmpty()) {
                                throw new FlareException(
                                        Fault.NO_SUCH_UPLOAD,
                                        "upload " + request.upload().id() + " is finished");
                            }
                            taken.run();
                            return upload(
                                    body,
                                    upload -> upload.store(source),
                                    bytes -> new Command.PutPart(
                                            request.upload(),
                                            request.number(),
                                            bytes.size(),
                                            bytes.etag(),
                                            bytes.checksum(),
                                            bytes.content()));
                        }));
    }

    /**
     * Runs one of a bounded number of uploads.
     *
     * @param act told to call what it is given once it takes the body, which is discarded otherwise
     */
    private <T> CompletionStage<T> bounded(
            UploadBody body, Runnable discard, Function<Runnable, CompletionStage<T>> act) {
        Optional<FlareException> refusal = refusal(body);
        if (refusal.isPresent()) {
            discard.run();
            return CompletableFuture.failedFuture(refusal.get());
        }
        int maxUploads = environment.settings().maxUploads();
        if (metrics.uploads.incrementAndGet() > maxUploads) {
            metrics.uploads.decrementAndGet();
            discard.run();
            return CompletableFuture.failedFuture(new FlareException(
                    Fault.SLOW_DOWN,
                    "there are " + maxUploads + " uploads under way already, the most that max-uploads allows"));
        }
        AtomicBoolean taken = new AtomicBoolean();
        return act.apply(() -> taken.set(true))
                .whenComplete((info, failure) -> {
                    if (!taken.get()) {
                        discard.run();
                    }
                })
                .whenComplete((info, failure) -> metrics.uploads.decrementAndGet())
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(Failures.named(failure)));
    }

    private Optional<FlareException> refusal(UploadBody request) {
        long maxBytes = environment.settings().maxObjectSize().bytes();
        if (request.length().orElse(0L) > maxBytes) {
            return Optional.of(new FlareException(
                    Fault.ENTITY_TOO_LARGE,
                    request.length().get() + " bytes were announced, at most " + maxBytes + " are allowed"));
        }
        if (request.contentMd5().isPresent() && request.contentMd5().get().length != MD5_BYTES) {
            return Optional.of(new FlareException(
                    Fault.INVALID_DIGEST,
                    "an MD5 has " + MD5_BYTES + " bytes, not "
                            + request.contentMd5().get().length));
        }
        return Optional.empty();
    }

    /** An early look at the condition spares a body that would be refused. */
    private CompletionStage<BucketId> admitted(BucketId bucket, PutRequest request) {
        return admitted(bucket, request.key(), request.condition());
    }

    CompletionStage<BucketId> admitted(BucketId bucket, ObjectKey key, WriteCondition condition) {
        if (condition.isNone()) {
            return CompletableFuture.completedFuture(bucket);
        }
        return environment.metadata().read(new Query.StatObject(bucket, key)).handle((info, failure) -> {
            if (failure != null && !Failures.is(Fault.NO_SUCH_KEY, failure)) {
                throw Failures.named(failure);
            }
            if (!Conditions.hold(condition, Optional.ofNullable(info))) {
                throw Conditions.refusal(condition, Optional.ofNullable(info), key);
            }
            return bucket;
        });
    }

    private <T> CompletionStage<T> upload(
            UploadBody body,
            Function<Upload, CompletionStage<Upload.Stored>> store,
            Function<Upload.Bytes, Command<T>> command) {
        Upload upload = new Upload(environment, metrics, body);
        return store.apply(upload)
                .thenCompose(stored -> upload.commit(stored, command).whenComplete((info, failure) -> {
                    if (failure == null) {
                        metrics.uploaded(stored.body().length());
                    }
                }));
    }

    private void discard(Source<ByteString, ?> body) {
        body.runWith(Sink.cancelled(), environment.materializer());
    }
}
