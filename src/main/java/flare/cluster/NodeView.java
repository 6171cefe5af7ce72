package flare.cluster;

import flare.model.NodeInfo;
import flare.model.NodeState;
import flare.placement.Candidate;

/**
 * A data node as this process sees it now: its entry in the node map, and what probes say.
 *
 * @param answers whether it answers as itself, be it that its disk failed
 * @param reason why it is not usable, one sentence; empty when it is
 * @param room as last heard
 */
public record NodeView(NodeInfo node, Health health, boolean answers, boolean full, String reason, Room room) {

    public enum Health {
        /** Not answered yet. */
        UNKNOWN,
        HEALTHY,
        UNHEALTHY
    }

    /** Healthy, ACTIVE and not full: may take new copies. */
    public boolean usable() {
        return health == Health.HEALTHY && node.state() == NodeState.ACTIVE && !full && reason.isEmpty();
    }

    /** Probes get no answer from it: unlike one whose disk failed, it will not even refuse. */
    public boolean isSilent() {
        return health == Health.UNHEALTHY && !answers;
    }

    Candidate candidate() {
        return new Candidate(node.id(), node.zone(), node.weight(), usable());
    }
}
