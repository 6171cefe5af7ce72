package flare.s3;

/** Tells who asks and whether they may, before any byte of the body is asked for. */
@FunctionalInterface
interface Authenticator {

    /** Throws {@link flare.model.FlareException}: ACCESS_DENIED, or what is wrong with the signature. */
    AuthenticatedRequest authenticate(Operation operation, S3Request head, RequestBody body);
}
