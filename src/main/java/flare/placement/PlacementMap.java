package flare.placement;

import flare.model.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The candidates, prepared once for the many chunks placed on them: usable ones in id order, zones as small numbers.
 * Unusable nodes keep their zone here, since a copy that stands on one still counts for the spread.
 */
final class PlacementMap {

    private final List<Candidate> usable = new ArrayList<>();
    private final int[] usableZones;
    private final Map<NodeId, Integer> zoneByNode = new HashMap<>();
    private final int zones;

    PlacementMap(List<Candidate> candidates) {
        Map<String, Integer> numbers = new HashMap<>();
        List<Candidate> ordered = new ArrayList<>(candidates);
        ordered.sort(Comparator.comparing(Candidate::node));
        for (Candidate candidate : ordered) {
            int zone = numbers.computeIfAbsent(candidate.zone(), name -> numbers.size());
            zoneByNode.put(candidate.node(), zone);
            if (candidate.usable()) {
                usable.add(candidate);
            }
        }
        usableZones = usable.stream()
                .mapToInt(candidate -> numbers.getOrDefault(candidate.zone(), 0))
                .toArray();
        zones = numbers.size();
    }

    List<Candidate> usable() {
        return usable;
    }

    int zoneOfUsable(int position) {
        return usableZones[position];
    }

    /** Copies per zone that {@code nodes} already stand for. */
    int[] zoneCounts(Iterable<NodeId> nodes) {
        int[] counts = new int[zones];
        for (NodeId node : nodes) {
            Integer zone = zoneByNode.get(node);
            if (zone != null) {
                counts[zone]++;
            }
        }
        return counts;
    }
}
