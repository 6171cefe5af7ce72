package flare.repair;

import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How workers wait for answers: in their own thread, and never without a limit. */
final class Ask {

    private final Metadata metadata;
    private final Duration limit;

    Ask(Metadata metadata, Duration limit) {
        this.metadata = metadata;
        this.limit = limit;
    }

    <R> R submit(Command<R> command) {
        return await(metadata.submit(command), limit);
    }

    /** Without waiting: what is started together shares a log entry. */
    <R> CompletionStage<R> start(Command<R> command) {
        return metadata.submit(command);
    }

    <R> R read(Query<R> query) {
        return await(metadata.read(query), limit);
    }

    <T> T await(CompletionStage<T> stage) {
        return await(stage, limit);
    }

    /** Throws what the stage failed with, or UNAVAILABLE once the limit has passed: the outcome is then unknown. */
    <T> T await(CompletionStage<T> stage, Duration within) {
        try {
            return stage.toCompletableFuture().get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new FlareException(Fault.INTERNAL, "a call failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new FlareException(Fault.UNAVAILABLE, "no answer within " + within, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FlareException(Fault.UNAVAILABLE, "interrupted while waiting for an answer", e);
        }
    }
}
