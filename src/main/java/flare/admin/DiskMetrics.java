package flare.admin;

import flare.telemetry.Metrics;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.function.ToLongFunction;

/** The disks of this process as metrics, brought up to date before each scrape; what is unknown is left out. */
final class DiskMetrics {

    private final MultiGauge free;
    private final MultiGauge total;
    private final MultiGauge chunks;
    private final MultiGauge state;

    DiskMetrics(Metrics metrics) {
        free = rows(metrics, "flare.disk.free.bytes", "Free bytes of a disk of this process");
        total = rows(metrics, "flare.disk.total.bytes", "Size of a disk of this process");
        chunks = rows(metrics, "flare.disk.chunks", "Chunk files of a disk of this process, counted every few minutes");
        state = rows(metrics, "flare.disk.state", "1 for the state that a disk of this process is in");
    }

    private static MultiGauge rows(Metrics metrics, String name, String description) {
        return MultiGauge.builder(name).description(description).register(metrics.registry());
    }

    void update(List<DiskStatus> disks) {
        free.register(known(disks, DiskStatus::freeBytes), true);
        total.register(known(disks, DiskStatus::totalBytes), true);
        chunks.register(known(disks, DiskStatus::chunks), true);
        state.register(
                disks.stream()
                        .<MultiGauge.Row<?>>map(
                                disk -> MultiGauge.Row.of(Tags.of("uuid", disk.uuid(), "state", disk.state()), 1))
                        .toList(),
                true);
    }

    private static List<MultiGauge.Row<?>> known(List<DiskStatus> disks, ToLongFunction<DiskStatus> figure) {
        return disks.stream()
                .filter(disk -> figure.applyAsLong(disk) >= 0)
                .<MultiGauge.Row<?>>map(
                        disk -> MultiGauge.Row.of(Tags.of("uuid", disk.uuid()), figure.applyAsLong(disk)))
                .toList();
    }
}
