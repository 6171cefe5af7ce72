package flare.repair;

import flare.data.DataNode.NodeHealth;
import flare.metadata.ClusterState;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the node map in step with the nodes themselves: adds those named in the settings if new, never again once
 * REMOVED; records their starts and new addresses. The UUID is the identity, the address an attribute.
 *
 * <p>Two kinds of node are not trusted with new copies: a restored disk, told by an incarnation below the recorded one,
 * until an operator sets it ACTIVE again; and one whose UUID two processes answer with, as long as they do. One process
 * under two addresses, such as localhost and 127.0.0.1, is one node: its recorded address stays, or the first one counts.
 */
final class NodeSync implements RepairWorker {

    /** Zone and weight of a node that nobody gave others. */
    private static final String ZONE = "";

    private static final double WEIGHT = 1.0;

    /** Told which nodes must take no new copies, each with the reason; replaces what was told before. */
    @FunctionalInterface
    interface Distrust {
        void publish(Map<NodeId, String> reasons);
    }

    private final Ask ask;
    private final Supplier<List<URI>> named;
    private final Function<URI, CompletionStage<NodeHealth>> identify;
    private final Distrust distrust;
    private final Duration interval;
    private final Set<String> notes = new LinkedHashSet<>();
    private final Map<NodeId, String> distrusted = new HashMap<>();
    private long changes;

    NodeSync(
            Ask ask,
            Supplier<List<URI>> named,
            Function<URI, CompletionStage<NodeHealth>> identify,
            Distrust distrust,
            Duration interval) {
        this.ask = ask;
        this.named = named;
        this.identify = identify;
        this.distrust = distrust;
        this.interval = interval;
    }

    @Override
    public String name() {
        return "node-sync";
    }

    @Override
    public Step step() {
        notes.clear();
        distrusted.clear();
        Map<UUID, NodeInfo> recorded = new HashMap<>();
        Set<URI> urls = new LinkedHashSet<>(named.get());
        for (Query.NodeUsage usage : ask.read(new Query.ListNodes())) {
            recorded.put(usage.node().uuid(), usage.node());
            if (usage.node().state() != NodeState.REMOVED) {
                urls.add(usage.node().url());
            }
        }
        Optional<UUID> cluster = ask.read(new Query.GetCluster()).map(ClusterState::clusterId);
        Map<UUID, List<Answer>> answers = probe(urls, cluster);
        answers.forEach((uuid, at) -> reconcile(uuid, at, recorded.get(uuid)));
        distrust.publish(Map.copyOf(distrusted));
        return new Step.Idle(interval);
    }

    private record Answer(URI url, long incarnation, UUID process) {}

    private Map<UUID, List<Answer>> probe(Set<URI> urls, Optional<UUID> cluster) {
        Map<URI, CompletionStage<NodeHealth>> calls = new HashMap<>();
        urls.forEach(url -> calls.put(url, identify.apply(url)));
        Map<UUID, List<Answer>> answers = new HashMap<>();
        for (URI url : urls) {
            CompletionStage<NodeHealth> call = calls.get(url);
            if (call == null) {
                continue;
            }
            try {
                NodeHealth health = ask.await(call);
                if (health.clusterId().isPresent() && !health.clusterId().equals(cluster)) {
                    notes.add(url + " answers as a node of another cluster, "
                            + health.clusterId().get() + ": it is not taken");
                    continue;
                }
                answers.computeIfAbsent(health.uuid(), uuid -> new ArrayList<>())
                        .add(new Answer(url, health.incarnation(), health.process()));
            } catch (RuntimeException e) {
                notes.add(url + " does not answer: " + e.getMessage());
            }
        }
        return answers;
    }

    private void reconcile(UUID uuid, List<Answer> at, @Nullable NodeInfo node) {
        Answer answer = at.stream()
                .filter(one -> node != null && one.url().equals(node.url()))
                .findFirst()
                .orElse(at.get(0));
        Optional<Answer> twin = at.stream()
                .filter(one -> !one.process().equals(answer.process()))
                .findFirst();
        NodeInfo known = node;
        if (known == null) {
            if (twin.isPresent()) {
                notes.add(duplicate(uuid, answer, twin.get()) + "; it is not added");
                return;
            }
            known = add(uuid, answer);
        }
        if (known == null) {
            return;
        }
        if (known.state() == NodeState.REMOVED) {
            notes.add("node " + known.id() + " at " + answer.url() + " was removed and is not added again");
        } else if (twin.isPresent()) {
            distrust(known, duplicate(uuid, answer, twin.get()));
        } else {
            if (at.size() > 1) {
                notes.add("node " + known.id() + " is named "
                        + at.stream().map(one -> one.url().toString()).collect(Collectors.joining(" and "))
                        + ": one process, taken at " + answer.url());
            }
            update(known, answer);
        }
    }

    private static String duplicate(UUID uuid, Answer one, Answer other) {
        return "two addresses answer as node " + uuid + ", each with a process of its own: " + one.url() + " and "
                + other.url();
    }

    private @Nullable NodeInfo add(UUID uuid, Answer answer) {
        NodeId id = ask.submit(new Command.AddNode(uuid, answer.url(), ZONE, WEIGHT));
        changes++;
        return ask.read(new Query.ListNodes()).stream()
                .map(Query.NodeUsage::node)
                .filter(node -> node.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    private void update(NodeInfo node, Answer answer) {
        if (answer.incarnation() < node.incarnation()) {
            restored(node, answer);
        } else if (answer.incarnation() > node.incarnation()) {
            try {
                ask.submit(new Command.UpdateNode(node.id(), answer.url(), answer.incarnation()));
                changes++;
            } catch (FlareException e) {
                notes.add("node " + node.id() + " could not be recorded: " + e.getMessage());
            }
        } else if (!answer.url().equals(node.url())) {
            // A node that moves starts anew there. The same start at another address is a second name for it.
            notes.add("node " + node.id() + " answers at " + answer.url() + " but not at the recorded " + node.url()
                    + ": restart it to have the new address recorded");
        }
    }

    private void restored(NodeInfo node, Answer answer) {
        distrust(
                node,
                "restored disk: incarnation " + answer.incarnation() + " is below the recorded " + node.incarnation());
        if (node.state() == NodeState.ACTIVE) {
            // Later starts will raise its incarnation past the record; the state holds until an operator acts.
            ask.submit(new Command.SetNodeState(node.id(), NodeState.DRAINING));
            changes++;
        }
    }

    private void distrust(NodeInfo node, String reason) {
        distrusted.put(node.id(), reason);
    }

    @Override
    public Tally tally() {
        Optional<String> alarm = distrusted.entrySet().stream()
                .map(entry -> "node " + entry.getKey() + ": " + entry.getValue())
                .sorted()
                .reduce((a, b) -> a + "; " + b);
        return new Tally(changes, 0, String.join("; ", notes), alarm);
    }
}
