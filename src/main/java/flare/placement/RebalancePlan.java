package flare.placement;

import flare.config.PlacementSettings.Strategy;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which copies stand on the wrong node. With {@code consistent-hash} a chunk belongs where the map says; with
 * {@code round-robin} fuller nodes give to emptier ones, measured by their shares, which are in proportion to their weights.
 * At most one move a chunk: where more are needed, the chunk is looked at again.
 *
 * <p>Does no I/O. It keeps the fill as moves are taken, so a walk needs one plan for each look at the nodes. Every move of
 * {@code round-robin} brings two nodes nearer to each other, so that the walks come to an end.
 */
public final class RebalancePlan {

    /** Of a share. Two nodes that differ by more are levelled: half of what a node may be off its share in the end. */
    private static final double TOLERANCE = 0.05;

    /**
     * One node that copies may stand on.
     *
     * @param bytes of its copies
     */
    public record Fill(Candidate candidate, long bytes) {}

    /** One copy's way. */
    public record Move(ChunkRecord chunk, NodeId from, NodeId to) {}

    private final Strategy strategy;
    private final PlacementMap home;
    private final Map<NodeId, Fill> nodes = new HashMap<>();
    private final Map<NodeId, Long> bytes = new HashMap<>();
    private final double bytesPerWeight;

    /** @param fills of all ACTIVE nodes; one that is not usable just now keeps its share, and takes nothing */
    public RebalancePlan(Strategy strategy, List<Fill> fills) {
        this.strategy = strategy;
        // Where a chunk belongs does not depend on who is well at the moment.
        this.home = new PlacementMap(fills.stream()
                .map(Fill::candidate)
                .map(node -> new Candidate(node.node(), node.zone(), node.weight(), true))
                .toList());
        double weights =
                fills.stream().mapToDouble(fill -> fill.candidate().weight()).sum();
        this.bytesPerWeight = fills.stream().mapToDouble(Fill::bytes).sum() / weights;
        for (Fill fill : fills) {
            nodes.put(fill.candidate().node(), fill);
            bytes.put(fill.candidate().node(), fill.bytes());
        }
    }

    /** Bytes that the node should have. */
    public long shareBytes(NodeId node) {
        return (long) share(fill(node).candidate());
    }

    /** About how many copies have to be moved: those that stand above their nodes' shares. */
    public long surplusCopies(long copies) {
        double surplus = nodes.values().stream()
                .map(Fill::candidate)
                .mapToDouble(node -> Math.max(0, bytes.getOrDefault(node.node(), 0L) - share(node)))
                .sum();
        return surplus > 0
                ? (long) Math.ceil(surplus
                        / bytes.values().stream().mapToLong(Long::longValue).sum()
                        * copies)
                : 0;
    }

    /** Why a walk that found no move may not have been the last; empty if all nodes can take copies. */
    public Optional<String> obstacle() {
        return home.usable().stream()
                .map(Candidate::node)
                .filter(node -> !isUsable(node))
                .findFirst()
                .map(node -> "node " + node + " takes no copies now");
    }

    /** Empty if the chunk stands well, or stands on a node that is none of the plan's: others take care of that. */
    public Optional<Move> move(ChunkRecord chunk) {
        if (!nodes.keySet().containsAll(chunk.nodes())) {
            return Optional.empty();
        }
        Optional<Move> move = switch (strategy) {
            case CONSISTENT_HASH -> homewards(chunk);
            case ROUND_ROBIN -> level(chunk);
        };
        move.ifPresent(taken -> {
            bytes.merge(taken.from(), -chunk.length(), Long::sum);
            bytes.merge(taken.to(), chunk.length(), Long::sum);
        });
        return move;
    }

    private Optional<Move> homewards(ChunkRecord chunk) {
        Set<NodeId> away = new HashSet<>(chunk.nodes());
        List<NodeId> missing = new ArrayList<>();
        for (NodeId node :
                Rendezvous.replicas(chunk.id(), Wanted.of(chunk.nodes().size(), Set.of()), home)) {
            if (!away.remove(node) && isUsable(node)) {
                missing.add(node);
            }
        }
        // Within a zone first: then the zones' spread is never worse on the way than it was.
        return missing.stream()
                .flatMap(to -> away.stream().map(from -> new Move(chunk, from, to)))
                .min(Comparator.<Move, Boolean>comparing(move -> !inOneZone(move))
                        .thenComparing(Move::to)
                        .thenComparing(Move::from));
    }

    private Optional<Move> level(ChunkRecord chunk) {
        Map<String, Integer> zones = new HashMap<>();
        chunk.nodes().forEach(node -> zones.merge(zone(node), 1, Integer::sum));
        return chunk.nodes().stream()
                .flatMap(from -> nodes.keySet().stream().map(to -> new Move(chunk, from, to)))
                .filter(move -> !chunk.nodes().contains(move.to()) && isUsable(move.to()))
                .filter(move -> levels(move) && keepsSpread(move, zones))
                .max(Comparator.<Move>comparingDouble(move -> fullness(move.from(), 0) - fullness(move.to(), 0))
                        .thenComparing(Move::to, Comparator.reverseOrder())
                        .thenComparing(Move::from, Comparator.reverseOrder()));
    }

    /**
     * Whether the one is fuller than the other by more than the tolerance, and is not emptier than it afterwards. They are
     * compared with each other and not with their shares, which zones may put out of reach.
     */
    private boolean levels(Move move) {
        long length = move.chunk().length();
        return fullness(move.from(), 0) - fullness(move.to(), 0) > TOLERANCE
                && fullness(move.from(), -length) >= fullness(move.to(), length);
    }

    /** Bytes, and some more, as a part of the node's share. */
    private double fullness(NodeId node, long more) {
        return (bytes.getOrDefault(node, 0L) + more) / share(fill(node).candidate());
    }

    private boolean keepsSpread(Move move, Map<String, Integer> zones) {
        return inOneZone(move)
                || zones.getOrDefault(zone(move.to()), 0) + 1 <= zones.getOrDefault(zone(move.from()), 0);
    }

    private boolean inOneZone(Move move) {
        return zone(move.from()).equals(zone(move.to()));
    }

    private String zone(NodeId node) {
        return fill(node).candidate().zone();
    }

    private boolean isUsable(NodeId node) {
        return fill(node).candidate().usable();
    }

    private double share(Candidate node) {
        return node.weight() * bytesPerWeight;
    }

    private Fill fill(NodeId node) {
        Fill fill = nodes.get(node);
        if (fill == null) {
            throw new IllegalArgumentException("node " + node + " is none of the plan's");
        }
        return fill;
    }
}
