package flare.metadata;

import java.time.Clock;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * The time under which a leader puts its entries: the median of the members' clocks, its own among them, so that one clock
 * that is wrong moves the log's time nowhere. Those of others are known from what they propose, as each process does at least
 * when it renews its session, and kept against this process's monotonic clock: a jump of its own changes nothing of theirs.
 *
 * <p>While fewer than a majority are known, the log's time stands still; and of an even number the earlier of the middle two
 * counts. Time that is late delays what expires; time that is early would expire it. Thread-safe.
 */
final class LogClock {

    private final long own;
    private final Clock clock;
    private final LongSupplier nanoTime;
    /** How far each other member's clock is ahead of the monotonic one, as last heard. */
    private final Map<Long, Long> aheadMillis = new ConcurrentHashMap<>();

    LogClock(long own, Clock clock, LongSupplier nanoTime) {
        this.own = own;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /** This process's clock, for its proposals. */
    long ownMillis() {
        return clock.millis();
    }

    /**
     * @param member as {@link ProposerId} names it
     * @param theirMillis the proposer's clock, when it proposed what has just come; 0 from one that tells none
     */
    void heard(long member, long theirMillis) {
        if (theirMillis != 0) {
            aheadMillis.put(member, theirMillis - monotonicMillis());
        }
    }

    /**
     * @param members whose clocks count, this process's own among them or not
     * @param logMillis the log's time so far; a group that has none yet begins with the clock of its first leader
     */
    long stampMillis(Collection<Long> members, long logMillis) {
        long now = monotonicMillis();
        long[] known = members.stream()
                .flatMapToLong(member -> member == own ? LongStream.of(clock.millis() - now) : ahead(member))
                .sorted()
                .toArray();
        if (2 * known.length <= members.size()) {
            return logMillis == 0 ? clock.millis() : logMillis;
        }
        return now + known[(known.length - 1) / 2];
    }

    private LongStream ahead(long member) {
        Long ahead = aheadMillis.get(member);
        return ahead == null ? LongStream.empty() : LongStream.of(ahead);
    }

    private long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong());
    }
}
