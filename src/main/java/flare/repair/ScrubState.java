package flare.repair;

import flare.metadata.WorkerCursor;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How far scrubbing is: what is kept over restarts and changes of the leader.
 *
 * @param running whether a pass is under way
 * @param byHand whether an operator ordered that pass
 * @param order the last order to start that a pass was begun for
 * @param after where the pass goes on; empty at its start
 * @param pass the one under way; otherwise the last one that was begun
 * @param last the last one that came to its end
 */
record ScrubState(
        boolean running, boolean byHand, long order, Optional<ChunkId> after, ScrubPass pass, ScrubPass last) {

    private static final String LAST = "last-";

    ScrubState begin(long nowMillis, long newOrder) {
        return new ScrubState(true, newOrder > order, newOrder, Optional.empty(), ScrubPass.begun(nowMillis), last);
    }

    ScrubState advance(ChunkId to, ScrubPass found) {
        return new ScrubState(running, byHand, order, Optional.of(to), pass.plus(found), last);
    }

    ScrubState end(long nowMillis) {
        ScrubPass ended = pass.ended(nowMillis);
        return new ScrubState(false, byHand, order, Optional.empty(), ended, ended);
    }

    static ScrubState of(WorkerCursor cursor) {
        return new ScrubState(
                cursor.number("running") == 1,
                cursor.number("by-hand") == 1,
                cursor.number("order"),
                cursor.position().isEmpty() ? Optional.empty() : Optional.of(chunk(cursor.position())),
                ScrubPass.of(cursor, ""),
                ScrubPass.of(cursor, LAST));
    }

    private static ChunkId chunk(String text) {
        int slash = text.indexOf('/');
        return new ChunkId(BlobId.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    WorkerCursor cursor() {
        Map<String, Long> numbers = new TreeMap<>();
        numbers.put("running", running ? 1L : 0);
        numbers.put("by-hand", byHand ? 1L : 0);
        numbers.put("order", order);
        pass.putInto(numbers, "");
        last.putInto(numbers, LAST);
        return new WorkerCursor(after.map(ChunkId::toString).orElse(""), numbers);
    }
}
