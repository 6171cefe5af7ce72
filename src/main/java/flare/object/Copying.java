package flare.object;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.ObjectInfo;
import flare.object.ObjectService.Copied;
import flare.object.ObjectService.CopyRequest;
import flare.object.ObjectService.CopySource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Copies that move no bytes. The source is looked at and judged, and the command names the version that was seen: where
 * another has taken its place meanwhile, all of that is done again.
 */
final class Copying {

    private static final int MAX_ATTEMPTS = 5;

    private final ObjectEnvironment environment;
    private final Buckets buckets;

    Copying(ObjectEnvironment environment, Buckets buckets) {
        this.environment = environment;
        this.buckets = buckets;
    }

    CompletionStage<Copied> copy(CopyRequest request) {
        return seeing(
                request.source(),
                seen -> buckets.with(
                                request.bucket(),
                                bucket -> environment
                                        .metadata()
                                        .submit(new Command.CopyObject(
                                                named(request.source(), seen),
                                                bucket,
                                                request.key(),
                                                request.attributes(),
                                                request.tags(),
                                                request.checksum(),
                                                request.owner(),
                                                request.acl(),
                                                request.condition())))
                        .thenApply(made -> new Copied(made, seen)));
    }

    static Command.CopySource named(CopySource source, ObjectInfo seen) {
        return new Command.CopySource(source.bucket(), source.key(), source.version(), seen.version());
    }

    /** Acts on the source as it is; again while that turns out to be another version by then. */
    <T> CompletionStage<T> seeing(CopySource source, Function<ObjectInfo, CompletionStage<T>> act) {
        return attempt(source, act, MAX_ATTEMPTS);
    }

    private <T> CompletionStage<T> attempt(
            CopySource source, Function<ObjectInfo, CompletionStage<T>> act, int attempts) {
        return environment
                .metadata()
                .read(new Query.StatObject(source.bucket(), source.key(), source.version()))
                .thenCompose(seen -> {
                    source.check().accept(seen);
                    return CommitLimit.bound(
                            act.apply(seen), environment.settings().commitTimeout());
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
