package flare.admin;

import flare.metadata.Query;
import java.util.List;

/**
 * The space of the whole cluster, in bytes.
 *
 * @param counted whether what is stored has been counted: false for a while after an update, and then its figures are 0
 * @param stored as users see it
 * @param raw as the data nodes' disks see it
 * @param room as users would see it: copies are taken off
 */
public record SpaceTotals(boolean counted, Stored stored, Raw raw, Room room) {

    /**
     * Each byte as often as users stored it.
     *
     * @param objectBytes of the newest versions
     * @param olderBytes of versions that are not their key's newest
     * @param uploadBytes of parts of open uploads
     * @param blobBytes that this needs in blobs; copies of objects share theirs, and small objects have none
     * @param deadBytes of blobs that nothing refers to, and copies of which are still there
     * @param heldBytes of the needed blobs that are in no object or part any more, at least: a slice holds all of its blob
     */
    public record Stored(
            long objectBytes, long olderBytes, long uploadBytes, long blobBytes, long deadBytes, long heldBytes) {

        /** What users stored, in all. */
        long bytes() {
            return objectBytes + olderBytes + uploadBytes;
        }
    }

    /**
     * Nodes that are lost or removed are left out.
     *
     * @param totalBytes of the disks
     * @param freeBytes of the disks
     * @param reserveBytes of the free ones, no new copy may take
     * @param copyBytes of all copies
     * @param freedCopies that wait to be deleted
     * @param freedBytes of these, as far as that is known
     * @param trashBytes of deleted copies that are still there
     * @param unheardNodes that told nothing of their disks yet
     */
    public record Raw(
            long totalBytes,
            long freeBytes,
            long reserveBytes,
            long copyBytes,
            long freedCopies,
            long freedBytes,
            long trashBytes,
            int unheardNodes) {}

    /**
     * With the wanted copies, each on another node: a small node limits what others can take with it.
     *
     * @param totalBytes that empty disks would take
     * @param freeBytes that fit as well as what there is
     */
    public record Room(int copies, long totalBytes, long freeBytes) {}

    static SpaceTotals of(Query.Space space, List<NodeStatus> nodes, int copies) {
        List<NodeStatus> present = nodes.stream()
                .filter(node -> node.state().equals("active") || node.state().equals("draining"))
                .toList();
        Volumes heard = Volumes.of(present);
        Volumes active = Volumes.of(
                present.stream().filter(node -> node.state().equals("active")).toList());
        Volumes usable = Volumes.of(present.stream().filter(NodeStatus::usable).toList());
        return new SpaceTotals(
                space.counted(),
                new Stored(
                        space.bytes(),
                        space.olderBytes(),
                        space.uploadBytes(),
                        space.blobBytes(),
                        space.deadBytes(),
                        space.heldBytes()),
                new Raw(
                        heard.sum(Volumes.Volume::totalBytes),
                        heard.sum(Volumes.Volume::freeBytes),
                        heard.sum(Volumes.Volume::reserveBytes),
                        present.stream().mapToLong(NodeStatus::bytes).sum(),
                        space.freed().stream()
                                .mapToLong(Query.FreedSpace::copies)
                                .sum(),
                        space.freed().stream()
                                .mapToLong(Query.FreedSpace::bytes)
                                .sum(),
                        present.stream()
                                .mapToLong(node -> Math.max(0, node.trashBytes()))
                                .sum(),
                        (int) present.stream()
                                .filter(node -> node.totalBytes() < 0)
                                .count()),
                new Room(
                        copies,
                        active.fits(copies, volume -> volume.totalBytes() - volume.reserveBytes()),
                        usable.fits(copies, volume -> Math.max(0, volume.freeBytes() - volume.reserveBytes()))));
    }
}
