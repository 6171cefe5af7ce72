package flare.admin;

import flare.model.NodeId;

/**
 * What probes of a data node say.
 *
 * @param usable may take new copies
 * @param reason why not; empty when usable
 * @param freeBytes of its disk, -1 when not heard yet
 * @param totalBytes of its disk, -1 when not heard yet
 */
public record NodeHealth(NodeId node, boolean usable, String reason, long freeBytes, long totalBytes) {}
