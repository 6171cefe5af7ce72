package flare.admin;

import flare.model.FlareException;
import flare.repair.DiskCheck;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** A comparison of the records with the disks as lines to be read: each is worked for when it is asked for. */
public final class DiskCheckLines implements Iterator<DiskComparison> {

    private final DiskCheck check;
    private boolean ended;

    public DiskCheckLines(DiskCheck check) {
        this.check = check;
    }

    @Override
    public boolean hasNext() {
        return !ended;
    }

    /** Blocks for a step of the comparison. */
    @Override
    public DiskComparison next() {
        if (ended) {
            throw new NoSuchElementException("the comparison has ended");
        }
        try {
            ended = !check.step();
            return ended ? DiskComparison.finished(check.report()) : DiskComparison.soFar(check.report());
        } catch (FlareException e) {
            ended = true;
            return DiskComparison.failed(check.report(), String.valueOf(e.getMessage()));
        }
    }
}
