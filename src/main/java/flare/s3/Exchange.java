package flare.s3;

import flare.model.Origin;
import flare.telemetry.FinishedRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

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
    private volatile CompletionStage<List<HttpHeader>> added = CompletableFuture.completedFuture(List.of());

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

    /** Headers for whatever the answer will be. */
    void adds(CompletionStage<List<HttpHeader>> headers) {
        added = headers;
    }

    CompletionStage<HttpResponse> withAdded(HttpResponse response) {
        return added.thenApply(response::addHeaders);
    }

    /** The answer with its request id; recorded once it has ended, however it ends. */
    HttpResponse finish(HttpResponse response) {
        HttpResponse identified = response.addHeader(RawHeader.create(ID_HEADER, id));
        if (body.isAwaitedInVain()) {
            // botocore takes an answer without a 100 before it for the end of the connection: on a kept one it reads
            // the next
            // answer wrongly, and waits a minute.
            identified = identified.addHeader(Connection.create("close"));
        }
        if (response.entity() instanceof HttpEntity.Chunked chunked) {
            return identified.withEntity(
                    HttpEntities.createChunked(chunked.getContentType(), counted(response, chunked.getDataBytes())));
        }
        if (!(response.entity() instanceof HttpEntity.Default streamed)) {
            record(
                    response.status().intValue(),
                    response.entity().getContentLengthOption().orElse(0));
            return identified;
        }
        return identified.withEntity(HttpEntities.create(
                streamed.getContentType(), streamed.getContentLength(), counted(response, streamed.getDataBytes())));
    }

    private Source<ByteString, ?> counted(HttpResponse response, Source<ByteString, ?> body) {
        AtomicLong sent = new AtomicLong();
        return body.map(piece -> {
                    sent.addAndGet(piece.size());
                    return piece;
                })
                .watchTermination((before, ended) -> {
                    ended.whenComplete(
                            (done, failure) -> record(response.status().intValue(), sent.get()));
                    return before;
                });
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
