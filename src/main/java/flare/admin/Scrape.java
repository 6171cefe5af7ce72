package flare.admin;

import flare.metadata.Query;
import flare.telemetry.Metrics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code /metrics} tells: this process's own metrics, its disks, and the cluster's figures, which only a process that is
 * part of the metadata log has: elsewhere they are not there, rather than there without values.
 */
public final class Scrape {

    private final Metrics metrics;
    private final int buckets;
    private final Supplier<CompletionStage<List<DiskStatus>>> disks;
    private final DiskMetrics diskMetrics;
    private @Nullable ClusterMetrics clusterMetrics;

    /**
     * @param buckets so many are told of
     * @param disks of this process, as they are now; never fails
     */
    public Scrape(Metrics metrics, int buckets, Supplier<CompletionStage<List<DiskStatus>>> disks) {
        this.metrics = metrics;
        this.buckets = buckets;
        this.disks = disks;
        this.diskMetrics = new DiskMetrics(metrics);
    }

    CompletionStage<String> with(AdminOperations operations) {
        return operations
                .status()
                .thenCompose(status -> buckets(operations, status)
                        .thenCombine(disks.get(), (told, own) -> scraped(status, told, own)));
    }

    /** Empty where they can't be known now. */
    private CompletionStage<Optional<Query.BucketSpacePage>> buckets(AdminOperations operations, Status status) {
        return buckets == 0 || status.space() == null
                ? CompletableFuture.completedStage(Optional.empty())
                : operations
                        .bucketSpace(new Query.ListBucketSpace("", buckets))
                        .handle((page, failure) -> Optional.ofNullable(page));
    }

    private synchronized String scraped(Status status, Optional<Query.BucketSpacePage> told, List<DiskStatus> own) {
        diskMetrics.update(own);
        if (status.raft() != null) {
            if (clusterMetrics == null) {
                clusterMetrics = new ClusterMetrics(metrics);
            }
            clusterMetrics.update(status, told);
        }
        return metrics.scrape();
    }
}
