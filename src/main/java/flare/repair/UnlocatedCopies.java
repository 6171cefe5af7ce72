package flare.repair;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of chunks that are counted on, on a node that the chunks' records do not name. Restored metadata does not know what was
 * moved after the backup, a node that was LOST comes back with what it had, a write past its quorum leaves one more: what was
 * there before may be gone or bad by now, and then this copy is what is left. So it is spare only once as many others as
 * wanted have just been verified, all of their bytes (as for I15); else it is verified itself and recorded. One that
 * turns out bad, or can't be read now, is left alone.
 */
final class UnlocatedCopies {

    private static final Logger LOG = LoggerFactory.getLogger(UnlocatedCopies.class);

    /**
     * @param spare those that may go
     * @param adopted how many are recorded now
     * @param bytes read to tell
     */
    record Sorted(List<ChunkId> spare, long adopted, long bytes) {}

    private final Ask ask;
    private final Copier copier;
    private final long term;

    UnlocatedCopies(Ask ask, Copier copier, long term) {
        this.ask = ask;
        this.copier = copier;
        this.term = term;
    }

    /** @param on the node that has them */
    Sorted sort(NodeId on, List<ChunkId> copies) {
        int wanted = ask.read(new Query.GetCluster())
                .orElseThrow(() -> new IllegalStateException("the cluster has chunks and no settings"))
                .settings()
                .wantedCopies();
        List<ChunkId> spare = new ArrayList<>();
        List<ChunkId> missed = new ArrayList<>();
        long bytes = 0;
        for (ChunkId copy : copies) {
            List<ChunkRecord> records = ask.read(new Query.ListChunks(copy.blob(), copy.ordinal(), 1));
            if (records.isEmpty() || !records.get(0).id().equals(copy)) {
                continue;
            }
            ChunkRecord chunk = records.get(0);
            int good = 0;
            for (NodeId node : chunk.nodes()) {
                good += good < wanted && copier.isGoodOn(chunk, node) ? 1 : 0;
            }
            bytes += chunk.length() * (chunk.nodes().size() + 1);
            if (good >= wanted) {
                spare.add(copy);
            } else if (copier.isGoodOn(chunk, on)) {
                missed.add(copy);
            }
        }
        long adopted = missed.isEmpty() ? 0 : ask.submit(new Command.AdoptCopies(on, missed, term));
        if (adopted > 0) {
            LOG.info("{} copies on node {} that no record named count again: others of them are missed", adopted, on);
        }
        return new Sorted(spare, adopted, bytes);
    }
}
