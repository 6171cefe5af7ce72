package flare.repair;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** Figures of scrubbing: what this process did while it led. */
final class ScrubMetrics {

    private final Counter copies;
    private final Counter bytes;
    private final Counter corrupt;
    private final Counter missing;
    private final Counter damaged;
    private volatile double lastPassSeconds = Double.NaN;

    ScrubMetrics(MeterRegistry metrics) {
        copies = Counter.builder("flare.scrub.copies")
                .description("Copies that were read and checked")
                .register(metrics);
        bytes = Counter.builder("flare.scrub.bytes")
                .description("Bytes of these copies")
                .register(metrics);
        corrupt = found(metrics, "corrupt");
        missing = found(metrics, "missing");
        damaged = found(metrics, "damaged");
        Gauge.builder("flare.scrub.last.pass.end", this, figures -> figures.lastPassSeconds)
                .description("When the last pass over all copies ended, Unix time")
                .register(metrics);
    }

    private static Counter found(MeterRegistry metrics, String kind) {
        return Counter.builder("flare.scrub.found")
                .description("Copies found corrupt or missing, and chunks found to have no good copy")
                .tag("kind", kind)
                .register(metrics);
    }

    void add(ScrubPass found) {
        copies.increment((double) found.copies());
        bytes.increment((double) found.bytes());
        corrupt.increment((double) found.corrupt());
        missing.increment((double) found.missing());
        damaged.increment((double) found.damaged());
    }

    void last(ScrubPass pass) {
        lastPassSeconds = pass.endedMillis() == 0 ? Double.NaN : pass.endedMillis() / 1e3;
    }
}
