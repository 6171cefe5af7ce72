package flare.s3;

import flare.http.Headers;
import flare.http.RawTarget;

/** A request's head: all that authentication and handlers need beside the body. */
record S3Request(String id, String method, RawTarget target, Headers headers) {}
