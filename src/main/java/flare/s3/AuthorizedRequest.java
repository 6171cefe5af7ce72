package flare.s3;

/** What handlers get: that it was authorised shows in its type, for only an {@link Authorizer} makes {@link Rights}. */
record AuthorizedRequest(Principal principal, S3Request head, RequestContent content, Rights rights) {

    static AuthorizedRequest of(AuthenticatedRequest request, Rights rights) {
        return new AuthorizedRequest(request.principal(), request.head(), request.content(), rights);
    }
}
