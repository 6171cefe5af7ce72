package flare.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** Counts requests, bytes and latencies by operation; keys and buckets are no labels. */
public final class RequestMetrics implements Consumer<FinishedRequest> {

    /** From a cached small read to a slow upload; each bucket is one series per operation. */
    private static final Duration[] LATENCY_BUCKETS =
            List.of(1L, 3L, 10L, 30L, 100L, 300L, 1_000L, 3_000L, 10_000L, 60_000L).stream()
                    .map(Duration::ofMillis)
                    .toArray(Duration[]::new);

    private record Outcome(String operation, int status) {}

    private record Traffic(Timer time, Counter bytesIn, Counter bytesOut) {}

    private final MeterRegistry registry;
    private final ConcurrentHashMap<Outcome, Counter> requests = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Traffic> traffic = new ConcurrentHashMap<>();

    public RequestMetrics(Metrics metrics) {
        registry = metrics.registry();
    }

    @Override
    public void accept(FinishedRequest request) {
        requests.computeIfAbsent(new Outcome(request.operation(), request.status()), this::counter)
                .increment();
        Traffic operation = traffic.computeIfAbsent(request.operation(), this::traffic);
        operation.time.record(request.duration());
        operation.bytesIn.increment((double) request.bytesIn());
        operation.bytesOut.increment((double) request.bytesOut());
    }

    private Counter counter(Outcome outcome) {
        return Counter.builder("flare.requests")
                .description("Requests answered")
                .tags("operation", outcome.operation, "status", Integer.toString(outcome.status))
                .register(registry);
    }

    private Traffic traffic(String operation) {
        Iterable<Tag> tags = Tags.of("operation", operation);
        return new Traffic(
                Timer.builder("flare.request")
                        .description("From the request's arrival to the last byte of its answer")
                        .tags(tags)
                        .serviceLevelObjectives(LATENCY_BUCKETS)
                        .register(registry),
                Counter.builder("flare.request.in")
                        .description("Body bytes received")
                        .baseUnit("bytes")
                        .tags(tags)
                        .register(registry),
                Counter.builder("flare.response.out")
                        .description("Body bytes sent")
                        .baseUnit("bytes")
                        .tags(tags)
                        .register(registry));
    }
}
