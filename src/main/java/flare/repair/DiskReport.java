package flare.repair;

import flare.metadata.Referent;
import java.util.List;

/**
 * What a comparison of the records with the disks came to, so far or in the end.
 *
 * @param chunks looked at
 * @param ofChunks recorded when it began
 * @param copies recorded of them
 * @param onDisks copies met on disks
 * @param inFlight those of them whose upload's outcome is not known yet
 * @param missing recorded copies that their node does not have, or not whole
 * @param lost chunks of which no recorded copy is left
 * @param doubtful chunks none of whose copies was seen, while not all of their nodes could be asked
 * @param orphans copies on disks that nothing refers to
 * @param unlocated copies on disks of chunks that are counted on, whose records do not name the node
 * @param foreign copies on disks of sessions that were never issued
 * @param notAsked nodes of which not all was looked at, and why
 * @param first findings, a sentence each
 * @param damaged what refers to lost chunks; known at the end
 */
public record DiskReport(
        long chunks,
        long ofChunks,
        long copies,
        long onDisks,
        long inFlight,
        long missing,
        long lost,
        long doubtful,
        long orphans,
        long unlocated,
        long foreign,
        List<String> notAsked,
        List<String> first,
        List<Referent> damaged) {

    public DiskReport {
        notAsked = List.copyOf(notAsked);
        first = List.copyOf(first);
        damaged = List.copyOf(damaged);
    }
}
