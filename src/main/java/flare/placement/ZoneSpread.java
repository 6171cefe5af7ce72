package flare.placement;

import flare.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Picks distinct nodes by preference, spread over zones: each next copy goes to a zone with the fewest copies so far.
 * Excluded nodes count for their zones, so that a copy made by repair avoids the zones that hold one. Pure; O(copies x
 * nodes), no sort.
 */
final class ZoneSpread {

    private ZoneSpread() {}

    /** @param preference of each of {@code map.usable()}, higher first */
    static List<NodeId> choose(PlacementMap map, double[] preference, int copies, Set<NodeId> excluded) {
        List<Candidate> usable = map.usable();
        int[] zoneCounts = map.zoneCounts(excluded);
        boolean[] taken = new boolean[usable.size()];
        List<NodeId> chosen = new ArrayList<>(copies);
        while (chosen.size() < copies) {
            int best = -1;
            for (int i = 0; i < taken.length; i++) {
                if (!taken[i] && !excluded.contains(usable.get(i).node())) {
                    best = best < 0 ? i : better(map, zoneCounts, preference, best, i);
                }
            }
            if (best < 0) {
                break;
            }
            taken[best] = true;
            zoneCounts[map.zoneOfUsable(best)]++;
            chosen.add(usable.get(best).node());
        }
        return List.copyOf(chosen);
    }

    private static int better(PlacementMap map, int[] zoneCounts, double[] preference, int a, int b) {
        int inZoneOfA = zoneCounts[map.zoneOfUsable(a)];
        int inZoneOfB = zoneCounts[map.zoneOfUsable(b)];
        if (inZoneOfA != inZoneOfB) {
            return inZoneOfA < inZoneOfB ? a : b;
        }
        // A tie goes to the lower node id.
        return preference[b] > preference[a] ? b : a;
    }
}
