package flare.metadata;

import java.io.IOException;

/**
 * The step of the format that a cluster writes. Every command and field newer than level 1 is used only once the
 * cluster's level allows it; a node that meets a higher level than it knows stops.
 */
final class FeatureLevel {

    /** What this version reads and writes at most. */
    static final int SUPPORTED = 1;

    private FeatureLevel() {}

    static void check(String where, int level) throws IOException {
        if (level > SUPPORTED) {
            throw new IOException(where + " is of feature level " + level + ", this version of Flare reads up to "
                    + SUPPORTED + ": start a newer version on this node");
        }
    }
}
