package flare.admin;

import java.util.List;

/**
 * The JSON of {@code POST /admin/fsck}.
 *
 * @param index of the log's entry that the rows are the state after
 * @param rows looked at
 * @param problems found
 * @param first of them, a sentence each
 */
public record FsckResult(long index, long rows, long problems, List<String> first) {

    public FsckResult {
        first = List.copyOf(first);
    }
}
