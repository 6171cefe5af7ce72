package flare.admin;

import flare.telemetry.Metrics;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} tells: this process's own metrics, its disks, and the cluster's figures, which only a process that is
 * part of the metadata log has: elsewhere they are not there, rather than there without values.
 */
public final class Scrape {

    private final Metrics metrics;
    private final Supplier<CompletionStage<List<DiskStatus>>> disks;
    private final DiskMetrics diskMetrics;
    private @Nullable ClusterMetrics clusterMetrics;

    /** @param disks of this process, as they are now; never fails */
    public Scrape(Metrics metrics, Supplier<CompletionStage<List<DiskStatus>>> disks) {
        this.metrics = metrics;
        this.disks = disks;
        this.diskMetrics = new DiskMetrics(metrics);
    }

    CompletionStage<String> with(CompletionStage<Status> status) {
        return status.thenCombine(disks.get(), this::scraped);
    }

    private synchronized String scraped(Status status, List<DiskStatus> own) {
        diskMetrics.update(own);
        if (status.raft() != null) {
            if (clusterMetrics == null) {
                clusterMetrics = new ClusterMetrics(metrics);
            }
            clusterMetrics.update(status);
        }
        return metrics.scrape();
    }
}
