package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.ObjectInfo;
import flare.model.UploadInfo;
import flare.object.MultipartService.CopiedPart;
import flare.object.MultipartService.CopyPartRequest;
import flare.object.ObjectService.Copied;
import flare.object.ObjectService.CopyRequest;
import flare.object.ObjectService.CopySource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Copies that move no bytes; they are read where only that tells a checksum. The source is looked at and judged, and the
 * command names the version that was seen: where another has taken its place meanwhile, all of that is done again.
 */
final class Copying {

    private static final int MAX_ATTEMPTS = 5;

    private final ObjectEnvironment environment;
    private final Buckets buckets;
    private final SourceChecksums checksums;

    Copying(ObjectEnvironment environment, Buckets buckets, ReadPath reads) {
        this.environment = environment;
        this.buckets = buckets;
        this.checksums = new SourceChecksums(reads, environment.materializer());
    }

    CompletionStage<Copied> copy(CopyRequest request) {
        return seeing(
                request.source(),
                seen -> asked(request, allowed(seen))
                        .thenCompose(checksum -> inTime(buckets.with(
                                request.bucket(),
                                bucket -> environment
                                        .metadata()
                                        .submit(new Command.CopyObject(
                                                named(request.source(), seen),
                                                bucket,
                                                request.key(),
                                                request.attributes(),
                                                request.tags(),
                                                checksum,
                                                request.owner(),
                                                request.acl(),
                                                request.condition())))))
                        .thenApply(made -> new Copied(made, seen)));
    }

    /** Empty: what the source has will do. */
    private CompletionStage<Optional<Checksum>> asked(CopyRequest request, ObjectInfo seen) {
        Optional<ChecksumAlgorithm> algorithm = request.checksum();
        boolean has = algorithm.equals(seen.extras().checksum().map(Checksum::algorithm));
        return algorithm.isEmpty() || has
                ? CompletableFuture.completedFuture(Optional.empty())
                : checksums
                        .of(request.source(), seen, Optional.empty(), algorithm.get())
                        .thenApply(Optional::of);
    }

    /** A part that shares bytes, with a checksum where the upload is to have one. */
    CompletionStage<CopiedPart> copyPart(CopyPartRequest request, UploadInfo upload) {
        return seeing(request.source(), seen -> {
            ByteRange range = request.range().apply(seen).orElseGet(() -> whole(seen));
            allowed(range.length());
            CompletionStage<Optional<Checksum>> checksum = upload.algorithm().isEmpty()
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : checksums
                            .of(
                                    request.source(),
                                    seen,
                                    Optional.of(range),
                                    upload.algorithm().get())
                            .thenApply(Optional::of);
            return checksum.thenCompose(known -> inTime(environment
                            .metadata()
                            .submit(new Command.CopyPart(
                                    request.upload(),
                                    request.number(),
                                    named(request.source(), seen),
                                    range,
                                    Optional.empty(),
                                    known))))
                    .thenApply(part -> new CopiedPart(part, seen));
        });
    }

    private ObjectInfo allowed(ObjectInfo source) {
        allowed(source.size());
        return source;
    }

    private void allowed(long bytes) {
        long maxBytes = environment.settings().maxCopySize().bytes();
        if (bytes > maxBytes) {
            throw new FlareException(
                    Fault.INVALID_REQUEST,
                    "the copy source is larger than the maximum allowable size for a copy source: " + bytes
                            + " bytes, at most " + maxBytes + " (flare.max-copy-size): copy it in parts");
        }
    }

    private static ByteRange whole(ObjectInfo source) {
        if (source.size() == 0) {
            throw new FlareException(Fault.INVALID_REQUEST, "a part can't be copied from an empty object");
        }
        return new ByteRange(0, source.size());
    }

    private <T> CompletionStage<T> inTime(CompletionStage<T> submitted) {
        return CommitLimit.bound(submitted, environment.settings().commitTimeout());
    }

    private static Command.CopySource named(CopySource source, ObjectInfo seen) {
        return new Command.CopySource(source.bucket(), source.key(), source.version(), seen.version());
    }

    /** Acts on the source as it is; again while that turns out to be another version by then. */
    private <T> CompletionStage<T> seeing(CopySource source, Function<ObjectInfo, CompletionStage<T>> act) {
        return attempt(source, act, MAX_ATTEMPTS);
    }

    private <T> CompletionStage<T> attempt(
            CopySource source, Function<ObjectInfo, CompletionStage<T>> act, int attempts) {
        return environment
                .metadata()
                .read(new Query.StatObject(source.bucket(), source.key(), source.version()))
                .thenCompose(seen -> {
                    source.check().accept(seen);
                    return act.apply(seen);
                })
                .handle((result, failure) -> {
                    if (failure == null) {
                        return CompletableFuture.completedFuture(result);
                    }
                    return attempts > 1 && Failures.is(Fault.CONFLICT, failure)
                            ? attempt(source, act, attempts - 1).toCompletableFuture()
                            : CompletableFuture.<T>failedFuture(failure);
                })
                .thenCompose(Function.identity());
    }
}
