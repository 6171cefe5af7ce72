package flare.telemetry;

import java.time.Duration;
import java.time.Instant;

/**
 * A request that has been answered, as the access log and the metrics see it.
 *
 * @param id the request id that the response carried
 * @param time of its arrival
 * @param remote the client's address
 * @param target path and query as they came; the access log leaves secrets out
 * @param operation such as {@code PutObject}; one of a small fixed set, since it labels metrics
 * @param duration until the last byte of the response was handed over
 */
public record FinishedRequest(
        String id,
        Instant time,
        String remote,
        String method,
        String target,
        String operation,
        int status,
        long bytesIn,
        long bytesOut,
        Duration duration) {}
