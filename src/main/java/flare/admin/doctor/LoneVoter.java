package flare.admin.doctor;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * Objects that survive the loss of a disk and metadata that does not: without it no copy of a chunk is of any use, however
 * many there are.
 */
public final class LoneVoter {

    public static final String WAY_OUT =
            "start two more API processes with flare.raft.join = true, then 'flare raft add"
                    + " NAME NAME' (docs/operating.md, Peers of the metadata)";

    private LoneVoter() {}

    /**
     * Why a single voter is too few; empty where it is not, since the cluster is one process's disk as a whole.
     *
     * @param voters 0 where that is not known
     * @param nodes addresses of the data nodes
     */
    public static Optional<String> risk(int voters, int wantedCopies, List<URI> nodes) {
        if (voters != 1) {
            return Optional.empty();
        }
        List<URI> elsewhere = nodes.stream().filter(node -> !isHere(node)).toList();
        String sentence = "a single voter holds the only metadata, though ";
        if (wantedCopies > 1) {
            return Optional.of(sentence + wantedCopies + " copies of each chunk are kept: all objects are lost with"
                    + " its disk");
        }
        return elsewhere.isEmpty()
                ? Optional.empty()
                : Optional.of(sentence + "data nodes are on other machines ("
                        + elsewhere.get(0).getHost() + "): all objects are lost with its disk");
    }

    /** No name is looked up: that may take long, and what has another name than loopback's is meant to be elsewhere. */
    private static boolean isHere(URI node) {
        String host = node.getHost();
        return host == null
                || host.equals("localhost")
                || host.startsWith("127.")
                || host.equals("[::1]")
                || host.equals("::1");
    }
}
