package flare.s3;

import flare.http.RequestGuard;
import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.WireRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A request's head as its client signed it: Pekko HTTP keeps Content-Type, Content-Length and Transfer-Encoding to itself and
 * writes Host and Content-Encoding anew, so they are put back here; what the process itself added is left out.
 */
final class WireHead {

    private static final String OWN_PREFIX = "flare-";

    private WireHead() {}

    static WireRequest of(S3Request head, RequestBody body) {
        Map<String, List<String>> headers = new HashMap<>();
        head.headers().names().forEach(name -> {
            if (!name.startsWith(OWN_PREFIX) && !name.equals(ObjectPortSettings.RAW_TARGET)) {
                headers.put(name, head.headers().all(name));
            }
        });
        head.headers().first(RequestGuard.HOST).ifPresent(host -> headers.put("host", List.of(host)));
        head.headers()
                .first(RequestGuard.CONTENT_ENCODING)
                .ifPresent(encoding -> headers.put("content-encoding", List.of(encoding)));
        body.contentType().ifPresent(type -> headers.put("content-type", List.of(type)));
        body.announced()
                .ifPresentOrElse(
                        length -> headers.put("content-length", List.of(Long.toString(length))),
                        () -> headers.put("transfer-encoding", List.of("chunked")));
        try {
            return new WireRequest(
                    head.method(), head.target().rawPath(), head.target().rawQuery(), headers);
        } catch (IllegalArgumentException e) {
            throw new FlareException(Fault.INVALID_URI, "the request line can't be signed: " + e.getMessage(), e);
        }
    }
}
