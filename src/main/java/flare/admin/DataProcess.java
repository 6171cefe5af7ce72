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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A process that keeps chunks only: it knows its disks, and nothing of the cluster. */
public final class DataProcess implements AdminOperations {

    static final String ELSEWHERE = "this process keeps chunks only: ask an API process";

    private final Supplier<CompletionStage<List<String>>> obstacles;

    /** @param obstacles why a data node of this process can't serve, a sentence each */
    public DataProcess(Supplier<CompletionStage<List<String>>> obstacles) {
        this.obstacles = obstacles;
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
        return elsewhere();
    }

    @Override
    public CompletionStage<RebalanceStatus> rebalance() {
        return elsewhere();
    }

    @Override
    public CompletionStage<RebalanceStatus> setRebalance(boolean wanted) {
        return elsewhere();
    }

    @Override
    public CompletionStage<NodeStatus> addNode(URI url, String zone, double weight) {
        return elsewhere();
    }

    @Override
    public CompletionStage<NodeStatus> placeNode(NodeId node, Optional<String> zone, Optional<Double> weight) {
        return elsewhere();
    }

    @Override
    public CompletionStage<NodeStatus> markLost(NodeId node) {
        return elsewhere();
    }

    @Override
    public CompletionStage<NodeStatus> setNodeState(NodeId node, NodeState state) {
        return elsewhere();
    }

    @Override
    public CompletionStage<UploadList> uploads(UploadFilter filter) {
        return elsewhere();
    }

    @Override
    public CompletionStage<AbortedUploads> abortUploads(UploadFilter filter) {
        return elsewhere();
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> raftPeers() {
        return elsewhere();
    }

    @Override
    public CompletionStage<List<RaftPeerStatus>> changeRaft(RaftChange change) {
        return elsewhere();
    }

    @Override
    public CompletionStage<LocatedObject> locate(ObjectLocator.Question question) {
        return elsewhere();
    }

    @Override
    public CompletionStage<Status.Cluster> settings() {
        return elsewhere();
    }

    @Override
    public CompletionStage<Status.Cluster> changeSettings(Command.SetClusterSettings change) {
        return elsewhere();
    }

    @Override
    public CompletionStage<RepairStatus> repairing() {
        return elsewhere();
    }

    @Override
    public CompletionStage<RepairStatus> pauseRepair() {
        return elsewhere();
    }

    @Override
    public CompletionStage<RepairStatus> resumeRepair(boolean orphans) {
        return elsewhere();
    }

    @Override
    public CompletionStage<ScrubStatus> scrubbing() {
        return elsewhere();
    }

    @Override
    public CompletionStage<ScrubStatus> orderScrubbing(WorkerOrder order) {
        return elsewhere();
    }

    @Override
    public CompletionStage<Query.BucketSpacePage> bucketSpace(Query.ListBucketSpace buckets) {
        return elsewhere();
    }

    @Override
    public CompletionStage<SpaceStatus> space(Query.ListBucketSpace buckets) {
        return elsewhere();
    }

    @Override
    public CompletionStage<BackupSource> exportMetadata() {
        return elsewhere();
    }

    @Override
    public CompletionStage<FsckResult> fsck() {
        return elsewhere();
    }

    @Override
    public UserAdministration users() {
        throw new FlareException(Fault.INVALID_REQUEST, ELSEWHERE);
    }

    private static <T> CompletionStage<T> elsewhere() {
        return CompletableFuture.failedStage(new FlareException(Fault.INVALID_REQUEST, ELSEWHERE));
    }
}
