package flare.admin;

import java.util.List;

/**
 * The JSON of {@code POST /admin/reclaim}.
 *
 * @param complete whether nothing reclaimable is left on any data node
 * @param copiesDeleted copies of deleted or replaced objects
 * @param orphansDeleted copies that nothing referred to
 * @param left what could not be reclaimed now and why, a sentence each
 */
public record ReclaimResult(boolean complete, long copiesDeleted, long orphansDeleted, List<String> left) {

    public ReclaimResult {
        left = List.copyOf(left);
    }
}
