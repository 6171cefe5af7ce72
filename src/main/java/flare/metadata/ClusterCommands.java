package flare.metadata;

import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.NodeRow;
import flare.metadata.wire.SessionRow;
import flare.metadata.wire.UsageRow;
import flare.model.BucketName;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The cluster's identity, settings and feature level, and the node map. */
final class ClusterCommands {

    private static final BucketName FIRST_BUCKET = new BucketName("object");

    private final EntryBatch batch;
    private final WorkerCommands workers;

    ClusterCommands(EntryBatch batch, WorkerCommands workers) {
        this.batch = batch;
        this.workers = workers;
    }

    ClusterState init(Command.InitCluster init, BucketCommands buckets) {
        ClusterState known = cluster();
        if (known != null) {
            return known;
        }
        ClusterState made = new ClusterState(init.clusterId(), 1, 0, init.settings());
        batch.put(Family.META, Keys.CLUSTER, ValueCodec.encode(made));
        if (batch.get(Family.BUCKET_NAME, Keys.name(FIRST_BUCKET.value())) == null) {
            buckets.create(new Command.CreateBucket(FIRST_BUCKET));
        }
        return made;
    }

    @Nullable
    ClusterState cluster() {
        byte[] row = batch.get(Family.META, Keys.CLUSTER);
        return row == null ? null : ValueCodec.decode(EntryBatch.parse(Family.META, row, ClusterValue.parser()));
    }

    ClusterState set(Command.SetClusterSettings set) {
        ClusterState cluster = cluster();
        if (cluster == null) {
            throw new FlareException(Fault.CONFLICT, "there is no cluster yet whose settings could be changed");
        }
        ClusterSettings old = cluster.settings();
        ClusterSettings changed = new ClusterSettings(
                set.copies().orElse(old.wantedCopies()),
                old.chunkBytes(),
                set.strategy().orElse(old.placementStrategy()));
        if (changed.wantedCopies() != old.wantedCopies()) {
            long active = active();
            Applying.require(
                    changed.wantedCopies() <= active,
                    Fault.CONFLICT,
                    () -> changed.wantedCopies() + " copies need as many nodes that are active, and there are " + active
                            + ": add nodes first, or activate those that are drained");
            workers.copiesChanged();
        }
        if (!changed.placementStrategy().equals(old.placementStrategy())) {
            workers.nodesChanged();
        }
        ClusterState after = new ClusterState(cluster.clusterId(), cluster.featureLevel(), cluster.epoch(), changed);
        batch.put(Family.META, Keys.CLUSTER, ValueCodec.encode(after));
        return after;
    }

    private long active() {
        long active = 0;
        try (RowScan scan = batch.scan(Family.NODE, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                NodeRow node = EntryBatch.parse(Family.NODE, scan.value(), NodeRow.parser());
                active += node.getState().equals(NodeState.ACTIVE.name()) ? 1 : 0;
            }
        }
        return active;
    }

    /** A blob of another number of copies than is wanted now, of a process that did not know yet: it is to be aligned. */
    void created(int wantedCopies) {
        if (workers.haveCopiesChanged()) {
            ClusterState cluster = cluster();
            if (cluster != null && cluster.settings().wantedCopies() != wantedCopies) {
                workers.copiesChanged();
            }
        }
    }

    Command.Done raise(Command.RaiseFeatureLevel raise) {
        ClusterState cluster = cluster();
        if (cluster == null) {
            throw new FlareException(Fault.CONFLICT, "there is no cluster yet whose feature level could be raised");
        }
        if (raise.level() == cluster.featureLevel()) {
            return new Command.Done();
        }
        Applying.require(
                raise.level() == cluster.featureLevel() + 1,
                Fault.CONFLICT,
                () -> "the feature level is " + cluster.featureLevel() + " and rises by one step, not to "
                        + raise.level());
        allSupport(raise.level());
        try {
            // The others go on in the new level; what this version does not know it must not apply.
            FeatureLevel.check("the cluster", raise.level());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ClusterState raised = new ClusterState(cluster.clusterId(), raise.level(), cluster.epoch(), cluster.settings());
        batch.put(Family.META, Keys.CLUSTER, ValueCodec.encode(raised));
        return new Command.Done();
    }

    private void allSupport(int level) {
        boolean anyLive = false;
        try (RowScan scan = batch.scan(Family.SESSION, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                SessionRow session = EntryBatch.parse(Family.SESSION, scan.value(), SessionRow.parser());
                anyLive |= !session.getClosed();
                Applying.require(
                        session.getClosed() || session.getFeatureLevel() >= level,
                        Fault.CONFLICT,
                        () -> "process " + session.getProcess() + " supports feature level " + session.getFeatureLevel()
                                + ", not " + level);
            }
        }
        Applying.require(anyLive, Fault.CONFLICT, () -> "no live session tells that level " + level + " is supported");
    }

    NodeId add(Command.AddNode add) {
        byte[] known = batch.get(Family.NODE_UUID, Keys.uuid(add.uuid()));
        if (known != null) {
            NodeId id = Keys.nodeOf(known);
            Applying.require(
                    !isRemoved(node(id)),
                    Fault.CONFLICT,
                    () -> "node " + add.uuid() + " was removed as node " + id + " and does not come back");
            return id;
        }
        NodeId id = new NodeId(batch.counters().getLastNode() + 1);
        batch.counters().setLastNode(id.value());
        batch.put(Family.NODE_UUID, Keys.uuid(add.uuid()), Keys.node(id));
        put(
                id,
                NodeRow.newBuilder()
                        .setUuidHigh(add.uuid().getMostSignificantBits())
                        .setUuidLow(add.uuid().getLeastSignificantBits())
                        .setUrl(add.url().toString())
                        .setZone(add.zone())
                        .setWeight(add.weight())
                        .setState(NodeState.ACTIVE.name())
                        .build());
        return id;
    }

    Command.Done update(Command.UpdateNode update) {
        NodeRow node = node(update.node());
        Applying.require(
                !isRemoved(node), Fault.CONFLICT, () -> "node " + update.node() + " was removed from the cluster");
        // Several processes see the same start of a node: who tells it again is right, too.
        boolean same = update.incarnation() == node.getIncarnation()
                && update.url().toString().equals(node.getUrl());
        Applying.require(
                same || update.incarnation() > node.getIncarnation(),
                Fault.CONFLICT,
                () -> "node " + update.node() + " at " + update.url() + " has incarnation " + update.incarnation()
                        + ", "
                        + node.getIncarnation() + " is recorded for " + node.getUrl()
                        + ": a restored disk, or two processes with one identity");
        put(
                update.node(),
                node.toBuilder()
                        .setUrl(update.url().toString())
                        .setIncarnation(update.incarnation())
                        .build());
        return new Command.Done();
    }

    Command.Done place(Command.PlaceNode place) {
        NodeRow node = node(place.node());
        Applying.require(
                !isRemoved(node), Fault.CONFLICT, () -> "node " + place.node() + " was removed from the cluster");
        NodeRow.Builder placed = node.toBuilder();
        place.zone().ifPresent(placed::setZone);
        place.weight().ifPresent(placed::setWeight);
        put(place.node(), placed.build());
        return new Command.Done();
    }

    Command.Done setState(Command.SetNodeState set) {
        NodeRow node = node(set.node());
        if (set.state() == NodeState.REMOVED) {
            UsageRow.Builder usage = batch.usage(set.node());
            Applying.require(
                    usage.getCopies() == 0 && usage.getFreed() == 0 && usage.getPending() == 0,
                    Fault.CONFLICT,
                    () -> "node " + set.node() + " still has " + usage.getCopies() + " copies, " + usage.getFreed()
                            + " to be deleted and " + usage.getPending() + " on their way");
        } else {
            Applying.require(!isRemoved(node), Fault.CONFLICT, () -> "node " + set.node() + " was removed");
        }
        put(
                set.node(),
                node.toBuilder().setState(set.state().name()).clearLostInTerm().build());
        return new Command.Done();
    }

    Command.Done markLost(Command.MarkLost mark) {
        NodeRow node = node(mark.node());
        Applying.require(!isRemoved(node), Fault.CONFLICT, () -> "node " + mark.node() + " was removed");
        if (is(node, NodeState.LOST)) {
            if (mark.term().isEmpty()) {
                put(mark.node(), node.toBuilder().clearLostInTerm().build());
            }
            return new Command.Done();
        }
        Applying.require(
                mark.term().isEmpty() || is(node, NodeState.ACTIVE),
                Fault.CONFLICT,
                () -> "node " + mark.node() + " is " + node.getState() + ", and an operator's to mark");
        requireFewLost(mark.node());
        NodeRow.Builder lost = node.toBuilder().setState(NodeState.LOST.name()).clearLostInTerm();
        mark.term().ifPresent(lost::setLostInTerm);
        put(mark.node(), lost.build());
        return new Command.Done();
    }

    private void requireFewLost(NodeId next) {
        long members = 0;
        long lost = 1;
        try (RowScan scan = batch.scan(Family.NODE, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                NodeRow node = EntryBatch.parse(Family.NODE, scan.value(), NodeRow.parser());
                members += isRemoved(node) ? 0 : 1;
                lost += is(node, NodeState.LOST) ? 1 : 0;
            }
        }
        long allLost = lost;
        long all = members;
        Applying.require(
                3 * lost <= members,
                Fault.CONFLICT,
                () -> "with node " + next + ", " + allLost + " of " + all
                        + " nodes would be LOST: more than a third stops repair, and is rather a mistake or the network");
    }

    Command.Done takeBack(Command.ReturnNode back) {
        NodeRow node = node(back.node());
        Applying.require(
                is(node, NodeState.LOST),
                Fault.CONFLICT,
                () -> "node " + back.node() + " is " + node.getState() + " and not LOST");
        Applying.require(
                node.hasLostInTerm(),
                Fault.CONFLICT,
                () -> "node " + back.node()
                        + " answers and stays LOST: an operator marked it, and sets it ACTIVE again");
        Applying.require(
                back.incarnation() >= node.getIncarnation(),
                Fault.CONFLICT,
                () -> "node " + back.node() + " has incarnation " + back.incarnation() + ", " + node.getIncarnation()
                        + " is recorded: a restored disk");
        put(
                back.node(),
                node.toBuilder()
                        .setState(NodeState.ACTIVE.name())
                        .clearLostInTerm()
                        .setIncarnation(back.incarnation())
                        .build());
        return new Command.Done();
    }

    private static boolean is(NodeRow node, NodeState state) {
        return node.getState().equals(state.name());
    }

    private void put(NodeId id, NodeRow node) {
        byte[] before = batch.get(Family.NODE, Keys.node(id));
        if (before == null || !isPlacedAlike(EntryBatch.parse(Family.NODE, before, NodeRow.parser()), node)) {
            workers.nodesChanged();
        }
        batch.put(Family.NODE, Keys.node(id), node);
    }

    private static boolean isPlacedAlike(NodeRow one, NodeRow other) {
        return one.getState().equals(other.getState())
                && one.getZone().equals(other.getZone())
                && one.getWeight() == other.getWeight();
    }

    /** NO_SUCH_NODE. */
    NodeRow node(NodeId id) {
        NodeRow node = find(id);
        Applying.require(node != null, Fault.NO_SUCH_NODE, () -> "there is no node " + id);
        return Objects.requireNonNull(node);
    }

    @Nullable
    NodeRow find(NodeId id) {
        byte[] row = batch.get(Family.NODE, Keys.node(id));
        return row == null ? null : EntryBatch.parse(Family.NODE, row, NodeRow.parser());
    }

    /** Whether rows may name the node: it is in the map and has not left. */
    boolean isMember(NodeId id) {
        NodeRow node = find(id);
        return node != null && !isRemoved(node);
    }

    boolean isLost(NodeId id) {
        NodeRow node = find(id);
        return node != null && is(node, NodeState.LOST);
    }

    static boolean isRemoved(NodeRow node) {
        return node.getState().equals(NodeState.REMOVED.name());
    }
}
