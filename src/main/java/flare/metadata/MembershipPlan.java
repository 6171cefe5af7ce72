package flare.metadata;

import flare.model.Fault;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a change makes of the group, decided from its members as they are now; refused where it would leave less than there
 * is. Pure.
 *
 * @param steps the voters after each step: one more or one exchanged at a time, since Ratis refuses a step in which the new
 *     voters are half of all (RATIS-1912), and so that each new one is needed only once it has caught up
 * @param listeners after the last step; a new voter leaves them in its own
 */
record MembershipPlan(List<List<String>> steps, List<String> listeners) {

    /** A voter further behind than this holds up commits where it is needed for them. */
    static final long MAX_LAG = 10_000;

    MembershipPlan {
        steps = steps.stream().map(List::copyOf).toList();
        listeners = List.copyOf(listeners);
    }

    /** The voters after the last step. */
    List<String> goal() {
        return steps.get(steps.size() - 1);
    }

    static MembershipPlan of(RaftChange.Add add, List<RaftPeerView> members) {
        List<RaftPeerView> added =
                add.peers().stream().map(name -> member(name, members)).toList();
        for (RaftPeerView peer : added) {
            if (peer.voter()) {
                throw conflict(peer.id() + " is a voter already");
            } else if (!peer.isReachable()) {
                throw conflict(peer.id() + " does not answer at " + peer.address() + ": start it first");
            } else if (!keepsUp(peer)) {
                throw conflict(peer.id() + " is " + peer.lag() + " entries behind: it can vote once it is at most "
                        + MAX_LAG + " behind; 'flare raft status' shows how far it is");
            }
        }
        Optional<RaftPeerView> replaced = add.replaced().map(name -> voter(name, members));
        List<String> voters = new ArrayList<>(ids(members, true));
        List<List<String>> steps = new ArrayList<>();
        for (int i = 0; i < added.size(); i++) {
            if (i == 0) {
                replaced.ifPresent(peer -> voters.remove(peer.id()));
            }
            voters.add(added.get(i).id());
            steps.add(List.copyOf(voters));
        }
        refuseEven(voters, add.even());
        steps.forEach(step -> refuseWithoutMajority(step, members));
        List<String> listeners = new ArrayList<>(ids(members, false));
        listeners.removeAll(voters);
        return new MembershipPlan(steps, listeners);
    }

    static MembershipPlan of(RaftChange.Remove remove, List<RaftPeerView> members) {
        List<RaftPeerView> removed =
                remove.peers().stream().map(name -> member(name, members)).toList();
        List<String> voters = new ArrayList<>(ids(members, true));
        List<String> listeners = new ArrayList<>(ids(members, false));
        removed.forEach(peer -> voters.remove(peer.id()));
        removed.forEach(peer -> listeners.remove(peer.id()));
        if (voters.isEmpty()) {
            throw conflict("nobody would be left to vote: the metadata would be lost");
        }
        if (voters.size() < ids(members, true).size()) {
            refuseEven(voters, remove.even());
            refuseWithoutMajority(voters, members);
        }
        return new MembershipPlan(List.of(voters), listeners);
    }

    /** The voter to lead after a change: one that answers, the furthest of those that stay. */
    static RaftPeerView successor(RaftChange.Transfer transfer, List<RaftPeerView> members, List<String> among) {
        if (transfer.to().isPresent()) {
            RaftPeerView peer = voter(transfer.to().get(), members);
            if (!peer.isReachable()) {
                throw conflict(peer.id() + " does not answer at " + peer.address());
            }
            return peer;
        }
        return members.stream()
                .filter(peer -> peer.voter() && peer.isReachable() && !peer.isLeader() && among.contains(peer.id()))
                .max(java.util.Comparator.comparingLong(RaftPeerView::committedIndex))
                .orElseThrow(() -> conflict("no other voter answers that could lead"));
    }

    /** Where a change that was refused or cut off has left the voters, and how to go on from there. */
    static String reached(List<String> before, List<String> now, List<String> goal) {
        List<String> missing = without(goal, now);
        List<String> added = without(now, before);
        String voting = String.join(", ", now) + (now.size() == 1 ? " votes" : " vote") + " now";
        boolean halfWay =
                !added.isEmpty() && !missing.isEmpty() && without(now, goal).isEmpty();
        if (!halfWay) {
            return voting + (missing.isEmpty() && without(now, goal).isEmpty() ? ", as was asked for" : "");
        }
        return voting + ": 'flare raft add " + String.join(" ", missing) + even(goal) + "' goes on"
                + (without(before, now).isEmpty()
                        ? ", 'flare raft remove " + String.join(" ", added) + even(before) + "' goes back"
                        : "")
                + (now.size() % 2 == 0 ? ". Until then no more of them may fail than of one less" : "");
    }

    private static String even(List<String> voters) {
        return voters.size() % 2 == 0 ? " --even" : "";
    }

    private static List<String> without(List<String> ids, List<String> others) {
        return ids.stream().filter(id -> !others.contains(id)).toList();
    }

    static List<String> ids(List<RaftPeerView> members, boolean voters) {
        return members.stream()
                .filter(peer -> peer.voter() == voters)
                .map(RaftPeerView::id)
                .toList();
    }

    private static void refuseEven(List<String> voters, boolean meant) {
        if (voters.size() % 2 == 0 && !meant) {
            throw conflict("there would be " + voters.size() + " voters, which survive no more failures than "
                    + (voters.size() - 1) + " and need " + (voters.size() / 2 + 1)
                    + " to go on: add two at once, or one in place of another (--replace), or say --even if that is"
                    + " meant for a while");
        }
    }

    private static void refuseWithoutMajority(List<String> voters, List<RaftPeerView> members) {
        List<RaftPeerView> unfit = members.stream()
                .filter(peer -> voters.contains(peer.id()) && !keepsUp(peer))
                .toList();
        int needed = voters.size() / 2 + 1;
        int answering = voters.size() - unfit.size();
        if (answering < needed) {
            throw conflict("of " + voters.size() + " voters " + needed + " would have to answer and be at most "
                    + MAX_LAG
                    + " entries behind, and " + answering + " do: each write would wait for the others. "
                    + unfit.stream()
                            .map(peer -> peer.id() + " at " + peer.address()
                                    + (peer.isReachable() ? " is " + peer.lag() + " behind" : " is silent"))
                            .collect(Collectors.joining(", ")));
        }
    }

    private static boolean keepsUp(RaftPeerView peer) {
        return peer.isReachable() && peer.lag() >= 0 && peer.lag() <= MAX_LAG;
    }

    private static RaftPeerView voter(String name, List<RaftPeerView> members) {
        RaftPeerView peer = member(name, members);
        if (!peer.voter()) {
            throw conflict(peer.id() + " does not vote: 'flare raft add' makes it a voter");
        }
        return peer;
    }

    /** By its id, or by what its id begins with where only one does. */
    private static RaftPeerView member(String name, List<RaftPeerView> members) {
        List<RaftPeerView> exact =
                members.stream().filter(peer -> peer.id().equals(name)).toList();
        List<RaftPeerView> found = exact.isEmpty()
                ? members.stream()
                        .filter(peer -> peer.id().matches(java.util.regex.Pattern.quote(name) + "-[0-9a-f]{8}"))
                        .toList()
                : exact;
        String all = members.stream().map(RaftPeerView::id).collect(Collectors.joining(", "));
        if (found.isEmpty()) {
            throw new FlareException(
                    Fault.NO_SUCH_NODE,
                    "there is no peer " + name + ": " + all
                            + " are. A new one is an API process started with flare.raft.join = true");
        }
        if (found.size() > 1) {
            throw conflict(name + " may be several: " + all + "; name the whole id");
        }
        return found.get(0);
    }

    private static FlareException conflict(String sentence) {
        return new FlareException(Fault.CONFLICT, sentence);
    }
}
