package flare.admin;

import flare.model.NodeId;

/**
 * What probes of a data node say.
 *
 * @param usable may take new copies
 * @param reason why not; empty when usable
 * @param freeBytes of its disk, -1 when not heard yet
 * @param totalBytes of its disk, -1 when not heard yet
 * @param reserveBytes of the free ones, no new copy may take; -1 when not heard yet
 * @param trashBytes of deleted copies that are still there, -1 when not heard yet
 * @param volume the file system: nodes that name the same one share it; empty where that is not known
 */
public record NodeHealth(
        NodeId node,
        boolean usable,
        String reason,
        long freeBytes,
        long totalBytes,
        long reserveBytes,
        long trashBytes,
        String volume) {}
