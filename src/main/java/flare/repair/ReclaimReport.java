package flare.repair;

import java.util.List;

/**
 * What a "reclaim now and wait" achieved.
 *
 * @param freedCopies copies deleted and confirmed
 * @param orphans copies that nothing referred to, found on the way
 * @param remains what is still to be given back, and why, one sentence each; empty: the disks hold what is referenced,
 *     exactly
 */
public record ReclaimReport(long freedCopies, long orphans, List<String> remains) {

    public ReclaimReport {
        remains = List.copyOf(remains);
    }

    public boolean complete() {
        return remains.isEmpty();
    }
}
