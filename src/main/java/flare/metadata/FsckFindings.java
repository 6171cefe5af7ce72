package flare.metadata;

import java.util.ArrayList;
import java.util.List;

/** What a check met: everything counted, the first problems kept. */
final class FsckFindings {

    /** Who has more than so many looks at the kinds, not at each. */
    static final int MAX_KEPT = 1_000;

    private final List<String> first = new ArrayList<>();
    private long rows;
    private long problems;

    void row() {
        rows++;
    }

    void problem(String sentence) {
        problems++;
        if (first.size() < MAX_KEPT) {
            first.add(sentence);
        }
    }

    /** A figure that is kept, against what the rows it stands for come to. */
    void same(String what, long kept, long counted) {
        if (kept != counted) {
            problem(what + ": recorded are " + kept + ", the rows come to " + counted);
        }
    }

    FsckReport report(ReplicatedState.Position position) {
        return new FsckReport(position.term(), position.index(), rows, problems, first);
    }
}
