package flare.cluster;

import flare.config.HealthSettings;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.placement.Candidate;
import flare.placement.PlacementActor;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Keeps this process's {@link NodeMap}: takes the recorded nodes, has a health actor probe each one that may serve, or be found to be
 * back, and tells the placement actor the candidates whenever they change.
 */
public final class NodeMapActor extends AbstractBehavior<NodeMapActor.Command> {

    private static final Duration RESTART_MIN = Duration.ofMillis(200);
    private static final Duration RESTART_MAX = Duration.ofSeconds(10);

    public sealed interface Command {}

    /** The node map as recorded, all of it. A list read before one already told is harmless: the next one corrects it. */
    public record NodesListed(List<NodeInfo> nodes) implements Command {
        public NodesListed {
            nodes = List.copyOf(nodes);
        }
    }

    /** The node must take no new copies, whatever probes say, until {@link Trust}. */
    public record Distrust(NodeId node, String reason) implements Command {}

    /** Takes back {@link Distrust}. */
    public record Trust(NodeId node) implements Command {}

    /** From the node's health actor, after each probe. */
    record Found(NodeId node, HealthActor.Finding finding) implements Command {}

    private record ProbeEnded(NodeId node, ActorRef<HealthActor.Command> probe) implements Command {}

    private final NodeMap map;
    private final ActorRef<PlacementActor.Command> placement;
    private final Prober prober;
    private final HealthSettings settings;

    private final Map<NodeId, NodeInfo> nodes = new TreeMap<>();
    private final Map<NodeId, HealthActor.Finding> findings = new HashMap<>();
    private final Map<NodeId, String> distrusted = new HashMap<>();
    private final Map<NodeId, ActorRef<HealthActor.Command>> probes = new HashMap<>();
    private List<Candidate> told = List.of();

    private NodeMapActor(
            ActorContext<Command> context,
            NodeMap map,
            ActorRef<PlacementActor.Command> placement,
            Prober prober,
            HealthSettings settings) {
        super(context);
        this.map = map;
        this.placement = placement;
        this.prober = prober;
        this.settings = settings;
    }

    public static Behavior<Command> create(
            NodeMap map, ActorRef<PlacementActor.Command> placement, Prober prober, HealthSettings settings) {
        return Behaviors.setup(context -> new NodeMapActor(context, map, placement, prober, settings));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(NodesListed.class, this::nodesListed)
                .onMessage(Found.class, this::found)
                .onMessage(Distrust.class, this::distrust)
                .onMessage(Trust.class, this::trust)
                .onMessage(ProbeEnded.class, this::probeEnded)
                .build();
    }

    private Behavior<Command> nodesListed(NodesListed listed) {
        nodes.clear();
        for (NodeInfo node : listed.nodes()) {
            nodes.put(node.id(), node);
            if (probed(node)) {
                ActorRef<HealthActor.Command> probe = probes.get(node.id());
                if (probe == null) {
                    startProbe(node);
                } else {
                    probe.tell(new HealthActor.NodeChanged(node));
                }
            }
        }
        Set<NodeId> gone = new HashSet<>(probes.keySet());
        gone.removeIf(id -> {
            NodeInfo node = nodes.get(id);
            return node != null && probed(node);
        });
        gone.forEach(this::stopProbe);
        publish();
        return this;
    }

    private static boolean probed(NodeInfo node) {
        return node.state() != NodeState.REMOVED;
    }

    private void startProbe(NodeInfo node) {
        Behavior<HealthActor.Command> behavior =
                HealthActor.create(node, prober, settings, getContext().getSelf());
        ActorRef<HealthActor.Command> probe = getContext()
                .spawnAnonymous(Behaviors.supervise(behavior)
                        .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0.2)));
        getContext().watchWith(probe, new ProbeEnded(node.id(), probe));
        probes.put(node.id(), probe);
    }

    private void stopProbe(NodeId node) {
        ActorRef<HealthActor.Command> probe = probes.remove(node);
        if (probe != null) {
            getContext().unwatch(probe);
            getContext().stop(probe);
        }
        findings.remove(node);
    }

    private Behavior<Command> probeEnded(ProbeEnded ended) {
        // Supervision restarts a failed probe, so one that ends was ended by a bug; the next node list starts it anew.
        if (probes.remove(ended.node(), ended.probe())) {
            findings.remove(ended.node());
            publish();
        }
        return this;
    }

    private Behavior<Command> found(Found found) {
        if (probes.containsKey(found.node())) {
            findings.put(found.node(), found.finding());
            publish();
        }
        return this;
    }

    private Behavior<Command> distrust(Distrust distrust) {
        if (!distrust.reason().equals(distrusted.put(distrust.node(), distrust.reason()))) {
            getContext().getLog().warn("Node {} is not trusted: {}", distrust.node(), distrust.reason());
        }
        publish();
        return this;
    }

    private Behavior<Command> trust(Trust trust) {
        if (distrusted.remove(trust.node()) != null) {
            getContext().getLog().info("Node {} is trusted again", trust.node());
        }
        publish();
        return this;
    }

    private void publish() {
        List<NodeView> views = nodes.values().stream().map(this::view).toList();
        map.publish(views);
        List<Candidate> candidates = views.stream().map(NodeView::candidate).toList();
        if (!candidates.equals(told)) {
            told = candidates;
            placement.tell(new PlacementActor.CandidatesChanged(candidates));
        }
    }

    private NodeView view(NodeInfo node) {
        HealthActor.Finding finding = findings.getOrDefault(node.id(), HealthActor.Finding.NONE);
        return new NodeView(
                node, finding.health(), finding.answers(), finding.full(), reason(node, finding), finding.room());
    }

    private String reason(NodeInfo node, HealthActor.Finding finding) {
        String distrust = distrusted.get(node.id());
        if (distrust != null) {
            return distrust;
        }
        String state = node.state().name().toLowerCase(Locale.ROOT);
        return switch (node.state()) {
            case ACTIVE -> finding.reason();
            case DRAINING -> finding.reason().isEmpty() ? state : finding.reason();
            case LOST -> finding.reason().isEmpty() ? state : state + ": " + finding.reason();
            case REMOVED -> state;
        };
    }
}
