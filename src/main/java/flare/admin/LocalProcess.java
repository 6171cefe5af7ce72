package flare.admin;

import flare.backup.BackupSource;
import flare.metadata.Command;
import flare.metadata.Command.WorkerOrder;
import flare.metadata.Query;
import flare.metadata.RaftChange;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.object.ObjectLocator;
import flare.telemetry.BuildInfo;
import java.net.URI;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A process that can tell of itself, and of nothing of the cluster: one that keeps chunks only, or an API process that has
 * still to find the others.
 */
public final class LocalProcess implements AdminOperations {

    private final Supplier<CompletionStage<List<String>>> obstacles;
    private final Supplier<FlareException> refusal;

    private LocalProcess(Supplier<CompletionStage<List<String>>> obstacles, Supplier<FlareException> refusal) {
        this.obstacles = obstacles;
        this.refusal = refusal;
    }

    /** @param obstacles why a data node of this process can't serve, a sentence each */
    public static LocalProcess ofChunks(Supplier<CompletionStage<List<String>>> obstacles) {
        return new LocalProcess(
                obstacles,
                () -> new FlareException(Fault.INVALID_REQUEST, "this process keeps chunks only: ask an API process"));
    }

    /** @param step what the start waits for, as it is now: the end of "this process is starting: it …" */
    public static LocalProcess starting(Supplier<String> step) {
        Supplier<String> sentence = () -> "this process is starting: it " + step.get();
        return new LocalProcess(
                () -> CompletableFuture.completedStage(List.of(sentence.get())),
                () -> new FlareException(Fault.UNAVAILABLE, sentence.get()));
    }

    @Override
    public CompletionStage<List<String>> obstacles() {
        return obstacles.get();
    }

    @Override
    public CompletionStage<Status> status() {
        return obstacles().thenApply(found -> {
            String problem = found.isEmpty() ? null : String.join("; ", found);
            return new Status(
                    BuildInfo.version(), null, null, List.of(), null, null, null, List.of(), null, problem, List.of());
        });
    }

    @Override
    public CompletionStage<ReclaimResult> reclaim() {
        return refused();
    }

    @Override
    public CompletionStage<RebalanceStatus> rebalance() {
        return refused();
    }

    @Override
    public CompletionStage<RebalanceStatus> setRebalance(boolean wanted) {
        return refused();
    }

    @Override
    public CompletionStage<NodeStatus> addNode(URI url, String zone, double weight) {
        return refused();
    }

    @Override
    public CompletionStage<NodeStatus> placeNode(NodeId node, Optional<String> zone, Optional<Double> weight) {
        return refused();
    }

    @Override
    public CompletionStage<NodeStatus> markLost(NodeId node) {
        return refused();
    }

    @Override
    public CompletionStage<NodeStatus> setNodeState(NodeId node, NodeState state) {
        return refused();
    }

    @Override
    public CompletionStage<UploadList> uploads(UploadFilter filter) {
        return refused();
    }

    @Override
    public CompletionStage<AbortedUploads> abortUploads(UploadFilter filter) {
        return refused();
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> raftPeers() {
        return refused();
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> changeRaft(RaftChange change) {
        return refused();
    }

    @Override
    public CompletionStage<LocatedObject> locate(ObjectLocator.Question question) {
        return refused();
    }

    @Override
    public CompletionStage<Status.Cluster> settings() {
        return refused();
    }

    @Override
    public CompletionStage<Status.Cluster> changeSettings(Command.SetClusterSettings change) {
        return refused();
    }

    @Override
    public CompletionStage<RepairStatus> repairing() {
        return refused();
    }

    @Override
    public CompletionStage<RepairStatus> pauseRepair() {
        return refused();
    }

    @Override
    public CompletionStage<RepairStatus> resumeRepair(boolean orphans) {
        return refused();
    }

    @Override
    public CompletionStage<ScrubStatus> scrubbing() {
        return refused();
    }

    @Override
    public CompletionStage<ScrubStatus> orderScrubbing(WorkerOrder order) {
        return refused();
    }

    @Override
    public CompletionStage<Query.BucketSpacePage> bucketSpace(Query.ListBucketSpace buckets) {
        return refused();
    }

    @Override
    public CompletionStage<SpaceStatus> space(Query.ListBucketSpace buckets) {
        return refused();
    }

    @Override
    public CompletionStage<BackupSource> exportMetadata() {
        return refused();
    }

    @Override
    public CompletionStage<FsckResult> fsck() {
        return refused();
    }

    @Override
    public CompletionStage<Iterator<DiskComparison>> compareDisks() {
        return refused();
    }

    @Override
    public UserAdministration users() {
        throw refusal.get();
    }

    private <T> CompletionStage<T> refused() {
        return CompletableFuture.failedStage(refusal.get());
    }
}
