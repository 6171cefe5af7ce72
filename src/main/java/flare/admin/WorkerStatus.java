package flare.admin;

import org.jspecify.annotations.Nullable;

/**
 * Progress of one background worker.
 *
 * @param name such as heal or reclaim
 * @param state busy, idle, or what stops it
 * @param done items handled since this process began to lead
 * @param left items known to be left, -1 when unknown
 * @param perSecond items handled a second of late
 * @param estimatedEnd ISO time, or null when unknown
 */
public record WorkerStatus(
        String name,
        String state,
        long done,
        long left,
        double perSecond,
        @Nullable String estimatedEnd) {}
