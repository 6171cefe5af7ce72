package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.RaftChange.Add;
import flare.metadata.RaftChange.Remove;
import flare.metadata.RaftChange.Transfer;
import flare.model.FlareException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MembershipPlanTest {

    private final List<RaftPeerView> members = new ArrayList<>();

    @Test
    void growsFromOneToThreeOneAtATime() {
        voters("a");
        listener("b-00000001", 5);
        listener("c-00000002", 0);

        MembershipPlan plan = MembershipPlan.of(add("b", "c"), members);

        assertThat(plan.steps()).containsExactly(List.of("a", "b-00000001"), List.of("a", "b-00000001", "c-00000002"));
        assertThat(plan.listeners()).isEmpty();
    }

    @Test
    void refusesASecondVoterUnlessItIsMeant() {
        voters("a");
        listener("b", 0);

        refused(() -> MembershipPlan.of(add("b"), members), "there would be 2 voters");
        assertThat(MembershipPlan.of(new Add(List.of("b"), Optional.empty(), true), members)
                        .steps())
                .containsExactly(List.of("a", "b"));
    }

    @Test
    void exchangesASilentVoterInOneStep() {
        voters("a", "b");
        silent("c", true);
        listener("d", 3);

        MembershipPlan plan = MembershipPlan.of(new Add(List.of("d"), Optional.of("c"), false), members);

        assertThat(plan.steps()).containsExactly(List.of("a", "b", "d"));
    }

    @Test
    void addsOnlyListenersThatAnswerAndHaveCaughtUp() {
        voters("a", "b", "c");
        silent("d", false);
        listener("e", MembershipPlan.MAX_LAG + 1);

        refused(() -> MembershipPlan.of(add("d"), members), "d does not answer");
        refused(() -> MembershipPlan.of(add("e"), members), "e is 10001 entries behind");
        refused(() -> MembershipPlan.of(add("a"), members), "a is a voter already");
        refused(() -> MembershipPlan.of(add("f"), members), "there is no peer f: a, b, c, d, e are");
        refused(
                () -> MembershipPlan.of(new Add(List.of("e"), Optional.of("d"), false), members),
                "e is 10001 entries behind");
    }

    @Test
    void removesNobodyTheMajorityNeeds() {
        voters("a", "b", "c");
        silent("d", true);
        silent("e", true);

        refused(() -> MembershipPlan.of(remove("a"), members), "there would be 4 voters");
        refused(() -> MembershipPlan.of(remove("a", "b"), members), "of 3 voters 2 would have to answer");
        refused(() -> MembershipPlan.of(remove("a", "b", "c", "d", "e"), members), "nobody would be left to vote");
        assertThat(MembershipPlan.of(remove("d", "e"), members).steps()).containsExactly(List.of("a", "b", "c"));
    }

    @Test
    void aVoterFarBehindIsNoneThatAMajorityCanCountOn() {
        voters("a");
        member("b", "follower", true, MembershipPlan.MAX_LAG + 1);
        voters("c", "d");
        silent("e", true);
        listener("f", 0);

        refused(
                () -> MembershipPlan.of(remove("c", "d"), members),
                "of 3 voters 2 would have to answer and be at most 10000 entries behind, and 1 do: each write would wait for"
                        + " the others. b at host:1 is 10001 behind, e at host:1 is silent");
        refused(() -> MembershipPlan.of(new Remove(List.of("d"), true), members), "of 4 voters 3 would have to answer");
        assertThat(MembershipPlan.of(new Remove(List.of("b"), true), members).steps())
                .containsExactly(List.of("a", "c", "d", "e"));
        assertThat(MembershipPlan.of(new Add(List.of("f"), Optional.of("b"), false), members)
                        .steps())
                .containsExactly(List.of("a", "c", "d", "e", "f"));
    }

    @Test
    void tellsHowToGoOnFromHalfWay() {
        assertThat(MembershipPlan.reached(List.of("a"), List.of("a", "b"), List.of("a", "b", "c")))
                .isEqualTo(
                        "a, b vote now: 'flare raft add c' goes on, 'flare raft remove b' goes back. Until then no more of"
                                + " them may fail than of one less");
        assertThat(MembershipPlan.reached(List.of("a", "b", "c"), List.of("a", "b", "d"), List.of("a", "b", "d", "e")))
                .isEqualTo("a, b, d vote now: 'flare raft add e --even' goes on");
        assertThat(MembershipPlan.reached(List.of("a"), List.of("a"), List.of("a", "b", "c")))
                .isEqualTo("a votes now");
        assertThat(MembershipPlan.reached(List.of("a", "b"), List.of("b", "x"), List.of("a", "b", "c")))
                .isEqualTo("b, x vote now");
        assertThat(MembershipPlan.reached(List.of("a"), List.of("a", "b", "c"), List.of("a", "c", "b")))
                .isEqualTo("a, b, c vote now, as was asked for");
    }

    @Test
    void removesAListenerWhateverTheNumberOfVoters() {
        voters("a", "b");
        silent("c-12345678", false);

        MembershipPlan plan = MembershipPlan.of(remove("c"), members);

        assertThat(plan.steps()).containsExactly(List.of("a", "b"));
        assertThat(plan.listeners()).isEmpty();
    }

    @Test
    void wantsTheWholeIdWhereAShortOneMayBeSeveral() {
        voters("a", "b", "c");
        listener("d-00000001", 0);
        silent("d-00000002", false);

        refused(() -> MembershipPlan.of(remove("d"), members), "d may be several");
        assertThat(MembershipPlan.of(remove("d-00000002"), members).listeners()).containsExactly("d-00000001");
    }

    @Test
    void handsTheLeadToAVoterThatAnswers() {
        voters("a", "b");
        silent("c", true);
        listener("d", 0);

        assertThat(MembershipPlan.successor(new Transfer(Optional.empty()), members, List.of("a", "b", "c"))
                        .id())
                .isEqualTo("b");
        refused(
                () -> MembershipPlan.successor(new Transfer(Optional.of("c")), members, List.of()),
                "c does not answer");
        refused(() -> MembershipPlan.successor(new Transfer(Optional.of("d")), members, List.of()), "d does not vote");
        refused(
                () -> MembershipPlan.successor(new Transfer(Optional.empty()), members, List.of("c")),
                "no other voter answers");
    }

    @Test
    void namesEachPeerOnce() {
        refused(() -> remove(), "at least one peer");
        refused(() -> add("a", "a"), "each once");
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String sentence) {
        assertThatThrownBy(call).isInstanceOf(FlareException.class).hasMessageContaining(sentence);
    }

    private static Add add(String... peers) {
        return new Add(List.of(peers), Optional.empty(), false);
    }

    private static Remove remove(String... peers) {
        return new Remove(List.of(peers), false);
    }

    /** The first one leads. */
    private void voters(String... ids) {
        for (String id : ids) {
            member(id, members.isEmpty() ? "leader" : "follower", true, 0);
        }
    }

    private void listener(String id, long lag) {
        member(id, "listener", false, lag);
    }

    private void silent(String id, boolean voter) {
        members.add(new RaftPeerView(id, "host:1", "unreachable", voter, -1, -1, -1, -1));
    }

    private void member(String id, String role, boolean voter, long lag) {
        members.add(new RaftPeerView(id, "host:1", role, voter, 1, 100, 100 - lag, lag));
    }
}
