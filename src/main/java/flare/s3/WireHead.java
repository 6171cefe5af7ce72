package flare.s3;

import flare.model.Fault;
import flare.model.FlareException;
import flare.sigv4.WireRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A request's head as its client signed it: Pekko HTTP keeps Content-Type, Content-Length and Transfer-Encoding to itself,
 * and they are put back here.
 */
final class WireHead {

    private WireHead() {}

    static WireRequest of(S3Request head, RequestBody body) {
        Map<String, List<String>> headers = new HashMap<>();
        head.headers().names().forEach(name -> headers.put(name, head.headers().all(name)));
        body.contentType().ifPresent(type -> headers.put("content-type", List.of(type)));
        body.announced()
                .ifPresentOrElse(
                        length -> headers.put("content-length", List.of(Long.toString(length))),
                        () -> headers.put("transfer-encoding", List.of("chunked")));
        String query = head.target().query().stream()
                .map(parameter -> parameter.rawName() + "=" + parameter.rawValue())
                .collect(Collectors.joining("&"));
        try {
            return new WireRequest(head.method(), head.target().rawPath(), query, headers);
        } catch (IllegalArgumentException e) {
            throw new FlareException(Fault.INVALID_URI, "the request line can't be signed: " + e.getMessage(), e);
        }
    }
}
