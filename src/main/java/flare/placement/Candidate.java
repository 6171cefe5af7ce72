package flare.placement;

import flare.model.NodeId;

/**
 * A node as placement sees it.
 *
 * @param usable healthy, ACTIVE, and not full: may take new copies
 */
public record Candidate(NodeId node, String zone, double weight, boolean usable) {}
