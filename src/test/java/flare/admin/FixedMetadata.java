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
import flare.model.BlobId;
import flare.model.BucketName;
import flare.model.ChunkId;
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
import java.util.stream.Stream;

/** Metadata of a cluster with three copies on three nodes, which can be made to fail or to hang. */
final class FixedMetadata implements Metadata {

    private static final ClusterState CLUSTER =
            new ClusterState(new UUID(0, 7), 1, 2, new ClusterSettings(3, 1 << 23, "round-robin"));

    boolean leaderless;
    boolean hanging;
    boolean sessionLive = true;
    boolean counted = true;
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

    private Object answer(Query<?> query) {
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
        if (query instanceof Query.GetSpace) {
            return new Query.Space(
                    counted, 5_000, 600, 70, 4_000, 30, 20, List.of(new Query.FreedSpace(new NodeId(1), 3, 90)));
        }
        if (query instanceof Query.ListFreed list) {
            ChunkId chunk = new ChunkId(new BlobId(1, 2), 0);
            return List.of(
                    new Command.FreedCopy(list.node(), chunk, 89), new Command.FreedCopy(list.node(), chunk, 90));
        }
        if (query instanceof Query.ListBucketSpace list) {
            List<Query.BucketSpace> page = Stream.of("a-bucket", "b-bucket", "c-bucket")
                    .filter(name -> name.compareTo(list.after()) > 0)
                    .map(name -> new Query.BucketSpace(new BucketName(name), "", 7, 4_000, 2, 600, 1, 70))
                    .limit(list.limit())
                    .toList();
            String last = page.get(page.size() - 1).name().value();
            return new Query.BucketSpacePage(
                    counted, page, last.equals("c-bucket") ? Optional.empty() : Optional.of(last));
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
        return new Query.NodeUsage(node, 100L * id, 4_096L * id, 0);
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
