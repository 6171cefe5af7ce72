package flare;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waiting at start and stop, the only times at which Flare blocks a thread that is not its own. */
final class Await {

    private Await() {}

    /** Throws {@link StartFailedException} naming {@code what} when it fails or takes longer than the limit. */
    static <T> T started(String what, CompletionStage<T> stage, Duration limit) {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new StartFailedException(what + ": " + rootMessage(e), e);
        } catch (TimeoutException e) {
            throw new StartFailedException(what + ": not done within " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailedException(what + ": interrupted", e);
        }
    }

    /** Whether it is done in time; throws {@link StartFailedException} naming {@code what} when it failed. */
    static boolean done(String what, CompletionStage<?> stage, Duration limit) {
        CompletableFuture<Boolean> done =
                stage.toCompletableFuture().thenApply(result -> true).copy();
        return started(what, done.completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS), limit.plus(limit));
    }

    /** Waits for a stop that has its own limit. */
    static void stopped(CompletionStage<?> stage, Duration limit) throws Exception {
        stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartFailedException("interrupted", e);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
