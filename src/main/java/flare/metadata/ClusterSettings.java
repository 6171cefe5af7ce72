package flare.metadata;

/**
 * Cluster-wide choices, replicated: HOCON seeds them once.
 *
 * @param wantedCopies copies per chunk
 * @param chunkBytes size of all chunks of an object but its last
 * @param placementStrategy {@code round-robin} or {@code consistent-hash}
 */
public record ClusterSettings(int wantedCopies, int chunkBytes, String placementStrategy) {}
