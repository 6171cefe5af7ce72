package flare.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code GET /admin/status}: the cluster as this process sees it.
 *
 * @param cluster null when it could not be read, as are sessions and counts; {@code problem} then says why
 * @param raft null in a process that keeps chunks only
 * @param space null where counts are
 * @param workers background work; only where the coordinator runs does it move
 * @param certificate null where the object port speaks no TLS
 * @param problem one sentence, or null
 * @param warnings what works and is at risk, a sentence each with the way out
 */
public record Status(
        String version,
        @Nullable Cluster cluster,
        @Nullable Raft raft,
        List<NodeStatus> nodes,
        @Nullable Sessions sessions,
        @Nullable Counts counts,
        @Nullable SpaceTotals space,
        List<WorkerStatus> workers,
        @Nullable CertificateStatus certificate,
        @Nullable String problem,
        @Nullable List<String> warnings) {

    public Status {
        nodes = List.copyOf(nodes);
        workers = List.copyOf(workers);
        warnings = warnings == null ? List.of() : List.copyOf(warnings); // an older server tells none
    }

    /** Identity and replicated choices. */
    public record Cluster(
            String id, int epoch, int featureLevel, int wantedCopies, int chunkBytes, String placementStrategy) {}

    /**
     * This process's view of the metadata log.
     *
     * @param leader peer id, or null when none is known
     * @param leading whether this process leads and is ready to
     * @param sessionLive whether it is registered: only then does it write
     * @param voters members whose majority decides, 0 where that is not known
     */
    public record Raft(
            String peer,
            @Nullable String leader,
            long term,
            boolean leading,
            long appliedIndex,
            long committedIndex,
            boolean sessionLive,
            int voters) {}

    /** @param lowestReadMark copies freed at or after this index wait for a read under way; null without a session */
    public record Sessions(List<Session> live, @Nullable Long lowestReadMark) {}

    public record Session(long id, String process, long writeMark, long readMark, String lastRenewed) {}

    /** Rows of the metadata; large ones are estimates. */
    public record Counts(
            long objects, long blobs, long chunks, long deadBlobs, long freed, long pending, long repairs) {}
}
