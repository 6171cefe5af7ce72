package flare.s3;

/** Tells who asks, before any byte of the body is asked for. */
@FunctionalInterface
interface Authenticator {

    /** Until signatures exist: everybody is nobody. */
    Authenticator ANONYMOUS =
            (operation, head, body) -> new AuthenticatedRequest(AuthenticatedRequest.Principal.ANONYMOUS, head, body);

    /** Throws {@link flare.model.FlareException} with ACCESS_DENIED. */
    AuthenticatedRequest authenticate(Operation operation, S3Request head, RequestBody body);
}
