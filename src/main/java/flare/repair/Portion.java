package flare.repair;

import flare.config.RepairSettings;
import flare.model.ChunkRecord;

/**
 * What one step moves: enough that the log's rounds, which a step's chunks share, cost little; not so much that a rate is
 * kept by bursts which those who read and write meanwhile feel.
 */
final class Portion {

    private static final double SECONDS = 0.25;
    private static final long MAX_BYTES = 256L << 20;

    private final long maxBytes;
    private final int maxChunks;
    private long bytes;
    private int chunks;

    Portion(RepairSettings settings) {
        this.maxBytes = (long) Math.min(MAX_BYTES, SECONDS * settings.rate().bytes());
        this.maxChunks = settings.batch();
    }

    void add(ChunkRecord chunk) {
        bytes += chunk.length();
        chunks++;
    }

    boolean isFull() {
        return chunks >= maxChunks || (chunks > 0 && bytes >= maxBytes);
    }
}
