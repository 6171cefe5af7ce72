package flare.repair;

import flare.data.DataNode.NodeHealth;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Takes a data node into the node map, after asking it who it is. */
final class NodeAdmission {

    private final Metadata metadata;
    private final Function<URI, CompletionStage<NodeHealth>> identify;

    NodeAdmission(Metadata metadata, Function<URI, CompletionStage<NodeHealth>> identify) {
        this.metadata = metadata;
        this.identify = identify;
    }

    /** UNAVAILABLE if nobody answers who knows the cluster's secret; CONFLICT for a node of another cluster, or a known one. */
    CompletionStage<NodeId> admit(URI url, String zone, double weight) {
        CompletableFuture<Optional<ClusterState>> cluster =
                metadata.read(new Query.GetCluster()).toCompletableFuture();
        CompletableFuture<List<Query.NodeUsage>> nodes =
                metadata.read(new Query.ListNodes()).toCompletableFuture();
        CompletableFuture<NodeHealth> asked = identify.apply(url)
                .handle((health, failure) -> {
                    if (failure != null) {
                        throw noAnswer(url, failure);
                    }
                    return health;
                })
                .toCompletableFuture();
        return CompletableFuture.allOf(cluster, nodes, asked).thenCompose(all -> {
            NodeHealth health = asked.join();
            refuseForeign(url, health, cluster.join().map(ClusterState::clusterId));
            refuseKnown(url, health, nodes.join());
            return metadata.submit(new Command.AddNode(health.uuid(), url, zone, weight));
        });
    }

    private static FlareException noAnswer(URI url, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return new FlareException(
                Fault.UNAVAILABLE,
                "no data node with this cluster's secret answers at " + url + " (" + cause.getMessage()
                        + "): start it with roles = [data] and the same cluster-secret",
                failure);
    }

    private static void refuseForeign(URI url, NodeHealth health, Optional<UUID> cluster) {
        if (health.clusterId().isPresent() && !health.clusterId().equals(cluster)) {
            throw new FlareException(
                    Fault.CONFLICT,
                    url + " is a node of another cluster, " + health.clusterId().get()
                            + ": it is added only with an empty directory");
        }
    }

    private static void refuseKnown(URI url, NodeHealth health, List<Query.NodeUsage> nodes) {
        nodes.stream()
                .map(Query.NodeUsage::node)
                .filter(node -> node.uuid().equals(health.uuid()))
                .findFirst()
                .ifPresent(node -> {
                    throw new FlareException(
                            Fault.CONFLICT,
                            url + " is node " + node.id() + ", which is " + node.state() + ": 'flare node set "
                                    + node.id() + "' gives it another zone or weight");
                });
    }
}
