package flare.repair;

import flare.cluster.NodeMapActor;
import flare.config.PlacementSettings.Strategy;
import flare.metadata.ClusterSettings;
import flare.metadata.ClusterState;
import flare.metadata.Metadata;
import flare.metadata.Query;
import flare.model.NodeInfo;
import flare.placement.PlacementActor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Brings the recorded nodes and the cluster's placement strategy to this process's node map and placement, in every API
 * process. When the metadata can't be read, both stay as last heard: health goes on being probed.
 */
public final class NodeMapFeed extends AbstractBehavior<NodeMapFeed.Command> {

    public sealed interface Command {}

    /** Reads now instead of at the next turn, after a change that was just made. */
    public enum Refresh implements Command {
        NOW
    }

    private record Nodes(@Nullable List<Query.NodeUsage> nodes) implements Command {}

    private record Cluster(Optional<ClusterState> cluster) implements Command {}

    /** Whom to tell. */
    public record Targets(
            ActorRef<NodeMapActor.Command> nodeMap,
            ActorRef<PlacementActor.Command> placement,
            Consumer<List<NodeInfo>> connections,
            Consumer<ClusterSettings> choices) {}

    private final Metadata metadata;
    private final Targets targets;
    private boolean reading;

    private NodeMapFeed(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Metadata metadata,
            Targets targets,
            Duration every) {
        super(context);
        this.metadata = metadata;
        this.targets = targets;
        timers.startTimerWithFixedDelay(Refresh.NOW, Refresh.NOW, Duration.ZERO, every);
    }

    public static Behavior<Command> create(Metadata metadata, Targets targets, Duration every) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new NodeMapFeed(context, timers, metadata, targets, every)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Refresh.class, refresh -> refresh())
                .onMessage(Nodes.class, this::nodes)
                .onMessage(Cluster.class, this::cluster)
                .build();
    }

    private Behavior<Command> refresh() {
        if (!reading) {
            reading = true;
            getContext()
                    .pipeToSelf(
                            metadata.read(new Query.GetCluster()),
                            (cluster, failure) -> new Cluster(failure == null ? cluster : Optional.empty()));
        }
        return this;
    }

    private Behavior<Command> cluster(Cluster read) {
        read.cluster.map(ClusterState::settings).ifPresent(targets.choices());
        read.cluster
                .flatMap(state -> Strategy.spelled(state.settings().placementStrategy()))
                .ifPresent(strategy -> targets.placement().tell(new PlacementActor.StrategyChanged(strategy)));
        getContext().pipeToSelf(metadata.read(new Query.ListNodes()), (nodes, failure) -> new Nodes(nodes));
        return this;
    }

    private Behavior<Command> nodes(Nodes read) {
        reading = false;
        List<Query.NodeUsage> nodes = read.nodes;
        if (nodes != null) {
            List<NodeInfo> infos = nodes.stream().map(Query.NodeUsage::node).toList();
            targets.connections().accept(infos);
            targets.nodeMap().tell(new NodeMapActor.NodesListed(infos));
        }
        return this;
    }
}
