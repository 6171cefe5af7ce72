package flare.metadata;

/**
 * A member of the Raft group.
 *
 * @param role what it says it is: {@code leader}, {@code follower}, {@code candidate} or {@code listener}; {@code unreachable}
 *     when it does not answer
 * @param voter whether it counts for the majority; the others only follow
 * @param term of its last log entry, as the two indexes -1 when it does not answer
 * @param lag entries that the leader has committed and it has not applied; -1 where that is not known
 */
public record RaftPeerView(
        String id,
        String address,
        String role,
        boolean voter,
        long term,
        long committedIndex,
        long appliedIndex,
        long lag) {

    static final String UNREACHABLE = "unreachable";
    static final String LEADER = "leader";

    public boolean isReachable() {
        return !role.equals(UNREACHABLE);
    }

    public boolean isLeader() {
        return role.equals(LEADER);
    }
}
