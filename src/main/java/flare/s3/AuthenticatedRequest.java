package flare.s3;

/**
 * What handlers get, and only an {@link Authenticator} makes: a new route or body mode can't skip the check. Signed
 * payload modes will wrap {@code body} here.
 */
record AuthenticatedRequest(Principal principal, S3Request head, RequestBody body) {

    /** Who asks. */
    record Principal(String id) {
        static final Principal ANONYMOUS = new Principal("anonymous");
    }
}
