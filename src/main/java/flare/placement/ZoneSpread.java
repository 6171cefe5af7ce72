package flare.placement;

import flare.model.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Picks distinct nodes by preference, spread over zones: each next copy goes to a zone with the fewest copies so far.
 * Excluded nodes count for their zones, so that a copy made by repair avoids the zones that hold one. Does no I/O; O(copies x
 * nodes), no sort.
 */
final class ZoneSpread {

    private ZoneSpread() {}

    /** @param preference of each of {@code map.usable()}, higher first */
    static List<NodeId> choose(PlacementMap map, double[] preference, Wanted wanted) {
        List<Candidate> usable = map.usable();
        int[] zoneCounts = map.zoneCounts(wanted.excluded());
        boolean[] taken = new boolean[usable.size()];
        boolean[] last = new boolean[usable.size()];
        for (int i = 0; i < taken.length; i++) {
            NodeId node = usable.get(i).node();
            taken[i] = wanted.excluded().contains(node);
            last[i] = wanted.lastOfZone().test(node);
        }
        List<NodeId> chosen = new ArrayList<>(wanted.copies());
        while (chosen.size() < wanted.copies()) {
            int best = -1;
            for (int i = 0; i < taken.length; i++) {
                if (!taken[i]) {
                    best = best < 0 ? i : better(map, zoneCounts, last, preference, best, i);
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

    private static int better(PlacementMap map, int[] zoneCounts, boolean[] last, double[] preference, int a, int b) {
        int inZoneOfA = zoneCounts[map.zoneOfUsable(a)];
        int inZoneOfB = zoneCounts[map.zoneOfUsable(b)];
        if (inZoneOfA != inZoneOfB) {
            return inZoneOfA < inZoneOfB ? a : b;
        }
        if (last[a] != last[b]) {
            return last[a] ? b : a;
        }
        // A tie goes to the lower node id.
        return preference[b] > preference[a] ? b : a;
    }
}
