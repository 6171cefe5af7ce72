package flare.admin;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** The disks of data nodes: those that share one count it once. Nodes of which nothing was heard are left out. */
final class Volumes {

    /** @param nodes on it */
    record Volume(long totalBytes, long freeBytes, long reserveBytes, int nodes) {

        private Volume and(Volume other) {
            return new Volume(
                    Math.max(totalBytes, other.totalBytes),
                    Math.min(freeBytes, other.freeBytes),
                    Math.max(reserveBytes, other.reserveBytes),
                    nodes + other.nodes);
        }
    }

    private final Collection<Volume> all;

    private Volumes(Collection<Volume> all) {
        this.all = all;
    }

    static Volumes of(List<NodeStatus> nodes) {
        Map<String, Volume> volumes = new LinkedHashMap<>();
        for (NodeStatus node : nodes) {
            if (node.totalBytes() >= 0) {
                String told = node.volume();
                String name = told == null || told.isEmpty() ? "node " + node.id() : told;
                Volume volume = new Volume(node.totalBytes(), node.freeBytes(), Math.max(0, node.reserveBytes()), 1);
                volumes.merge(name, volume, Volume::and);
            }
        }
        return new Volumes(volumes.values());
    }

    long sum(ToLongFunction<Volume> figure) {
        return all.stream().mapToLong(figure).sum();
    }

    /**
     * How many bytes fit when each is stored so many times, on different nodes: the most of which the disks can take the
     * copies, where no disk takes more copies of one byte than it has nodes.
     */
    long fits(int copies, ToLongFunction<Volume> room) {
        long fits = 0;
        long tooMany = sum(room) / copies + 1;
        while (tooMany - fits > 1) {
            long middle = fits + (tooMany - fits) / 2;
            if (takes(middle, copies, room)) {
                fits = middle;
            } else {
                tooMany = middle;
            }
        }
        return fits;
    }

    private boolean takes(long bytes, int copies, ToLongFunction<Volume> room) {
        long taken = 0;
        for (Volume volume : all) {
            long free = room.applyAsLong(volume);
            taken += bytes > free / volume.nodes() ? free : bytes * volume.nodes();
        }
        return taken >= bytes * copies;
    }
}
