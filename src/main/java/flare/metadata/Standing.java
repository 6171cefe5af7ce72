package flare.metadata;

import flare.metadata.wire.ChunkRow;
import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.SessionRowOrBuilder;
import flare.model.ChunkId;
import flare.model.NodeId;
import org.jspecify.annotations.Nullable;

/** What the records say of a copy on a node (I12, I14). */
final class Standing {

    private Standing() {}

    /** Null if no record names the copy. */
    static Query.@Nullable CopyStanding recorded(RowReader rows, NodeId node, ChunkId chunk) {
        byte[] row = rows.get(Family.CHUNK, Keys.chunk(chunk));
        if (row != null
                && EntryBatch.parse(Family.CHUNK, row, ChunkRow.parser())
                        .getNodesList()
                        .contains(node.value())) {
            return Query.CopyStanding.LOCATED;
        }
        byte[] key = Keys.copy(node, chunk);
        if (rows.get(Family.PENDING, key) != null) {
            return Query.CopyStanding.PENDING;
        }
        return rows.get(Family.FREED, key) == null ? null : Query.CopyStanding.FREED;
    }

    /** All sessions of a lower one have ended, also those that a restored backup does not know. */
    private static int epoch(RowReader rows) {
        byte[] cluster = rows.get(Family.META, Keys.CLUSTER);
        return cluster == null
                ? 0
                : EntryBatch.parse(Family.META, cluster, ClusterValue.parser()).getEpoch();
    }

    /** @param session of the chunk's blob; null: never issued, or ended */
    static Query.CopyStanding of(RowReader rows, @Nullable SessionRowOrBuilder session, NodeId node, ChunkId chunk) {
        Query.CopyStanding recorded = recorded(rows, node, chunk);
        if (recorded != null) {
            return recorded;
        } else if (session == null) {
            long id = chunk.blob().session();
            boolean ended = EndedSessions.contains(rows, id) || SessionCommands.epoch(id) < epoch(rows);
            return ended ? Query.CopyStanding.ORPHAN : Query.CopyStanding.UNKNOWN_SESSION;
        }
        boolean open = !session.getClosed() && chunk.blob().counter() >= session.getWriteMark();
        return open ? Query.CopyStanding.IN_FLIGHT : Query.CopyStanding.ORPHAN;
    }
}
