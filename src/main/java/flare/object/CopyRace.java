package flare.object;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Which copies of a chunk are done, under way or out, and which of those under way are too late. Pure: told of progress
 * and time, it decides.
 *
 * <p>A copy is too late when it has been more than a set number of bytes behind what a quorum of copies has taken, for a
 * set time without a break, or when a quorum was acknowledged that time ago and it was not. With as many copies as the
 * quorum there is none to be behind of; but whatever their number, a copy is too late as well when it has taken nothing for that time
 * and its node answers nobody. Neither alone is enough: a busy node may miss probes while its copies go on, and a copy stands still
 * when its client does.
 */
final class CopyRace {

    private final int quorum;
    private final long lagLimitBytes;
    private final long lagNanos;
    private final List<Runner> runners = new ArrayList<>();
    private @Nullable Long quorumAtNanos;

    CopyRace(int quorum, long lagLimitBytes, long lagNanos) {
        this.quorum = quorum;
        this.lagLimitBytes = lagLimitBytes;
        this.lagNanos = lagNanos;
    }

    private enum Standing {
        RUNNING,
        GOOD,
        OUT
    }

    private static final class Runner {
        private Standing standing = Standing.RUNNING;
        private long takenBytes;
        private @Nullable Long behindSinceNanos;
        private long lastTakenBytes;
        private @Nullable Long stillSinceNanos;

        boolean isStill(long nowNanos, long forNanos) {
            if (stillSinceNanos == null || takenBytes != lastTakenBytes) {
                lastTakenBytes = takenBytes;
                stillSinceNanos = nowNanos;
            }
            return nowNanos - stillSinceNanos >= forNanos;
        }
    }

    /** Adds a copy; its number counts from 0. */
    int join() {
        runners.add(new Runner());
        return runners.size() - 1;
    }

    void took(int copy, long bytes) {
        runners.get(copy).takenBytes += bytes;
    }

    void good(int copy, long nowNanos) {
        runners.get(copy).standing = Standing.GOOD;
        if (quorumAtNanos == null && goodCopies() >= quorum) {
            quorumAtNanos = nowNanos;
        }
    }

    void out(int copy) {
        runners.get(copy).standing = Standing.OUT;
    }

    boolean isRunning(int copy) {
        return runners.get(copy).standing == Standing.RUNNING;
    }

    boolean isGood(int copy) {
        return runners.get(copy).standing == Standing.GOOD;
    }

    int goodCopies() {
        return count(Standing.GOOD);
    }

    int runningCopies() {
        return count(Standing.RUNNING);
    }

    private int count(Standing standing) {
        return (int)
                runners.stream().filter(runner -> runner.standing == standing).count();
    }

    /**
     * Copies under way that are to be dropped now. Asked again and again; a copy back in the field starts afresh.
     *
     * @param silent whether the copy's node answers nobody
     */
    List<Integer> tooLate(long nowNanos, IntPredicate silent) {
        long quorumBytes = quorumBytes();
        boolean graceOver = quorumAtNanos != null && nowNanos - quorumAtNanos >= lagNanos;
        List<Integer> late = new ArrayList<>();
        for (int copy = 0; copy < runners.size(); copy++) {
            Runner runner = runners.get(copy);
            if (runner.standing != Standing.RUNNING) {
                continue;
            }
            if (quorumBytes - runner.takenBytes <= lagLimitBytes) {
                runner.behindSinceNanos = null;
            } else if (runner.behindSinceNanos == null) {
                runner.behindSinceNanos = nowNanos;
            }
            boolean behind = runner.behindSinceNanos != null && nowNanos - runner.behindSinceNanos >= lagNanos;
            boolean dead = runner.isStill(nowNanos, lagNanos) && silent.test(copy);
            if (behind || graceOver || dead) {
                late.add(copy);
            }
        }
        return late;
    }

    /** What the slowest of the fastest quorum has taken. */
    private long quorumBytes() {
        long[] taken = runners.stream()
                .filter(runner -> runner.standing != Standing.OUT)
                .mapToLong(runner -> runner.takenBytes)
                .sorted()
                .toArray();
        return taken.length < quorum ? 0 : taken[taken.length - quorum];
    }
}
