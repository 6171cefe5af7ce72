package flare.metadata;

import java.util.OptionalLong;

/**
 * A local view of the Raft group.
 *
 * @param peer this process's peer id
 * @param leader the leader's peer id, empty when none is known
 * @param term current term
 * @param leadingTerm the term this process leads and is ready in, if it does: what coordinator commands are fenced by
 * @param appliedIndex last index applied here
 * @param committedIndex last index known committed here
 * @param sessionLive whether this process's session is live
 * @param voters members whose majority decides, as this process knows; 0 where it knows none
 */
public record RaftStatus(
        String peer,
        java.util.Optional<String> leader,
        long term,
        OptionalLong leadingTerm,
        long appliedIndex,
        long committedIndex,
        boolean sessionLive,
        int voters) {}
