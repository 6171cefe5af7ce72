package flare.s3;

import flare.model.Origin;
import flare.telemetry.FinishedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** One request and its answer, from the first byte to the last, for metrics and the access log. */
final class Exchange {

    /** What a request is called that is no operation. */
    static final String UNKNOWN = "Unknown";

    static final String ID_HEADER = "x-amz-request-id";

    private final RequestTelemetry telemetry;
    private final HttpRequest request;
    private final Origin origin;
    private final String id;
    private final String target;
    private final RequestBody body;
    private final Instant arrived;
    private final long startedNanos = System.nanoTime();
    private volatile String operation = UNKNOWN;
    private volatile String authority = "";

    Exchange(RequestTelemetry telemetry, Origin origin, HttpRequest request, String target, RequestBody body) {
        this.telemetry = telemetry;
        this.origin = origin;
        this.request = request;
        this.id = telemetry.ids().next();
        this.arrived = telemetry.clock().instant();
        this.target = target;
        this.body = body;
    }

    String id() {
        return id;
    }

    Origin origin() {
        return origin;
    }

    String target() {
        return target;
    }

    RequestBody body() {
        return body;
    }

    void isA(Operation known) {
        operation = known.name();
    }

    /** The host is part of what was asked for. */
    void isAt(String host) {
        authority = (origin.secure() ? "https://" : "http://") + host;
    }

    /** The answer with its request id; recorded once it has ended, however it ends. */
    HttpResponse finish(HttpResponse response) {
        HttpResponse identified = response.addHeader(RawHeader.create(ID_HEADER, id));
        if (!(response.entity() instanceof HttpEntity.Default streamed)) {
            record(
                    response.status().intValue(),
                    response.entity().getContentLengthOption().orElse(0));
            return identified;
        }
        AtomicLong sent = new AtomicLong();
        var bytes = streamed.getDataBytes()
                .map(piece -> {
                    sent.addAndGet(piece.size());
                    return piece;
                })
                .watchTermination((before, ended) -> {
                    ended.whenComplete(
                            (done, failure) -> record(response.status().intValue(), sent.get()));
                    return before;
                });
        return identified.withEntity(
                HttpEntities.create(streamed.getContentType(), streamed.getContentLength(), bytes));
    }

    private void record(int status, long bytesOut) {
        telemetry
                .finished()
                .accept(new FinishedRequest(
                        id,
                        arrived,
                        origin.toString(),
                        request.method().value(),
                        target.startsWith("/") ? authority + target : target,
                        operation,
                        status,
                        body.received(),
                        bytesOut,
                        Duration.ofNanos(System.nanoTime() - startedNanos)));
    }
}
