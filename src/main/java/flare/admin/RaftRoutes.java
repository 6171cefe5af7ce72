package flare.admin;

import flare.metadata.RaftChange;
import flare.model.Fault;
import flare.model.FlareException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.Query;

/** {@code POST /admin/raft/{add|remove|transfer}?peer=…}: an order to the Raft group, read from its query. */
final class RaftRoutes {

    static final String RAFT = "/admin/raft";

    private RaftRoutes() {}

    /** Empty where the path is none of these. */
    static Optional<RaftChange> change(String path, Query query) {
        List<String> peers = query.toMultiMap().getOrDefault("peer", List.of());
        boolean even = query.get("even").filter("true"::equals).isPresent();
        return switch (path) {
            case RAFT + "/add" -> Optional.of(new RaftChange.Add(peers, query.get("replace"), even));
            case RAFT + "/remove" -> Optional.of(new RaftChange.Remove(peers, even));
            case RAFT + "/transfer" -> Optional.of(new RaftChange.Transfer(one(peers)));
            default -> Optional.empty();
        };
    }

    private static Optional<String> one(List<String> peers) {
        if (peers.size() > 1) {
            throw new FlareException(Fault.INVALID_ARGUMENT, "one peer leads: " + peers + " are several");
        }
        return peers.stream().findFirst();
    }
}
