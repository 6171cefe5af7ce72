package flare.metadata;

import flare.backup.BackupHeader;
import flare.metadata.wire.ClusterValue;
import flare.metadata.wire.PositionRow;
import flare.telemetry.BuildInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What a checkpoint is a backup of, once it is seen that every byte of it can be read. */
final class CheckpointHeader {

    private CheckpointHeader() {}

    /**
     * Throws {@link DamagedStateException} where a table can't be read: that is no backup.
     *
     * @param notes an empty directory elsewhere
     */
    static BackupHeader read(Path checkpoint, Path notes, Instant now) throws IOException {
        CheckpointCheck.readTables(checkpoint);
        try (CheckpointRows rows = CheckpointRows.open(checkpoint, notes)) {
            byte[] cluster = rows.get(Family.META, Keys.CLUSTER);
            byte[] position = rows.get(Family.META, Keys.POSITION);
            if (cluster == null || position == null) {
                throw new IOException("there is no cluster yet whose metadata could be exported");
            }
            ClusterState state = ValueCodec.decode(EntryBatch.parse(Family.META, cluster, ClusterValue.parser()));
            PositionRow at = EntryBatch.parse(Family.META, position, PositionRow.parser());
            return new BackupHeader(
                    state.clusterId(),
                    state.epoch(),
                    state.featureLevel(),
                    at.getTerm(),
                    at.getIndex(),
                    now.truncatedTo(ChronoUnit.SECONDS),
                    BuildInfo.version());
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
