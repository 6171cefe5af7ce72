package flare;

import flare.admin.BackgroundWork;
import flare.admin.DiskCheckLines;
import flare.admin.DiskComparison;
import flare.admin.RebalanceStatus;
import flare.admin.ReclaimResult;
import flare.admin.RepairStatus;
import flare.admin.ScrubStatus;
import flare.admin.WorkerStatus;
import flare.metadata.Command.WorkerOrder;
import flare.model.NodeId;
import flare.repair.Progress;
import flare.repair.RebalanceReport;
import flare.repair.Repair;
import flare.repair.RepairOrders;
import java.net.URI;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Repair as the admin port shows it. */
record ShownRepair(Repair repair, ActorSystem<?> system) implements BackgroundWork {

    private static final Set<String> REPAIRING = Set.of("heal", "lost-watch", "orphan-sweep", "rebalance", "reclaim");

    private static final Duration RECLAIM_LIMIT = Duration.ofMinutes(5);

    @Override
    public List<WorkerStatus> workers() {
        return repair.progress().stream().map(ShownRepair::worker).toList();
    }

    private static WorkerStatus worker(Progress progress) {
        return new WorkerStatus(
                progress.worker(),
                progress.state().name().toLowerCase(Locale.ROOT),
                progress.done(),
                progress.left(),
                progress.perSecond(),
                progress.estimatedEnd().map(Duration::toSeconds).orElse(null),
                progress.note(),
                progress.alarm().orElse(null));
    }

    @Override
    public CompletionStage<ReclaimResult> reclaimNow() {
        return repair.reclaimNowAndWait(RECLAIM_LIMIT, system)
                .thenApply(report ->
                        new ReclaimResult(report.complete(), report.freedCopies(), report.orphans(), report.remains()));
    }

    @Override
    public Iterator<DiskComparison> compareDisks() {
        return new DiskCheckLines(repair.diskCheck());
    }

    @Override
    public CompletionStage<NodeId> addNode(URI url, String zone, double weight) {
        return repair.addNode(url, zone, weight);
    }

    @Override
    public CompletionStage<RebalanceStatus> rebalance() {
        return repair.rebalance().report().thenApply(ShownRepair::shown);
    }

    @Override
    public CompletionStage<RebalanceStatus> setRebalance(boolean wanted) {
        return (wanted ? repair.rebalance().start() : repair.rebalance().cancel()).thenApply(ShownRepair::shown);
    }

    @Override
    public CompletionStage<RepairStatus> repairing() {
        return repair.orders().report().thenApply(this::shown);
    }

    @Override
    public CompletionStage<RepairStatus> pauseRepair() {
        return repair.orders().pause().thenApply(this::shown);
    }

    @Override
    public CompletionStage<RepairStatus> resumeRepair(boolean orphans) {
        return repair.orders().resume(orphans).thenApply(this::shown);
    }

    private RepairStatus shown(RepairOrders.Report report) {
        return new RepairStatus(
                report.paused() ? "paused" : "running",
                report.lacking(),
                report.pulling(),
                report.freed(),
                workers().stream()
                        .filter(worker -> REPAIRING.contains(worker.name()))
                        .toList());
    }

    @Override
    public CompletionStage<ScrubStatus> scrubbing() {
        return repair.scrub().report().thenApply(ScrubStatus::of);
    }

    @Override
    public CompletionStage<ScrubStatus> orderScrubbing(WorkerOrder order) {
        return repair.scrub().order(order).thenApply(ScrubStatus::of);
    }

    private static RebalanceStatus shown(RebalanceReport report) {
        return new RebalanceStatus(
                report.state().name().toLowerCase(Locale.ROOT),
                report.nodes().stream()
                        .map(fill -> new RebalanceStatus.NodeFill(fill.node().value(), fill.bytes(), fill.shareBytes()))
                        .toList());
    }
}
