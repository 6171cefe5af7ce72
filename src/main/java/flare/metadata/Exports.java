package flare.metadata;

import flare.backup.BackupSource;
import flare.model.Fault;
import flare.model.FlareException;
import java.io.Closeable;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets one backup be read at a time: each keeps a checkpoint, and with it tables that the state has given up. */
final class Exports implements Closeable {

    private @Nullable BackupSource current;

    /** Throws SLOW_DOWN while one is being read. One that nobody began to read was asked for by somebody who has left. */
    synchronized BackupSource begin(Supplier<BackupSource> exporter) {
        BackupSource before = current;
        if (before != null && before.begun() && !before.closed()) {
            throw new FlareException(
                    Fault.SLOW_DOWN, "the metadata is being exported: wait for that to end, or end what reads it");
        }
        try {
            close();
        } catch (IOException e) {
            throw new FlareException(Fault.INTERNAL, "the export before can't be cleaned up: " + e.getMessage(), e);
        }
        BackupSource backup = exporter.get();
        current = backup;
        return backup;
    }

    @Override
    public synchronized void close() throws IOException {
        BackupSource before = current;
        current = null;
        if (before != null) {
            before.close();
        }
    }
}
