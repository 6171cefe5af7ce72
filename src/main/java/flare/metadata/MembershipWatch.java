package flare.metadata;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
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
        /** Its process must become a member first, should it end before it is one. */
        void joining() throws IOException;

        void joined() throws IOException;

        void removed();

        /** It stopped by itself, and is a member still. */
        void broken();
    }

    private static final Logger log = LoggerFactory.getLogger(MembershipWatch.class);
    private static final Duration PERIOD = Duration.ofMillis(500);
    private static final int SILENT_PERIODS = 10;
    /** For a leader to be there that knows why the peer ended. */
    private static final Duration ENDED_LIMIT = Duration.ofSeconds(5);

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
            }
            silent = own.hasLeader.getAsBoolean() ? 0 : silent + 1;
            if (silent >= SILENT_PERIODS) {
                silent = 0;
                askWhatBecame();
            }
        } catch (IOException | RuntimeException e) {
            log.warn("looking for the members of the metadata log failed, trying again: {}", e.toString());
        }
    }

    private void join() throws IOException {
        // This peer's own log names it from the start, since Ratis starts no listener otherwise.
        if (group.joinAsListener(own.peer)) {
            joining = false;
            log.info("{} follows the metadata log; 'flare raft add' makes it a voter", own.peer.getId());
            events.joined();
        }
    }

    private void askWhatBecame() throws IOException {
        Optional<GroupView> told = leadersView();
        if (told.isEmpty()) {
            return;
        }
        String id = own.peer.getId().toString();
        if (!told.get().contains(id)) {
            if (!joining) {
                events.removed();
            }
        } else if (told.get().listenerIds().contains(id) && !told.get().leaderSendsTo(id)) {
            // One that joined in its term was lost, and all of those with it. Without a vote, going and coming is safe.
            log.warn("the leader has stopped sending the metadata log to {}: it leaves and joins again", id);
            events.joining();
            joining = true;
            group.leaveAsListener(told.get(), own.peer);
        }
    }

    /** Ratis closed the peer. It does so with one that was removed, and at any failure of its own. */
    void ended() {
        timer.execute(() -> {
            boolean removed;
            try {
                removed = !own.isMember.getAsBoolean() || wasRemoved();
            } catch (IOException | RuntimeException e) {
                log.warn("whether this peer was removed is not known: {}", e.toString());
                removed = false;
            }
            if (removed) {
                events.removed();
            } else {
                events.broken();
            }
        });
    }

    /** A voter ends at its next pre-vote, and may not have heard of the entry that removed it. */
    private boolean wasRemoved() throws IOException {
        long deadline = System.nanoTime() + ENDED_LIMIT.toNanos();
        while (true) {
            Optional<GroupView> told = leadersView();
            if (told.isPresent()) {
                return !told.get().contains(own.peer.getId().toString());
            }
            if (System.nanoTime() > deadline) {
                return false;
            }
            GroupAdmin.pause();
        }
    }

    /** Only a leader of this term or a later one knows: one that was cut off may know less than this peer. */
    private Optional<GroupView> leadersView() {
        return Optional.of(group.look())
                .filter(view -> view.leader().isPresent()
                        && GroupView.leaderTerm(view.requireLeaderInfo()) >= own.term.getAsLong());
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
