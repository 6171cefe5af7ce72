package flare.admin;

import org.jspecify.annotations.Nullable;

/**
 * Progress of one background worker.
 *
 * @param name such as heal or reclaim
 * @param state busy, idle, done, failing, or stopped in a process that does not lead
 * @param done items handled since this process began to lead
 * @param left items known to be left, -1 when unknown
 * @param perSecond items handled a second of late
 * @param secondsLeft at that rate; null when unknown
 * @param note what it is at or waits for, or its last failure; may be empty
 * @param alarm what an operator must look at, or null
 */
public record WorkerStatus(
        String name,
        String state,
        long done,
        long left,
        double perSecond,
        @Nullable Long secondsLeft,
        String note,
        @Nullable String alarm) {}
