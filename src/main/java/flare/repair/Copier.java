package flare.repair;

import flare.config.RepairSettings;
import flare.data.DataNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException;
import flare.data.DataNodes;
import flare.metadata.Command;
import flare.model.ChunkRecord;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.placement.Placement;
import flare.telemetry.CrashPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one more copy of each of a few chunks at once. PENDING is committed before a pull starts; the target pulls from
 * one source after the other until one gives the recorded bytes; then the location is committed, else the PENDING row
 * becomes FREED (I12, I15). A source that itself says its copy is missing or bad is dropped, but only once another one
 * gave a good copy.
 */
final class Copier {

    private static final Logger LOG = LoggerFactory.getLogger(Copier.class);

    /**
     * What became of one chunk.
     *
     * @param failed sources that did not give the bytes, before one did
     * @param why no copy was made; empty if one was
     */
    record Result(ChunkRecord chunk, boolean made, List<NodeId> failed, String why) {

        static Result failure(ChunkRecord chunk, String why) {
            return new Result(chunk, false, List.of(), why);
        }

        /** Whether the new copy may stand for the node's: not where another of the old ones has just turned out bad. */
        boolean replaces(NodeId node) {
            return made && failed.stream().allMatch(node::equals);
        }
    }

    private record Target(NodeId id, DataNode node) {}

    private record Planned(ChunkRecord chunk, Optional<Target> target, Optional<CompletionStage<Long>> generation) {}

    private record Order(ChunkRecord chunk, Target target, long generation) {}

    /** @param failed sources that were tried before one gave the bytes */
    private record Pulled(List<NodeId> failed) {}

    private record Started(Order order, CompletionStage<Pulled> pull) {}

    private record Committing(Order order, Pulled pulled, CompletionStage<Command.Done> commit) {}

    /** @param receipt empty if the node is not known */
    private record Verification(ChunkRecord chunk, NodeId node, Optional<CompletionStage<CopyReceipt>> receipt) {}

    private final Ask ask;
    private final DataNodes dataNodes;
    private final Placement placement;
    private final Predicate<NodeId> healthy;
    private final RepairSettings settings;
    private final long term;

    Copier(
            Ask ask,
            DataNodes dataNodes,
            Placement placement,
            Predicate<NodeId> healthy,
            RepairSettings settings,
            long term) {
        this.ask = ask;
        this.dataNodes = dataNodes;
        this.placement = placement;
        this.healthy = healthy;
        this.settings = settings;
        this.term = term;
    }

    /** @param nodes the node map, for the sources' identities and addresses */
    List<Result> copy(List<ChunkRecord> chunks, Map<NodeId, NodeInfo> nodes) {
        List<Planned> planned = new ArrayList<>();
        for (ChunkRecord chunk : chunks) {
            planned.add(plan(chunk, target(chunk, Set.of())));
        }
        return copyAll(planned, this::planElsewhere, nodes);
    }

    /**
     * To the nodes named; the old copies stay.
     *
     * @param nodes as in {@link #copy}
     */
    List<Result> copyTo(Map<ChunkRecord, NodeId> targets, Map<NodeId, NodeInfo> nodes) {
        List<Planned> planned = new ArrayList<>();
        targets.forEach((chunk, target) ->
                planned.add(plan(chunk, dataNodes.find(target).map(node -> new Target(target, node)))));
        return copyAll(planned, refused -> Optional.empty(), nodes);
    }

    /**
     * The plans share an entry of the log, as do the commits: a log that syncs slowly is waited for three times, not three
     * times for each chunk. What has begun is ended also where a plan's outcome is unknown; then that failure is thrown.
     */
    private List<Result> copyAll(
            List<Planned> planned, Function<Planned, Optional<Order>> elsewhere, Map<NodeId, NodeInfo> nodes) {
        List<Result> results = new ArrayList<>();
        List<Started> started = new ArrayList<>();
        Optional<FlareException> unknown = Optional.empty();
        for (Planned one : planned) {
            try {
                Optional<Order> order = order(one).or(() -> elsewhere.apply(one));
                if (order.isPresent()) {
                    CrashPoint.COPY_PLANNED.reached();
                    started.add(new Started(order.get(), pullInTurn(order.get(), started, nodes)));
                } else {
                    results.add(Result.failure(one.chunk, "no node can take a copy of chunk " + one.chunk.id()));
                }
            } catch (FlareException e) {
                unknown = Optional.of(e);
            }
        }
        List<Committing> committing = new ArrayList<>();
        for (Started one : started) {
            commit(one, committing, results);
        }
        committing.forEach(one -> results.add(finish(one)));
        unknown.ifPresent(failure -> {
            throw failure;
        });
        return results;
    }

    private Planned plan(ChunkRecord chunk, Optional<Target> target) {
        return new Planned(chunk, target, target.map(to -> ask.start(new Command.PlanCopy(chunk.id(), to.id, term))));
    }

    /** Empty if there is no node, or it takes no copy of this chunk now. */
    private Optional<Order> order(Planned planned) {
        if (planned.target.isEmpty() || planned.generation.isEmpty()) {
            return Optional.empty();
        }
        try {
            long generation = ask.await(planned.generation.get());
            return Optional.of(new Order(planned.chunk, planned.target.get(), generation));
        } catch (FlareException e) {
            if (e.fault() != Fault.CONFLICT) {
                throw e;
            }
            LOG.debug(
                    "No copy of chunk {} on node {}: {}", planned.chunk.id(), planned.target.get().id, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Order> planElsewhere(Planned refused) {
        Set<NodeId> excluded = new HashSet<>();
        Optional<Target> last = refused.target;
        // Each turn excludes one node more, so it ends.
        while (last.isPresent()) {
            excluded.add(last.get().id);
            last = target(refused.chunk, excluded);
            Optional<Order> order = order(plan(refused.chunk, last));
            if (order.isPresent()) {
                return order;
            }
        }
        return Optional.empty();
    }

    private Optional<Target> target(ChunkRecord chunk, Set<NodeId> refused) {
        Set<NodeId> excluded = new HashSet<>(chunk.nodes());
        excluded.addAll(refused);
        while (true) {
            List<NodeId> targets = ask.await(placement.place(chunk.id(), 1, excluded));
            if (targets.isEmpty()) {
                return Optional.empty();
            }
            NodeId target = targets.get(0);
            Optional<DataNode> node = dataNodes.find(target);
            if (node.isPresent()) {
                return Optional.of(new Target(target, node.get()));
            }
            excluded.add(target);
        }
    }

    private List<NodeId> sources(ChunkRecord chunk) {
        return healthyFirst(chunk.nodes());
    }

    private List<NodeId> healthyFirst(List<NodeId> nodes) {
        return nodes.stream()
                .sorted(Comparator.comparing(node -> !healthy.test(node)))
                .toList();
    }

    /** As many at once as the settings say: each begins when the one so many before it has ended. */
    private CompletionStage<Pulled> pullInTurn(Order order, List<Started> before, Map<NodeId, NodeInfo> nodes) {
        Supplier<CompletionStage<Pulled>> pull = () -> pull(order, sources(order.chunk), List.of(), nodes);
        int previous = before.size() - settings.parallel();
        return previous < 0
                ? pull.get()
                : before.get(previous)
                        .pull
                        .handle((pulled, failure) -> pull.get())
                        .thenCompose(Function.identity());
    }

    private CompletionStage<Pulled> pull(
            Order order, List<NodeId> sources, List<NodeId> failed, Map<NodeId, NodeInfo> nodes) {
        if (sources.isEmpty()) {
            return CompletableFuture.failedStage(new FlareException(
                    Fault.DATA_DAMAGED, "none of nodes " + failed + " gave a good copy of chunk " + order.chunk.id()));
        }
        NodeId source = sources.get(0);
        List<NodeId> failedToo = new ArrayList<>(failed);
        failedToo.add(source);
        return pullFrom(order, nodes.get(source))
                .toCompletableFuture()
                .copy()
                .orTimeout(settings.pullTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .<CompletionStage<Pulled>>handle((receipt, failure) -> {
                    if (failure == null && isGood(order.chunk, receipt)) {
                        return CompletableFuture.completedStage(new Pulled(failed));
                    }
                    LOG.warn(
                            "Copy of chunk {} from node {} to node {} failed: {}",
                            order.chunk.id(),
                            source,
                            order.target.id,
                            failure == null ? receipt : failure.toString());
                    return pull(order, sources.subList(1, sources.size()), failedToo, nodes);
                })
                .thenCompose(Function.identity());
    }

    private static CompletionStage<CopyReceipt> pullFrom(Order order, @Nullable NodeInfo source) {
        if (source == null) {
            return CompletableFuture.failedStage(new IllegalStateException("not in the node map"));
        }
        return order.target.node.pull(
                order.chunk.id(),
                new DataNode.PullOrder(
                        source.uuid(), source.url(), order.chunk.length(), order.chunk.crc32c(), order.generation));
    }

    private static boolean isGood(ChunkRecord chunk, CopyReceipt receipt) {
        return receipt.length() == chunk.length() && receipt.crc32c() == chunk.crc32c();
    }

    private void commit(Started started, List<Committing> committing, List<Result> results) {
        Order order = started.order;
        try {
            Pulled pulled = ask.await(
                    started.pull,
                    settings.pullTimeout().multipliedBy(order.chunk.nodes().size()));
            CrashPoint.COPY_PULLED.reached();
            committing.add(new Committing(
                    order,
                    pulled,
                    ask.start(new Command.CommitCopy(order.chunk.id(), order.target.id, order.generation))));
        } catch (FlareException | DataNodeException e) {
            abandon(order);
            results.add(Result.failure(order.chunk, String.valueOf(e.getMessage())));
        }
    }

    private Result finish(Committing committing) {
        Order order = committing.order;
        try {
            ask.await(committing.commit);
            CrashPoint.COPY_COMMITTED.reached();
        } catch (FlareException e) {
            abandon(order);
            return Result.failure(order.chunk, String.valueOf(e.getMessage()));
        }
        committing.pulled.failed.forEach(source -> dropIfBad(order.chunk, source));
        return new Result(order.chunk, true, committing.pulled.failed, "");
    }

    /**
     * Also after a commit whose outcome is unknown: if it took effect there is no PENDING row left to give up. A row that
     * stays is given up by the next step.
     */
    private void abandon(Order order) {
        try {
            ask.submit(new Command.AbandonCopy(order.chunk.id(), order.target.id, order.generation));
        } catch (FlareException e) {
            LOG.debug("Chunk {} on node {} was not given up: {}", order.chunk.id(), order.target.id, e.getMessage());
        }
    }

    private void dropIfBad(ChunkRecord chunk, NodeId source) {
        Optional<DataNode> node = dataNodes.find(source);
        if (node.isEmpty() || !saysBad(chunk, node.get())) {
            return;
        }
        LOG.warn("Copy of chunk {} on node {} is missing or bad: dropped", chunk.id(), source);
        drop(chunk, source);
    }

    private boolean saysBad(ChunkRecord chunk, DataNode node) {
        try {
            return !isGood(chunk, ask.await(node.verify(chunk.id())));
        } catch (DataNodeException e) {
            return e.kind() == DataNodeException.Kind.NOT_FOUND || e.kind() == DataNodeException.Kind.CORRUPT;
        } catch (FlareException e) {
            return false;
        }
    }

    /** Those of the chunks of which one of the nodes given has just read and checked every byte; all are asked at once. */
    List<ChunkRecord> goodOnOneOf(Map<ChunkRecord, List<NodeId>> copies) {
        Map<ChunkRecord, Verification> firsts = new LinkedHashMap<>();
        copies.forEach((chunk, nodes) ->
                healthyFirst(nodes).stream().findFirst().ifPresent(node -> firsts.put(chunk, verify(chunk, node))));
        return firsts.entrySet().stream()
                .filter(entry -> isGood(entry.getValue()) || isGoodOnAnother(entry.getValue(), copies))
                .map(Map.Entry::getKey)
                .toList();
    }

    private boolean isGoodOnAnother(Verification bad, Map<ChunkRecord, List<NodeId>> copies) {
        return healthyFirst(copies.getOrDefault(bad.chunk, List.of())).stream()
                .filter(node -> !node.equals(bad.node))
                .anyMatch(node -> isGoodOn(bad.chunk, node));
    }

    /** Whether the node has just read and checked every byte of its copy. */
    boolean isGoodOn(ChunkRecord chunk, NodeId id) {
        return isGood(verify(chunk, id));
    }

    private Verification verify(ChunkRecord chunk, NodeId id) {
        return new Verification(chunk, id, dataNodes.find(id).map(node -> node.verify(chunk.id())));
    }

    private boolean isGood(Verification asked) {
        try {
            return asked.receipt.isPresent() && isGood(asked.chunk, ask.await(asked.receipt.get()));
        } catch (DataNodeException | FlareException e) {
            LOG.warn("No good copy of chunk {} on node {}: {}", asked.chunk.id(), asked.node, e.getMessage());
            return false;
        }
    }

    /** Answers whether the location is gone; apply keeps a chunk's last one. */
    boolean drop(ChunkRecord chunk, NodeId node) {
        return isDropped(startDrop(chunk, node));
    }

    /** Of copies at once: the chunks whose location is gone, as in {@link #drop}. */
    List<ChunkRecord> drop(Map<ChunkRecord, NodeId> copies) {
        Map<ChunkRecord, CompletionStage<?>> started = new LinkedHashMap<>();
        copies.forEach((chunk, node) -> started.put(chunk, startDrop(chunk, node)));
        return started.entrySet().stream()
                .filter(drop -> isDropped(drop.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private CompletionStage<?> startDrop(ChunkRecord chunk, NodeId node) {
        return ask.start(new Command.DropCopy(chunk.id(), node));
    }

    private boolean isDropped(CompletionStage<?> drop) {
        try {
            ask.await(drop);
            return true;
        } catch (FlareException e) {
            if (e.fault() != Fault.CONFLICT) {
                throw e;
            }
            return false;
        }
    }
}
