package flare;

import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;

/** The cluster this process belongs to, once it knows: from its data directories, or from the metadata. */
final class ClusterIdentity {

    private final AtomicReference<UUID> id = new AtomicReference<>();

    /** Throws {@link StartFailedException} when another cluster was learned before. */
    void learn(UUID cluster) {
        if (!id.compareAndSet(null, cluster) && !cluster.equals(id.get())) {
            throw new StartFailedException(
                    "a data directory of this process belongs to cluster " + id.get() + ", another to " + cluster);
        }
    }

    /** Throws {@link IllegalStateException} before it is known: then no other node can have been named either. */
    UUID get() {
        UUID known = id.get();
        if (known == null) {
            throw new IllegalStateException("this process belongs to no cluster yet");
        }
        return known;
    }
}
