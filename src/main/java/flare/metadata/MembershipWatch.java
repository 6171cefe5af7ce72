package flare.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.ratis.protocol.RaftPeer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has this process become a member when it joins, and notices when it is none any more: a listener that was removed hears
 * nothing, and would wait for a leader for ever.
 */
final class MembershipWatch implements Closeable {

    /** What the watch asks of, and tells, its peer. */
    record Own(RaftPeer peer, BooleanSupplier isMember, BooleanSupplier hasLeader, LongSupplier term) {}

    /** What becomes of the peer. */
    interface Events {
        void joined() throws IOException;

        void removed();
    }

    private static final Logger log = LoggerFactory.getLogger(MembershipWatch.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int SILENT_PERIODS = 10;

    private final Own own;
    private final GroupAdmin group;
    private final Events events;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "raft-membership");
        thread.setDaemon(true);
        return thread;
    });
    private boolean joining;
    private int silent;

    MembershipWatch(Own own, GroupAdmin group, Events events, boolean joining) {
        this.own = own;
        this.group = group;
        this.events = events;
        this.joining = joining;
    }

    void start() {
        var unused = timer.scheduleWithFixedDelay(this::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            if (joining) {
                join();
            } else {
                silent = own.hasLeader.getAsBoolean() ? 0 : silent + 1;
                if (silent >= SILENT_PERIODS) {
                    silent = 0;
                    askWhetherRemoved();
                }
            }
        } catch (IOException | RuntimeException e) {
            log.warn("looking for the members of the metadata log failed, trying again: {}", e.toString());
        }
    }

    private void join() throws IOException {
        if (!own.isMember.getAsBoolean() || !own.hasLeader.getAsBoolean()) {
            group.joinAsListener(own.peer);
        } else {
            joining = false;
            log.info("{} follows the metadata log; 'flare raft add' makes it a voter", own.peer.getId());
            events.joined();
        }
    }

    /** Only a leader of this term or a later one knows: one that was cut off may know less than this peer. */
    private void askWhetherRemoved() {
        GroupView view = group.look();
        boolean removed = view.leader().isPresent()
                && GroupView.leaderTerm(view.requireLeaderInfo()) >= own.term.getAsLong()
                && !view.contains(own.peer.getId().toString());
        if (removed) {
            events.removed();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
