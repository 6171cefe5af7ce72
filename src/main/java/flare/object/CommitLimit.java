package flare.object;

import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How long a client waits for the metadata log. The limit is no outcome: the submitted command goes its way. */
final class CommitLimit {

    private CommitLimit() {}

    /** The same answer, or UNAVAILABLE after {@code limit}. */
    static <T> CompletionStage<T> bound(CompletionStage<T> submitted, Duration limit) {
        CompletableFuture<T> outcome = submitted.toCompletableFuture();
        if (outcome.isDone()) {
            return outcome;
        }
        return outcome.copy().orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS).exceptionally(failure -> {
            if (Failures.unwrap(failure) instanceof TimeoutException) {
                throw new FlareException(
                        Fault.UNAVAILABLE,
                        "no word from the metadata log within " + limit + ": the outcome is unknown",
                        failure);
            }
            throw Failures.named(failure);
        });
    }
}
