package flare.admin;

import flare.metadata.RaftPeerView;

/**
 * A member of the metadata log's group.
 *
 * @param role leader, follower, candidate, listener; unreachable when it does not answer
 * @param voter whether it counts for the majority
 * @param term of its last entry, as the indexes -1 when it does not answer
 * @param lag entries committed and not applied there; -1 where that is not known
 */
public record RaftPeerStatus(
        String id,
        String address,
        String role,
        boolean voter,
        long term,
        long committedIndex,
        long appliedIndex,
        long lag) {

    static RaftPeerStatus of(RaftPeerView view) {
        return new RaftPeerStatus(
                view.id(),
                view.address(),
                view.role(),
                view.voter(),
                view.term(),
                view.committedIndex(),
                view.appliedIndex(),
                view.lag());
    }
}
