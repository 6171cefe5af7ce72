package flare.repair;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/** The latest report of each worker, for the admin API and the metrics. Thread-safe. */
public final class ProgressBoard {

    private final MeterRegistry metrics;
    private final Map<String, Progress> reports = new ConcurrentHashMap<>();
    private final Set<String> measured = ConcurrentHashMap.newKeySet();

    public ProgressBoard(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** By worker's name. All are STOPPED in a process that does not lead. */
    public List<Progress> reports() {
        return reports.values().stream()
                .sorted(Comparator.comparing(Progress::worker))
                .toList();
    }

    void publish(Progress progress) {
        String worker = progress.worker();
        reports.put(worker, progress);
        if (measured.add(worker)) {
            gauge("flare.repair.done", "Units of background work done in this term", worker, Progress::done);
            gauge("flare.repair.left", "Units of background work left, -1 if unknown", worker, Progress::left);
            gauge("flare.repair.rate", "Units of background work a second", worker, Progress::perSecond);
            gauge(
                    "flare.repair.alarm",
                    "1 while an operator must look",
                    worker,
                    p -> p.alarm().map(text -> 1.0).orElse(0.0));
        }
    }

    void stopped(String worker) {
        reports.computeIfPresent(
                worker, (name, last) -> Progress.of(name, Progress.State.STOPPED, RepairWorker.Tally.NOTHING, 0, ""));
    }

    private void gauge(String name, String description, String worker, ToDoubleFunction<Progress> value) {
        Gauge.builder(name, reports, all -> {
                    Progress progress = all.get(worker);
                    return progress == null ? Double.NaN : value.applyAsDouble(progress);
                })
                .description(description)
                .tag("worker", worker)
                .register(metrics);
    }
}
