package flare.placement;

import flare.model.ChunkId;
import flare.model.NodeId;
import java.util.List;

/**
 * Weighted rendezvous hashing: every node draws a number from (chunk, node), and the highest draws win. Pure and the same
 * on every machine. A node that comes takes its share and leaves all else in place; one that goes gives up only what it
 * had; a node's share is in proportion to its weight.
 */
final class Rendezvous {

    /** 2^-53: a 53-bit integer times this is in [0, 1). */
    private static final double UNIT = 0x1.0p-53;

    private Rendezvous() {}

    static List<NodeId> replicas(ChunkId chunk, Wanted wanted, PlacementMap map) {
        double[] preference = new double[map.usable().size()];
        for (int i = 0; i < preference.length; i++) {
            preference[i] = score(chunk, map.usable().get(i));
        }
        return ZoneSpread.choose(map, preference, wanted);
    }

    /** Of draws -weight / ln(u), with u uniform in (0, 1), the highest falls to each node in proportion to its weight. */
    static double score(ChunkId chunk, Candidate candidate) {
        long hash = mix(chunk.blob().session());
        hash = mix(hash ^ chunk.blob().counter());
        hash = mix(hash ^ chunk.ordinal());
        hash = mix(hash ^ candidate.node().value());
        double uniform = ((hash >>> 11) + 0.5) * UNIT;
        // StrictMath: the same bits on every machine, or two API nodes would disagree about a chunk's home.
        return -candidate.weight() / StrictMath.log(uniform);
    }

    /** SplitMix64's finaliser, with its increment so that 0 does not map to 0. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
