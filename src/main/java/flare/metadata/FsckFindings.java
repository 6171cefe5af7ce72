package flare.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a check met: everything counted, the first problems kept. In a check that repairs also what puts a problem right, which is
 * done between two scans.
 */
final class FsckFindings {

    /** Who has more than so many looks at the kinds, not at each. */
    static final int MAX_KEPT = 1_000;

    private final FsckRepair repair;
    private final @Nullable EntryBatch target;
    private final List<String> first = new ArrayList<>();
    private final List<Consumer<EntryBatch>> remedies = new ArrayList<>();
    private long rows;
    private long problems;

    private boolean contentsMissing;

    FsckFindings() {
        this.repair = FsckRepair.NONE;
        this.target = null;
    }

    /** @param target of what repairs */
    FsckFindings(FsckRepair repair, EntryBatch target) {
        this.repair = repair;
        this.target = target;
    }

    boolean repairs() {
        return repair != FsckRepair.NONE;
    }

    /** A version has no content: what it referred to is not known any more. */
    void missContent(String sentence) {
        contentsMissing = true;
        problem(sentence);
    }

    /** What a count of references is to be; to be asked once all contents have been looked at. */
    long references(long kept, long counted) {
        boolean lowers = repair == FsckRepair.ALL && !contentsMissing;
        return repairs() && (counted > kept || lowers) ? counted : kept;
    }

    void row() {
        rows++;
    }

    void problem(String sentence) {
        problems++;
        if (first.size() < MAX_KEPT) {
            first.add(sentence);
        }
    }

    /** One that follows from other rows, so that there is a remedy. */
    void problem(String sentence, Consumer<EntryBatch> remedy) {
        problem(sentence);
        if (repairs()) {
            remedies.add(remedy);
        }
    }

    /** A figure that is kept, against what the rows it stands for come to. */
    void same(String what, long kept, long counted) {
        same(what, kept, counted, batch -> {});
    }

    /** @param remedy has the figure kept be what was counted */
    void same(String what, long kept, long counted, Consumer<EntryBatch> remedy) {
        if (kept != counted) {
            problem(what + ": recorded are " + kept + ", the rows come to " + counted, remedy);
        }
    }

    /** Between two scans: none may be open. */
    void repair() {
        EntryBatch batch = target;
        if (batch != null) {
            remedies.forEach(remedy -> remedy.accept(batch));
            remedies.clear();
        }
    }

    FsckReport report(ReplicatedState.Position position) {
        return new FsckReport(position.term(), position.index(), rows, problems, first);
    }
}
