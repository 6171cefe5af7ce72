package flare.repair;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.metadata.WorkerCursor;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Walks over all chunks after the wanted copies were changed and has each want as many: healing then makes what lacks, and
 * takes away what is too much. The walk begins anew with each change, and where a process wrote by the number before. It
 * goes on where another coordinator left it; to align a chunk twice does no harm.
 */
final class PolicyWorker implements RepairWorker {

    /** For which start the walk under way was begun, and the last one was ended. */
    private static final String WALKING = "walking";

    private static final String WALKED = "walked";

    private final Ask ask;
    private final Duration interval;
    private final int batch;
    private final long term;
    private long done;
    private long left;
    private String note = "";

    PolicyWorker(Ask ask, Duration interval, int batch, long term) {
        this.ask = ask;
        this.interval = interval;
        this.batch = batch;
        this.term = term;
    }

    @Override
    public String name() {
        return WorkerCursor.POLICY;
    }

    @Override
    public Step step() {
        Query.WorkerState state = ask.read(new Query.GetWorker(name()));
        WorkerCursor cursor = state.cursor();
        if (state.paused() || cursor.number(WALKED) == state.started()) {
            left = 0;
            note = state.paused() ? "paused" : "";
            return new Step.Idle(interval);
        }
        boolean begun = cursor.number(WALKING) == state.started();
        Optional<ChunkId> after = begun ? position(cursor) : Optional.empty();
        if (!begun) {
            left = ask.read(new Query.GetCounts()).chunks();
        }
        List<ChunkRecord> page = ask.read(new Query.ScanChunks(after, batch));
        List<ChunkId> chunks = page.stream().map(ChunkRecord::id).toList();
        if (!chunks.isEmpty()) {
            done += ask.submit(new Command.AlignChunks(chunks, term));
            left = Math.max(0, left - chunks.size());
        }
        boolean last = chunks.size() < batch;
        note = last ? "" : "at " + chunks.get(chunks.size() - 1);
        save(last ? "" : chunks.get(chunks.size() - 1).toString(), last ? WALKED : WALKING, state.started());
        return new Step.Busy(0);
    }

    private void save(String position, String what, long started) {
        ask.submit(new Command.SaveCursor(name(), new WorkerCursor(position, Map.of(what, started)), term));
    }

    private static Optional<ChunkId> position(WorkerCursor cursor) {
        if (cursor.position().isEmpty()) {
            return Optional.empty();
        }
        int slash = cursor.position().indexOf('/');
        BlobId blob = BlobId.parse(cursor.position().substring(0, slash));
        return Optional.of(new ChunkId(blob, Integer.parseInt(cursor.position().substring(slash + 1))));
    }

    @Override
    public Tally tally() {
        return new Tally(done, left, note, Optional.empty());
    }
}
