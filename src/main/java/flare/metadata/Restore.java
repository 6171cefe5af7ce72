package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.metadata.wire.ClusterValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a restore changes in a backup's rows: the epoch rises, which ends all sessions that were opened after the backup;
 * those open in it are closed; and nothing is deleted from disks until an operator says so, since what the backup does not
 * name may be all that is left of something.
 */
final class Restore {

    /** @param sessions closed */
    record Done(Position position, int epoch, int sessions) {}

    private final UUID cluster;
    private int epoch;
    private int sessions;

    private Restore(UUID cluster) {
        this.cluster = cluster;
    }

    /** One write. */
    static Done of(RocksState state, UUID cluster, Position to) throws IOException {
        Restore restore = new Restore(cluster);
        state.change(to, restore::apply);
        return new Done(to, restore.epoch, restore.sessions);
    }

    private void apply(Applying entry) {
        EntryBatch batch = entry.batch();
        byte @Nullable [] row = batch.get(Family.META, Keys.CLUSTER);
        if (row == null) {
            throw new IllegalStateException("the backup has no cluster");
        }
        ClusterState before = ValueCodec.decode(EntryBatch.parse(Family.META, row, ClusterValue.parser()));
        if (!before.clusterId().equals(cluster)) {
            throw new IllegalStateException(
                    "the backup says that it is of cluster " + cluster + ", its rows are of " + before.clusterId());
        }
        epoch = before.epoch() + 1;
        batch.put(
                Family.META,
                Keys.CLUSTER,
                ValueCodec.encode(
                        new ClusterState(before.clusterId(), before.featureLevel(), epoch, before.settings())));
        SessionCommands ending = new SessionCommands(entry);
        List<Long> ids = sessions(batch);
        ids.forEach(ending::end);
        sessions = ids.size();
        new WorkerCommands(entry).order(new Command.OrderWorker(WorkerCursor.RECLAIM, Command.WorkerOrder.PAUSE));
    }

    private static List<Long> sessions(EntryBatch batch) {
        List<Long> ids = new ArrayList<>();
        try (RowScan scan = batch.scan(Family.SESSION, Keys.FIRST, Keys.LAST)) {
            while (scan.next()) {
                ids.add(ByteBuffer.wrap(scan.key()).getLong());
            }
        }
        return ids;
    }
}
