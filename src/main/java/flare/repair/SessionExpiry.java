package flare.repair;

import flare.config.SessionSettings;
import flare.metadata.Command;
import flare.metadata.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Ends sessions that no renewal was seen of for the set time, on this process's monotonic clock, counted from its own
 * election: no two clocks are ever compared. A renewal is seen as a change of the session's row, whatever time it says.
 */
final class SessionExpiry implements RepairWorker {

    private record Seen(Instant stamp, long atNanos) {}

    private final Ask ask;
    private final SessionSettings settings;
    private final LongSupplier nanoTime;
    private final long term;
    private Map<Long, Seen> seen = new HashMap<>();
    private long lastLookNanos;
    private long expired;
    private int live;

    SessionExpiry(Ask ask, SessionSettings settings, LongSupplier nanoTime, long term) {
        this.ask = ask;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.term = term;
        this.lastLookNanos = nanoTime.getAsLong();
    }

    @Override
    public String name() {
        return "session-expiry";
    }

    @Override
    public Step step() {
        List<Query.SessionInfo> sessions = ask.read(new Query.ListSessions()).live();
        long now = nanoTime.getAsLong();
        // While this process was stopped or without a quorum nobody could renew either: that time counts for no one.
        boolean blind = now - lastLookNanos > settings.expireAfter().toNanos() / 3;
        lastLookNanos = now;
        Map<Long, Seen> latest = new HashMap<>();
        for (Query.SessionInfo session : sessions) {
            Seen before = seen.get(session.id());
            boolean renewed = before == null || !before.stamp().equals(session.lastRenewed());
            Seen last = before == null || renewed || blind ? new Seen(session.lastRenewed(), now) : before;
            latest.put(session.id(), last);
            if (now - last.atNanos() > settings.expireAfter().toNanos()) {
                ask.submit(new Command.ExpireSession(session.id(), term));
                expired++;
            }
        }
        seen = latest;
        live = sessions.size();
        return new Step.Idle(pause());
    }

    private Duration pause() {
        return settings.renewEvery();
    }

    @Override
    public Tally tally() {
        return new Tally(expired, 0, live + " live", Optional.empty());
    }
}
