package flare.repair;

import flare.config.RepairSettings;
import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.NodeInfo;
import flare.model.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Marks ACTIVE nodes LOST that have not answered this process for the set time, and makes those ACTIVE again that a
 * coordinator had marked and that have been healthy for a while, with one incarnation: on this process's monotonic clock,
 * counted from its own election. Time in which it was stopped counts for no node, nor does time in which most nodes seem
 * gone: then it is rather this process that is cut off. No more than a third of the members is ever marked: the state
 * machine sees to that, and the alarm tells it.
 */
final class LostWatch implements RepairWorker {

    private static final Logger LOG = LoggerFactory.getLogger(LostWatch.class);

    /** So much of a limit may pass between two looks at most; a look comes much sooner. */
    private static final int BLIND_PART = 3;

    private static final int LOOKS_A_LIMIT = 10;

    /**
     * What this process sees of the nodes.
     *
     * @param answers whether the node itself answers: one whose disk failed can still be read, and is an operator's to judge
     * @param healthy whatever its state
     * @param trusted whether it is the one it claims to be
     */
    record Sight(Predicate<NodeId> answers, Predicate<NodeId> healthy, Predicate<NodeId> trusted) {}

    private record Answering(long incarnation, long sinceNanos) {}

    private final Ask ask;
    private final Sight sight;
    private final long lostAfterNanos;
    private final long returnAfterNanos;
    private final Duration look;
    private final LongSupplier nanoTime;
    private final long term;

    /** When each ACTIVE node was last seen, or began to count. */
    private Map<NodeId, Long> seenNanos = new HashMap<>();
    /** LOST nodes that answer. */
    private Map<NodeId, Answering> answering = new HashMap<>();
    /** Why LOST nodes that answer do not return. */
    private final Map<NodeId, String> kept = new TreeMap<>();

    private final List<String> refusals = new ArrayList<>();
    private final Map<NodeId, Long> awayNanos = new TreeMap<>();
    private Optional<String> aloneNote = Optional.empty();
    private long lastLookNanos;
    private long inCompanyNanos;
    private long done;

    LostWatch(Ask ask, Sight sight, RepairSettings settings, LongSupplier nanoTime, long term) {
        this.ask = ask;
        this.sight = sight;
        this.lostAfterNanos = settings.lostAfter().toNanos();
        this.returnAfterNanos = settings.returnAfter().toNanos();
        this.look = Stream.of(
                        settings.interval(),
                        settings.lostAfter().dividedBy(LOOKS_A_LIMIT),
                        settings.returnAfter().dividedBy(LOOKS_A_LIMIT))
                .min(Duration::compareTo)
                .orElseThrow();
        this.nanoTime = nanoTime;
        this.term = term;
        this.lastLookNanos = nanoTime.getAsLong();
        this.inCompanyNanos = lastLookNanos;
    }

    @Override
    public String name() {
        return "lost-watch";
    }

    @Override
    public Step step() {
        List<NodeInfo> nodes = ask.read(new Query.ListNodes()).stream()
                .map(Query.NodeUsage::node)
                .toList();
        long now = nanoTime.getAsLong();
        long unseenNanos = now - lastLookNanos;
        lastLookNanos = now;
        markSilent(in(NodeState.ACTIVE, nodes), now, unseenNanos > lostAfterNanos / BLIND_PART);
        takeBack(in(NodeState.LOST, nodes), now, unseenNanos > returnAfterNanos / BLIND_PART);
        return new Step.Idle(look);
    }

    private static List<NodeInfo> in(NodeState state, List<NodeInfo> nodes) {
        return nodes.stream().filter(node -> node.state() == state).toList();
    }

    private void markSilent(List<NodeInfo> active, long now, boolean wasStopped) {
        refusals.clear();
        awayNanos.clear();
        List<NodeId> away = active.stream()
                .map(NodeInfo::id)
                .filter(node -> !sight.answers().test(node))
                .toList();
        boolean alone = 2 * away.size() > active.size();
        inCompanyNanos = alone ? inCompanyNanos : now;
        aloneNote = alone
                ? Optional.of(away.size() + " of " + active.size()
                        + " nodes do not answer here, rather for the network's sake: none is marked LOST")
                : Optional.empty();
        Map<NodeId, Long> latest = new HashMap<>();
        for (NodeInfo node : active) {
            Long before = seenNanos.get(node.id());
            boolean seen = wasStopped || alone || !away.contains(node.id());
            latest.put(node.id(), before == null || seen ? Long.valueOf(now) : before);
        }
        seenNanos = latest;
        for (NodeId node : away) {
            long awayFor = now - latest.getOrDefault(node, now);
            awayNanos.put(node, awayFor);
            if (awayFor > lostAfterNanos) {
                mark(node, Duration.ofNanos(awayFor));
            }
        }
    }

    private void mark(NodeId node, Duration awayFor) {
        try {
            ask.submit(new Command.MarkLost(node, OptionalLong.of(term)));
            LOG.warn("Node {} is LOST: it has not answered for {}", node, awayFor);
            awayNanos.remove(node);
            done++;
        } catch (FlareException e) {
            if (e.fault() != Fault.CONFLICT) {
                throw e;
            }
            refusals.add("node " + node + " does not answer and is not marked LOST: " + e.getMessage());
        }
    }

    private void takeBack(List<NodeInfo> lost, long now, boolean wasStopped) {
        Map<NodeId, Answering> latest = new HashMap<>();
        for (NodeInfo node : lost) {
            if (!sight.healthy().test(node.id()) || !sight.trusted().test(node.id())) {
                continue;
            }
            Answering before = answering.get(node.id());
            Answering since = before == null || wasStopped || before.incarnation != node.incarnation()
                    ? new Answering(node.incarnation(), now)
                    : before;
            if (now - since.sinceNanos > returnAfterNanos) {
                takeBack(node);
                // Refused, it is asked about again after as long, not at each look: each question is an entry of the
                // log.
                since = new Answering(node.incarnation(), now);
            }
            latest.put(node.id(), since);
        }
        answering = latest;
        kept.keySet().retainAll(latest.keySet());
    }

    private void takeBack(NodeInfo node) {
        try {
            ask.submit(new Command.ReturnNode(node.id(), node.incarnation(), term));
            LOG.info("Node {} answers again and is ACTIVE", node.id());
            kept.remove(node.id());
            done++;
        } catch (FlareException e) {
            if (e.fault() != Fault.CONFLICT) {
                throw e;
            }
            kept.put(node.id(), e.getMessage());
        }
    }

    @Override
    public Tally tally() {
        List<String> notes = new ArrayList<>();
        aloneNote.ifPresent(notes::add);
        awayNanos.forEach((node, nanos) -> notes.add("node " + node + " has not answered for "
                + Duration.ofNanos(nanos).toSeconds() + " s"));
        notes.addAll(kept.values());
        List<String> alarms = new ArrayList<>(refusals);
        aloneNote
                .filter(note -> lastLookNanos - inCompanyNanos > lostAfterNanos)
                .ifPresent(alarms::add);
        return new Tally(
                done,
                awayNanos.size(),
                String.join("; ", notes),
                alarms.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", alarms)));
    }
}
