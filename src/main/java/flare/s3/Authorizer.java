package flare.s3;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells whether who asks may. Asked of every request once it is authenticated and before any byte of its body is read. */
@FunctionalInterface
interface Authorizer {

    /** For tests of what lies before and behind it. */
    Authorizer EVERYBODY = (who, what, head) -> CompletableFuture.completedFuture(Rights.ALL);

    /** Throws or fails with {@link flare.model.FlareException}: ACCESS_DENIED, or what is not there. */
    CompletionStage<Rights> authorize(Principal who, Operation what, S3Request head);
}
