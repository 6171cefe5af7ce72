package flare.s3;

/**
 * What handlers get, and only an {@link Authenticator} makes: a new route or body mode can't skip the check, for {@code
 * content} is the only way to the body.
 */
record AuthenticatedRequest(Principal principal, S3Request head, RequestContent content) {}
