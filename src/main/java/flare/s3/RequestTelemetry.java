package flare.s3;

import flare.telemetry.AccessLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.function.Supplier;

/** Where requests get their ids and leave their traces. No label holds a key. */
public record RequestTelemetry(MeterRegistry metrics, AccessLog accessLog, Supplier<String> requestIds) {

    void record(AccessLog.Entry entry) {
        Tags operation = Tags.of("operation", entry.operation());
        metrics.counter("flare.requests", operation.and("status", Integer.toString(entry.status())))
                .increment();
        metrics.timer("flare.request", operation).record(entry.took());
        metrics.counter("flare.request.bytes", operation.and("direction", "in")).increment(entry.bytesIn());
        metrics.counter("flare.request.bytes", operation.and("direction", "out"))
                .increment(entry.bytesOut());
        accessLog.record(entry);
    }
}
