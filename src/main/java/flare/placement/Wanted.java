package flare.placement;

import flare.model.NodeId;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What a chunk is to be given.
 *
 * @param excluded nodes that get none of the copies
 * @param lastOfZone nodes that get one only if no other of their zone can; asked once for each node
 */
record Wanted(int copies, Set<NodeId> excluded, Predicate<NodeId> lastOfZone) {

    static Wanted of(int copies, Set<NodeId> excluded) {
        return new Wanted(copies, excluded, node -> false);
    }
}
