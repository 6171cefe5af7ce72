package flare.admin;

import flare.metadata.Query;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of {@code GET /admin/space}.
 *
 * @param buckets a page of them, by name; their bytes are 0 while {@code totals} are not counted
 * @param next what to pass as {@code after} for the next page; null on the last
 * @param waiting why space is not back yet, a sentence each
 */
public record SpaceStatus(
        SpaceTotals totals,
        List<NodeSpace> nodes,
        List<BucketSpace> buckets,
        @Nullable String next,
        List<String> waiting) {

    public SpaceStatus {
        nodes = List.copyOf(nodes);
        buckets = List.copyOf(buckets);
        waiting = List.copyOf(waiting);
    }

    /**
     * @param copyBytes of the copies it has by record
     * @param freedCopies that wait to be deleted
     * @param freedBytes of these, as far as that is known
     * @param trashBytes of deleted copies that are still there; this, the free and the total ones -1 when not heard yet
     */
    public record NodeSpace(
            int id,
            long copyBytes,
            long freedCopies,
            long freedBytes,
            long trashBytes,
            long freeBytes,
            long totalBytes) {}

    /**
     * @param objects as readers see them: their newest versions
     * @param olderVersions and delete markers
     * @param uploads open ones
     */
    public record BucketSpace(
            String name,
            String owner,
            long objects,
            long bytes,
            long olderVersions,
            long olderBytes,
            long uploads,
            long uploadBytes) {

        static BucketSpace of(Query.BucketSpace bucket) {
            return new BucketSpace(
                    bucket.name().value(),
                    bucket.owner(),
                    bucket.objects(),
                    bucket.bytes(),
                    bucket.olderVersions(),
                    bucket.olderBytes(),
                    bucket.uploads(),
                    bucket.uploadBytes());
        }
    }
}
