package flare.metadata;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** An operator's order to the Raft group. Peers are named by their ids, or by an id without its random end. */
public sealed interface RaftChange {

    /**
     * Makes listeners voters.
     *
     * @param replaced the voter whose place the first of them takes, in the same step
     * @param even whether an even number of voters is meant
     */
    record Add(List<String> peers, Optional<String> replaced, boolean even) implements RaftChange {
        public Add {
            peers = named(peers);
        }
    }

    /** Takes members out of the group, voters or listeners. Their ids never come back. */
    record Remove(List<String> peers, boolean even) implements RaftChange {
        public Remove {
            peers = named(peers);
        }
    }

    /** @param to empty: the voter that is furthest */
    record Transfer(Optional<String> to) implements RaftChange {}

    private static List<String> named(List<String> peers) {
        if (peers.isEmpty() || new HashSet<>(peers).size() < peers.size()) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "at least one peer is to be named, and each once");
        }
        return List.copyOf(peers);
    }
}
