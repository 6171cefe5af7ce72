package flare.admin;

import flare.metadata.ClusterSettings;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.FsckReport;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.metadata.RaftChange;
import flare.metadata.RaftPeerView;
import flare.metadata.RaftPeers;
import flare.metadata.RaftStatus;
import flare.metadata.Session;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Metadata of a cluster with three copies on three nodes, which can be made to fail or to hang. */
final class FixedMetadata implements Metadata {

    private static final ClusterState CLUSTER =
            new ClusterState(new UUID(0, 7), 1, 2, new ClusterSettings(3, 1 << 23, "round-robin"));

    boolean leaderless;
    boolean hanging;
    boolean sessionLive = true;
    int voters = 3;
    final List<Command<?>> submitted = new ArrayList<>();

    @Override
    @SuppressWarnings("unchecked") // the answer's type is the command's own
    public <R> CompletionStage<R> submit(Command<R> command) {
        submitted.add(command);
        if (command instanceof Command.SetNodeState set && set.state() == NodeState.REMOVED) {
            return CompletableFuture.failedStage(
                    new FlareException(Fault.CONFLICT, "node " + set.node() + " still holds 12 copies"));
        }
        if (command instanceof Command.SetClusterSettings) {
            return (CompletionStage<R>) CompletableFuture.completedStage(CLUSTER);
        }
        return (CompletionStage<R>) CompletableFuture.completedStage(new Command.Done());
    }

    @Override
    public CompletionStage<FsckReport> fsck() {
        return CompletableFuture.completedStage(new FsckReport(2, 7, 70, 1, List.of("a problem")));
    }

    @Override
    public RaftPeers peers() {
        return new RaftPeers() {
            @Override
            public CompletionStage<List<RaftPeerView>> list() {
                return CompletableFuture.completedStage(
                        List.of(new RaftPeerView("api-1", "127.0.0.1:8010", "leader", true, 3, 9, 9, 0)));
            }

            @Override
            public CompletionStage<Void> change(RaftChange change) {
                return change instanceof RaftChange.Remove
                        ? CompletableFuture.failedStage(
                                new FlareException(Fault.CONFLICT, "nobody would be left to vote"))
                        : CompletableFuture.completedStage(null);
            }
        };
    }

    @Override
    @SuppressWarnings("unchecked") // the answer's type is the query's own
    public <R> CompletionStage<R> read(Query<R> query) {
        if (hanging) {
            return new CompletableFuture<>();
        }
        if (leaderless) {
            return CompletableFuture.failedStage(new FlareException(Fault.UNAVAILABLE, "no leader is known"));
        }
        return (CompletionStage<R>) CompletableFuture.completedStage(answer(query));
    }

    private static Object answer(Query<?> query) {
        if (query instanceof Query.GetCluster) {
            return Optional.of(CLUSTER);
        }
        if (query instanceof Query.ListNodes) {
            return List.of(usage(1), usage(2), usage(3));
        }
        if (query instanceof Query.ListSessions) {
            return new Query.Sessions(List.of(new Query.SessionInfo(17, "api-1", 4, 90, Instant.EPOCH)), 90);
        }
        if (query instanceof Query.GetCounts) {
            return new Query.Counts(1_000, 900, 1_800, 3, 5, 7, 11);
        }
        throw new IllegalArgumentException("not asked for by the admin port: " + query);
    }

    private static Query.NodeUsage usage(int id) {
        NodeInfo node = new NodeInfo(
                new NodeId(id),
                new UUID(1, id),
                URI.create("http://127.0.0.1:" + (9000 + id)),
                "",
                1.0,
                1,
                NodeState.ACTIVE);
        return new Query.NodeUsage(node, 100L * id, 4_096L * id);
    }

    @Override
    public Session session() {
        throw new UnsupportedOperationException("the admin port takes no part in sessions");
    }

    @Override
    public RaftStatus status() {
        return new RaftStatus("api-1", Optional.of("api-1"), 3, OptionalLong.of(3), 95, 96, sessionLive, voters);
    }
}
