package flare.metadata;

import org.jspecify.annotations.Nullable;

/** Rows as of one moment: a snapshot, or the store under the batch of the entry that is being applied. */
interface RowReader {

    byte @Nullable [] get(Family family, byte[] key);

    /** Rows with keys from {@code from}, inclusive, up to {@code to}, exclusive, in order. */
    RowScan scan(Family family, byte[] from, byte[] to);
}
