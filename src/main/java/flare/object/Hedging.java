package flare.object;

import flare.model.NodeId;
import flare.placement.NodePace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Cancellable;

/**
 * When a read asks a second copy because the first is slow, and which it asks first (Dean and Barroso, "The Tail at Scale",
 * 2013: hedged requests). The second is asked when the first has taken longer than nearly all reads of the second
 * do; what a node that is always slow does to the figures of its own thus never matters. Thread-safe.
 */
final class Hedging {

    private static final int COST = 100;
    /** Hedges that may come at once. */
    private static final int MOST_SAVED = 10 * COST;

    private final ObjectEnvironment environment;
    private final ObjectMetrics metrics;
    private final NodePace pace;
    private final long leastNanos;
    private final int income;
    private final ReadWaits waits = new ReadWaits();
    private final AtomicInteger saved = new AtomicInteger(MOST_SAVED);

    Hedging(ObjectEnvironment environment, ObjectMetrics metrics) {
        this.environment = environment;
        this.metrics = metrics;
        this.pace = environment.readPace();
        this.leastNanos = environment.settings().readHedgeAfter().toNanos();
        this.income = environment.settings().readHedgePercent();
    }

    private enum Rank {
        /** A node that lagged, whose turn it is to show whether it still does. */
        TRIAL,
        LOCAL,
        REMOTE,
        LAGS,
        SILENT
    }

    /** The order to try copies in; within a rank as given. */
    List<NodeId> order(List<NodeId> nodes) {
        var ranks = nodes.stream().collect(Collectors.toMap(Function.identity(), this::rank));
        List<NodeId> order = new ArrayList<>(nodes);
        order.sort(Comparator.comparing(ranks::get));
        return order;
    }

    private Rank rank(NodeId node) {
        if (environment.silent().test(node)) {
            return Rank.SILENT;
        }
        if (pace.lags(node)) {
            return pace.passesOver(node) ? Rank.LAGS : Rank.TRIAL;
        }
        return environment.dataNodes().isLocal(node) ? Rank.LOCAL : Rank.REMOTE;
    }

    /** A part of a chunk is about to be read: each earns a share of a hedge. */
    void begun() {
        if (saved.get() < MOST_SAVED) {
            saved.addAndGet(income);
        }
    }

    /** How long to wait for a copy before {@code next} is asked. */
    long patienceNanos(NodeId next) {
        return income == 0 ? Long.MAX_VALUE : Math.max(leastNanos, waits.highNanos(next));
    }

    /** Whether one more may be asked now. */
    boolean isGranted() {
        boolean granted = saved.getAndUpdate(now -> now >= COST ? now - COST : now) >= COST;
        metrics.hedged(granted ? "asked" : "refused");
        return granted;
    }

    /** Runs the act after a time, unless it is cancelled. */
    Cancellable after(long delayNanos, Runnable act) {
        ActorSystem system = environment.materializer().system();
        return system.scheduler().scheduleOnce(Duration.ofNanos(delayNanos), act, system.dispatcher());
    }

    void waited(NodeId node, long forNanos) {
        waits.add(node, forNanos);
    }

    void ended(NodeId node, boolean late) {
        pace.transferred(node, late);
    }

    long nanos() {
        return environment.nanos().getAsLong();
    }
}
