package flare.model;

import java.net.URI;
import java.util.Objects;
import java.util.UUID;

/**
 * A data node as the node map records it. The UUID is its identity, the URL an attribute.
 *
 * @param zone failure domain; copies of one chunk prefer distinct zones
 * @param weight share of new chunks relative to other nodes, above 0
 * @param incarnation highest start count the node has been seen with; an older one is a restored disk
 */
public record NodeInfo(NodeId id, UUID uuid, URI url, String zone, double weight, long incarnation, NodeState state) {

    public NodeInfo {
        Objects.requireNonNull(uuid);
        Objects.requireNonNull(url);
        if (!(weight > 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("node weight must be a positive number: " + weight);
        }
    }
}
