package flare.cluster;

import flare.cluster.NodeView.Health;
import flare.config.HealthSettings;
import flare.model.NodeInfo;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Probes one data node, one probe at a time, and tells its parent what it finds. So many failures in a row make the node
 * unhealthy, so many successes healthy again; another node's identity, an older incarnation or a failed disk make it
 * unhealthy at once, since waiting for a second word could only place more copies wrongly.
 */
final class HealthActor extends AbstractBehavior<HealthActor.Command> {

    sealed interface Command {}

    /** The node's entry in the node map, as now recorded. */
    record NodeChanged(NodeInfo node) implements Command {}

    private enum Tick implements Command {
        PROBE
    }

    private record Answered(
            long round, @Nullable Probe probe, @Nullable Throwable failure) implements Command {}

    private record TimedOut(long round) implements Command {}

    /**
     * What the parent hears after each probe.
     *
     * @param answers the node itself, however bad the answer; as lasting as its health
     */
    record Finding(Health health, boolean answers, boolean full, String reason, Room room) {
        static final Finding NONE = new Finding(Health.UNKNOWN, false, false, "not probed yet", Room.UNKNOWN);
    }

    private final TimerScheduler<Command> timers;
    private final Prober prober;
    private final HealthSettings settings;
    private final ActorRef<NodeMapActor.Command> parent;

    private NodeInfo node;
    private Finding finding = Finding.NONE;
    private long round;
    private boolean waiting;
    private int failuresInARow;
    private int successesInARow;

    private HealthActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            NodeInfo node,
            Prober prober,
            HealthSettings settings,
            ActorRef<NodeMapActor.Command> parent) {
        super(context);
        this.timers = timers;
        this.node = node;
        this.prober = prober;
        this.settings = settings;
        this.parent = parent;
        // Also after a restart by supervision: what was found before it may no longer be so.
        parent.tell(new NodeMapActor.Found(node.id(), finding));
        timers.startTimerWithFixedDelay(Tick.PROBE, Tick.PROBE, Duration.ZERO, settings.interval());
    }

    static Behavior<Command> create(
            NodeInfo node, Prober prober, HealthSettings settings, ActorRef<NodeMapActor.Command> parent) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new HealthActor(context, timers, node, prober, settings, parent)));
    }

    @Override
    public Receive<Command> createReceive() {
        return newReceiveBuilder()
                .onMessage(Tick.class, tick -> probe())
                .onMessage(Answered.class, this::answered)
                .onMessage(TimedOut.class, this::timedOut)
                .onMessage(NodeChanged.class, this::nodeChanged)
                .build();
    }

    private Behavior<Command> probe() {
        if (waiting) {
            return this;
        }
        waiting = true;
        long asked = ++round;
        timers.startSingleTimer("timeout", new TimedOut(asked), settings.timeout());
        getContext().pipeToSelf(ask(), (probe, failure) -> new Answered(asked, probe, failure));
        return this;
    }

    private CompletionStage<Probe> ask() {
        try {
            return prober.probe(node);
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private Behavior<Command> answered(Answered answered) {
        if (!waiting || answered.round() != round) {
            return this;
        }
        endRound();
        Probe probe = answered.probe();
        if (probe == null) {
            failed("gave no answer at " + node.url() + ": " + said(answered.failure()));
        } else {
            heard(probe);
        }
        return this;
    }

    private static String said(@Nullable Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    }

    private Behavior<Command> timedOut(TimedOut timedOut) {
        if (waiting && timedOut.round() == round) {
            endRound();
            failed("gave no answer at " + node.url() + " within " + settings.timeout());
        }
        return this;
    }

    private void endRound() {
        waiting = false;
        timers.cancel("timeout");
    }

    private Behavior<Command> nodeChanged(NodeChanged changed) {
        if (!changed.node().url().equals(node.url())) {
            // What was heard at the old address says nothing of the new one.
            endRound();
            round++;
        }
        node = changed.node();
        return this;
    }

    private void heard(Probe probe) {
        if (!probe.uuid().equals(node.uuid())) {
            refused(
                    probe,
                    false,
                    "another node, " + probe.uuid() + ", answers at " + node.url() + " instead of " + node.uuid());
        } else if (probe.incarnation() < node.incarnation()) {
            refused(
                    probe,
                    true,
                    "restored disk: incarnation " + probe.incarnation() + " is below the recorded "
                            + node.incarnation());
        } else if (probe.disk() == Probe.Disk.FAILED) {
            refused(probe, true, "its disk failed");
        } else {
            succeeded(probe);
        }
    }

    private void refused(Probe probe, boolean itself, String reason) {
        successesInARow = 0;
        failuresInARow = settings.failures();
        find(new Finding(Health.UNHEALTHY, itself, false, reason, probe.room()));
    }

    private void succeeded(Probe probe) {
        failuresInARow = 0;
        successesInARow++;
        boolean full = probe.disk() == Probe.Disk.FULL;
        boolean healthy = finding.health() != Health.UNHEALTHY || successesInARow >= settings.successes();
        String reason = !healthy ? finding.reason() : full ? "full" : "";
        find(new Finding(healthy ? Health.HEALTHY : Health.UNHEALTHY, true, full, reason, probe.room()));
    }

    private void failed(String reason) {
        successesInARow = 0;
        failuresInARow++;
        if (failuresInARow >= settings.failures()) {
            find(new Finding(Health.UNHEALTHY, false, finding.full(), reason, finding.room()));
        } else if (finding.health() == Health.UNKNOWN) {
            find(new Finding(Health.UNKNOWN, false, false, reason, finding.room()));
        }
    }

    private void find(Finding latest) {
        if (latest.health() != finding.health()) {
            getContext()
                    .getLog()
                    .info(
                            "Node {} is {}{}",
                            node.id(),
                            latest.health(),
                            latest.reason().isEmpty() ? "" : ": " + latest.reason());
        }
        finding = latest;
        parent.tell(new NodeMapActor.Found(node.id(), latest));
    }
}
