package flare.metadata;

import java.util.List;

/**
 * What a check of the metadata's rows against each other found.
 *
 * @param term of the entry that the rows are the state after
 * @param index of that entry
 * @param rows looked at
 * @param problems found
 * @param first of them, a sentence each
 */
public record FsckReport(long term, long index, long rows, long problems, List<String> first) {

    public FsckReport {
        first = List.copyOf(first);
    }
}
