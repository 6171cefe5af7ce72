package flare.placement;

import flare.config.PlacementSettings.Strategy;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Answers which nodes a chunk's copies go to. Owns the turn of round-robin and this process's latest candidates; the
 * decision itself is made by the pure strategies. Before the first candidates are known it answers with no nodes.
 */
public final class PlacementActor extends AbstractBehavior<PlacementActor.Command> {

    public sealed interface Command {}

    /** Asks for up to {@code copies} nodes; see {@link Placement#place}. */
    public record Place(ChunkId chunk, int copies, Set<NodeId> excluded, ActorRef<Placed> replyTo) implements Command {
        public Place {
            excluded = Set.copyOf(excluded);
        }
    }

    /** The nodes and their health as now known; replaces all earlier ones. */
    public record CandidatesChanged(List<Candidate> candidates) implements Command {
        public CandidatesChanged {
            candidates = List.copyOf(candidates);
        }
    }

    /** The cluster's replicated choice. */
    public record StrategyChanged(Strategy strategy) implements Command {}

    /** The answer to {@link Place}. */
    public record Placed(List<NodeId> nodes) {}

    private final NodePace pace;
    private PlacementMap map = new PlacementMap(List.of());
    private Strategy strategy;
    private long turn;

    private PlacementActor(ActorContext<Command> context, Strategy strategy, NodePace pace) {
        super(context);
        this.pace = pace;
        this.strategy = strategy;
    }

    /**
     * @param strategy used until {@link StrategyChanged} says otherwise
     * @param pace of writes: nodes that lag get copies only where a zone, or the number of copies, needs them
     */
    public static Behavior<Command> create(Strategy strategy, NodePace pace) {
        return Behaviors.setup(context -> new PlacementActor(context, strategy, pace));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Place.class, this::place)
                .onMessage(CandidatesChanged.class, this::candidatesChanged)
                .onMessage(StrategyChanged.class, this::strategyChanged)
                .build();
    }

    private Behavior<Command> place(Place place) {
        Wanted wanted = new Wanted(place.copies(), place.excluded(), pace::passesOver);
        List<NodeId> nodes = switch (strategy) {
            case ROUND_ROBIN -> RoundRobin.replicas(turn++, wanted, map);
            case CONSISTENT_HASH -> Rendezvous.replicas(place.chunk(), wanted, map);
        };
        place.replyTo().tell(new Placed(nodes));
        return this;
    }

    private Behavior<Command> candidatesChanged(CandidatesChanged changed) {
        map = new PlacementMap(changed.candidates());
        return this;
    }

    private Behavior<Command> strategyChanged(StrategyChanged changed) {
        strategy = changed.strategy();
        return this;
    }
}
