package flare.s3;

import java.util.concurrent.CompletionStage;

/** Tells who asks, before any byte of the body is asked for. Whether they may is the {@link Authorizer}'s to say. */
@FunctionalInterface
interface Authenticator {

    /** Throws or fails with {@link flare.model.FlareException}: what is wrong with the signature. */
    CompletionStage<AuthenticatedRequest> authenticate(Operation operation, S3Request head, RequestBody body);
}
