package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells whether who asks may. Asked of every request once it is authenticated and before any byte of its body is read. */
@FunctionalInterface
interface Authorizer {

    CompletionStage<Void> ALLOWED = CompletableFuture.completedFuture(null);

    /** For a server without credentials, which listens on loopback only. */
    Authorizer EVERYBODY = (who, what, head) -> ALLOWED;

    /** Completes if they may; fails with ACCESS_DENIED. */
    CompletionStage<Void> authorize(Principal who, Operation what, S3Request head);

    /** Root may do everything, nobody else anything. */
    static CompletionStage<Void> rootOnly(Principal who, Operation what, S3Request head) {
        if (who instanceof Principal.Root) {
            return ALLOWED;
        }
        String why = who instanceof Principal.User user
                ? "user " + user.info().name() + " has no policy that allows " + what.name()
                : "the request is not signed";
        return CompletableFuture.failedFuture(new FlareException(Fault.ACCESS_DENIED, why));
    }
}
