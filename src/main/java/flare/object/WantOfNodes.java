package flare.object;

import flare.data.DataNode;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeState;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Finds out why placement had too few nodes, which it doesn't say: because disks are full, which waiting does not help,
 * or because nodes are down. Asked only when a write fails for it.
 */
final class WantOfNodes {

    private static final long ANSWER_LIMIT_MILLIS = 2_000;

    private WantOfNodes() {}

    /** Always fails: INSUFFICIENT_STORAGE if full nodes would have made up the quorum, else UNAVAILABLE. */
    static <T> CompletionStage<T> explain(ObjectEnvironment environment, int quorum, int found) {
        return environment
                .metadata()
                .read(new Query.ListNodes())
                .thenCompose(nodes -> fullNodes(environment, nodes))
                .handle((full, failure) -> {
                    boolean forWantOfSpace = failure == null && found + full >= quorum;
                    throw new FlareException(
                            forWantOfSpace ? Fault.INSUFFICIENT_STORAGE : Fault.UNAVAILABLE,
                            quorum + " copies are needed, " + found + " nodes can take one"
                                    + (forWantOfSpace ? ", " + full + " are full" : ""));
                });
    }

    private static CompletionStage<Integer> fullNodes(ObjectEnvironment environment, List<Query.NodeUsage> nodes) {
        List<CompletableFuture<Boolean>> asked = nodes.stream()
                .filter(usage -> usage.node().state() == NodeState.ACTIVE)
                .map(usage -> environment.dataNodes().find(usage.node().id()))
                .flatMap(Optional::stream)
                .map(WantOfNodes::isFull)
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(all ->
                        (int) asked.stream().filter(CompletableFuture::join).count());
    }

    private static CompletableFuture<Boolean> isFull(DataNode node) {
        return node.health()
                .toCompletableFuture()
                .copy()
                .orTimeout(ANSWER_LIMIT_MILLIS, TimeUnit.MILLISECONDS)
                .handle((health, failure) -> failure == null && health.disk() == DataNode.DiskState.FULL);
    }
}
