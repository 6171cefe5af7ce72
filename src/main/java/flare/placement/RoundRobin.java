package flare.placement;

import flare.model.NodeId;
import java.util.List;

/**
 * Takes the usable nodes in turn, by node id: the {@code turn}-th chunk begins at the {@code turn}-th node and its other
 * copies go to the next ones. Pure. Weights play no part; a cluster that needs them chooses {@code consistent-hash}.
 */
final class RoundRobin {

    private RoundRobin() {}

    static List<NodeId> replicas(long turn, Wanted wanted, PlacementMap map) {
        int size = map.usable().size();
        if (size == 0) {
            return List.of();
        }
        int start = (int) Math.floorMod(turn, (long) size);
        double[] preference = new double[size];
        for (int i = 0; i < size; i++) {
            preference[i] = -Math.floorMod(i - start, size);
        }
        return ZoneSpread.choose(map, preference, wanted);
    }
}
