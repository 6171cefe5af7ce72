package flare.admin;

import org.jspecify.annotations.Nullable;

/**
 * A data node: its entry in the node map, what it holds by record, and what probes from this process say.
 *
 * @param state active, draining, lost or removed
 * @param usable whether this process would place new copies there
 * @param reason why it is not usable; null when it is
 * @param copies chunks recorded as being there
 * @param bytes of those copies
 * @param freeBytes of its disk, -1 when not heard yet
 * @param totalBytes of its disk, -1 when not heard yet
 * @param reserveBytes of the free ones, no new copy may take; -1 when not heard yet
 * @param trashBytes of deleted copies that are still there, -1 when not heard yet
 * @param volume its disk: nodes that name the same one share it; empty where that is not known
 */
public record NodeStatus(
        int id,
        String uuid,
        String url,
        String zone,
        double weight,
        String state,
        boolean usable,
        @Nullable String reason,
        long copies,
        long bytes,
        long freeBytes,
        long totalBytes,
        long reserveBytes,
        long trashBytes,
        @Nullable String volume) {}
