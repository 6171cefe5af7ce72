package flare.repair;

import flare.metadata.Command;
import flare.metadata.Query;
import java.util.Optional;

/** Has bytes counted that were stored before they were kept count of. Done at once where nothing was. */
final class SpaceWorker implements RepairWorker {

    private final Ask ask;
    private final int batch;
    private final long term;
    private long done;
    private boolean more = true;

    SpaceWorker(Ask ask, int batch, long term) {
        this.ask = ask;
        this.batch = batch;
        this.term = term;
    }

    @Override
    public String name() {
        return "space";
    }

    @Override
    public Step step() {
        more = !ask.read(new Query.GetSpace()).counted();
        if (more) {
            more = ask.submit(new Command.CountSpace(batch, term));
            done += batch;
        }
        return more ? new Step.Busy(0) : new Step.Done();
    }

    @Override
    public Tally tally() {
        return new Tally(done, more ? -1 : 0, more ? "counts what was stored before" : "", Optional.empty());
    }
}
