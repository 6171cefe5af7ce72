package flare.placement;

import flare.model.NodeId;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which data nodes keep up with their siblings, as this process's own transfers show it: each says of its node whether it
 * was late. A node that was late in half of its last ones lags, and is passed over wherever others can do the work, but for
 * a trial now and then, which become rarer while they fail. Thread-safe.
 *
 * <p>Health says whether a node answers at all; a node behind a bad line answers each probe, and holds up every client.
 */
public final class NodePace {

    private static final Logger LOG = LoggerFactory.getLogger(NodePace.class);

    /** As many as an {@code int} remembers in one of its bytes. */
    private static final int WINDOW = 8;

    private static final int LATE_ONES = WINDOW / 2;
    private static final long FIRST_PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long LAST_PAUSE_NANOS = Duration.ofSeconds(64).toNanos();

    private final String transfers;
    private final LongSupplier nanos;
    private final Map<NodeId, Track> tracks = new ConcurrentHashMap<>();

    /**
     * @param transfers what they are, for the log: "reads"
     * @param nanos a monotonic clock, as {@link System#nanoTime}
     */
    public NodePace(String transfers, LongSupplier nanos) {
        this.transfers = transfers;
        this.nanos = nanos;
    }

    private final class Track {
        private final NodeId node;
        /** The last transfers, the latest in the lowest bit; set for those that were late. */
        private volatile int late;

        private volatile boolean lags;
        private long pauseNanos = FIRST_PAUSE_NANOS;
        private long trialNanos;

        Track(NodeId node) {
            this.node = node;
        }

        synchronized void add(boolean wasLate) {
            late = (late << 1 | (wasLate ? 1 : 0)) & ((1 << WINDOW) - 1);
            boolean lagsNow = Integer.bitCount(late) >= LATE_ONES;
            if (lagsNow != lags) {
                LOG.info(
                        lagsNow
                                ? "Node {} lags in {}: it is passed over where other nodes can serve"
                                : "Node {} keeps up in {} again",
                        node,
                        transfers);
            }
            if (!wasLate || !lags) {
                pauseNanos = FIRST_PAUSE_NANOS;
                trialNanos = wasLate ? nanos.getAsLong() + pauseNanos : nanos.getAsLong();
            }
            lags = lagsNow;
        }

        synchronized boolean isTried() {
            long now = nanos.getAsLong();
            if (now - trialNanos < 0) {
                return false;
            }
            pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
            trialNanos = now + pauseNanos;
            return true;
        }
    }

    /** A transfer with the node ended, or was found to be late before it did. */
    public void transferred(NodeId node, boolean late) {
        Track track = tracks.get(node);
        if (track == null) {
            if (!late) {
                return;
            }
            track = tracks.computeIfAbsent(node, Track::new);
        }
        if (late || track.late != 0) {
            track.add(late);
        }
    }

    public boolean lags(NodeId node) {
        Track track = tracks.get(node);
        return track != null && track.lags;
    }

    /** Whether a transfer should rather go elsewhere. No for a node that lags if it is time to try it: the caller has to. */
    public boolean passesOver(NodeId node) {
        Track track = tracks.get(node);
        return track != null && track.lags && !track.isTried();
    }
}
