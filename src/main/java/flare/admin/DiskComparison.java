package flare.admin;

import flare.metadata.Referent;
import flare.repair.DiskReport;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A line of the JSON of {@code POST /admin/fsck/disks}: how far the comparison is, and on the last line what it came to.
 *
 * @param finished whether this is the last line, and the comparison reached its end
 * @param error why it did not
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
 * @param notAsked nodes of which not all was looked at, and why; last line only, as what follows
 * @param first findings, a sentence each
 * @param damaged the first versions and parts that have bytes in lost chunks
 */
public record DiskComparison(
        boolean finished,
        @Nullable String error,
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
        List<Damaged> damaged) {

    public DiskComparison {
        notAsked = List.copyOf(notAsked);
        first = List.copyOf(first);
        damaged = List.copyOf(damaged);
    }

    /**
     * @param version of the object; null for a part
     * @param newest whether it is what the key alone stands for
     * @param upload that is open; null for a version
     * @param part its number; 0 for a version
     */
    public record Damaged(
            String bucket,
            String key,
            @Nullable String version,
            boolean newest,
            @Nullable String upload,
            int part) {

        static Damaged of(Referent referent) {
            if (referent instanceof Referent.Version of) {
                return new Damaged(
                        of.bucket().value(), of.key().toString(), of.version().toString(), of.newest(), null, 0);
            }
            Referent.Part of = (Referent.Part) referent;
            return new Damaged(
                    of.bucket().value(),
                    of.key().toString(),
                    null,
                    false,
                    of.upload().toString(),
                    of.number());
        }
    }

    static DiskComparison soFar(DiskReport report) {
        return of(report, false, null, List.of(), List.of(), List.of());
    }

    static DiskComparison finished(DiskReport report) {
        return of(
                report,
                true,
                null,
                report.notAsked(),
                report.first(),
                report.damaged().stream().map(Damaged::of).toList());
    }

    static DiskComparison failed(DiskReport report, String error) {
        return of(report, false, error, report.notAsked(), report.first(), List.of());
    }

    private static DiskComparison of(
            DiskReport report,
            boolean finished,
            @Nullable String error,
            List<String> notAsked,
            List<String> first,
            List<Damaged> damaged) {
        return new DiskComparison(
                finished,
                error,
                report.chunks(),
                report.ofChunks(),
                report.copies(),
                report.onDisks(),
                report.inFlight(),
                report.missing(),
                report.lost(),
                report.doubtful(),
                report.orphans(),
                report.unlocated(),
                report.foreign(),
                notAsked,
                first,
                damaged);
    }

    /** Whether all nodes were asked for all they have. */
    public boolean coversAll() {
        return notAsked.isEmpty();
    }

    /** Whether copies are not where they should be, or are what no cluster should have. Orphans wait for their sweep. */
    public boolean findsDamage() {
        return missing > 0 || lost > 0 || foreign > 0;
    }
}
