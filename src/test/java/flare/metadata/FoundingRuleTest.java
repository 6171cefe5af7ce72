package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import flare.metadata.FoundingRule.Stage;
import flare.metadata.FoundingRule.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every order in which three founders can start, ask, decide, crash and be emptied. */
class FoundingRuleTest {

    private static final int FOUNDERS = 3;
    private static final int[][] ORDERS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

    private interface Rule {
        Step next(Stage own, Collection<Optional<Stage>> others);
    }

    @Test
    void noEmptiedFounderTakesTheGroupOnceAnEntryCanHaveBeenAcknowledged() {
        Exploration seen = new Exploration(FoundingRule::next, true);
        assertThat(seen.lost.stream().limit(3)).isEmpty();
        assertThat(seen.states.size()).isGreaterThan(10_000);
    }

    @Test
    void aFirstStartRefusesNobodyAndConvergesFromWhereverItWasCut() {
        Exploration seen = new Exploration(FoundingRule::next, false);
        assertThat(seen.refused.stream().limit(3)).isEmpty();
        for (Founders state : seen.states) {
            for (int[] order : ORDERS) {
                if (!state.settle(FoundingRule::next, order)) {
                    fail("%s does not settle in the order %s", state, Arrays.toString(order));
                }
            }
        }
    }

    @Test
    void aFounderThatIsAloneWaitsForNobody() {
        assertThat(FoundingRule.next(Stage.FRESH, List.of())).isEqualTo(Step.MARK);
        assertThat(FoundingRule.next(Stage.MARKED, List.of())).isEqualTo(Step.TAKE);
    }

    /** The model itself: it finds what is wrong with rules that are. */
    @Test
    void absenceIsNoProof() {
        Rule absence = (own, others) -> others.contains(Optional.of(Stage.HAS)) ? Step.REFUSE : Step.TAKE;
        assertThat(new Exploration(absence, true).lost).isNotEmpty();
    }

    @Test
    void oneRoundRefusesASlowFirstComer() {
        Rule oneRound = (own, others) -> others.contains(Optional.of(Stage.HAS))
                ? Step.REFUSE
                : others.contains(Optional.<Stage>empty()) ? Step.WAIT : Step.TAKE;
        assertThat(new Exploration(oneRound, false).refused).isNotEmpty();
    }

    @Test
    void marksWithoutEveryAnswerAreNoProof() {
        Rule hasty = (own, others) -> own == Stage.FRESH && !others.contains(Optional.of(Stage.HAS))
                ? Step.MARK
                : FoundingRule.next(own, others);
        assertThat(new Exploration(hasty, true).lost).isNotEmpty();
    }

    /** All that can be reached from three empty directories. */
    private static final class Exploration {
        private final Set<Founders> states = new HashSet<>();
        private final List<String> lost = new ArrayList<>();
        private final List<String> refused = new ArrayList<>();
        private final ArrayDeque<Founders> next = new ArrayDeque<>();
        private final Rule rule;

        Exploration(Rule rule, boolean emptying) {
            this.rule = rule;
            reach(new Founders(new Founder[] {Founder.EMPTY, Founder.EMPTY, Founder.EMPTY}, false));
            while (!next.isEmpty()) {
                Founders state = next.remove();
                for (int i = 0; i < FOUNDERS; i++) {
                    step(state, i, emptying);
                }
            }
        }

        private void reach(Founders state) {
            if (states.add(state)) {
                next.add(state);
            }
        }

        private void step(Founders state, int i, boolean emptying) {
            Founder founder = state.founders[i];
            if (!founder.runs) {
                reach(state.with(i, founder.started()));
                if (emptying) {
                    reach(state.with(i, founder.emptied(state.acknowledged)));
                }
                return;
            }
            reach(state.with(i, founder.crashed()));
            if (founder.stage == Stage.HAS) {
                return;
            }
            for (int other = 0; other < FOUNDERS; other++) {
                if (other != i) {
                    reach(state.asked(i, other));
                }
            }
            Step step = rule.next(founder.stage, founder.othersSeen(i));
            if (step == Step.TAKE && founder.forgot) {
                lost.add(state + ": " + i);
            }
            if (step == Step.REFUSE) {
                refused.add(state + ": " + i);
            }
            reach(state.decided(i, step));
        }
    }

    /**
     * @param acknowledged whether two had the group at once, which is when an entry can be, and one of them has it still
     */
    private record Founders(Founder[] founders, boolean acknowledged) {

        Founders with(int i, Founder founder) {
            Founder[] all = founders.clone();
            all[i] = founder;
            long have = Arrays.stream(all).filter(one -> one.stage == Stage.HAS).count();
            if (have == 0) {
                // Nothing was acknowledged, or all of it is gone: no rule brings that back.
                return new Founders(Arrays.stream(all).map(Founder::withoutPast).toArray(Founder[]::new), false);
            }
            return new Founders(all, acknowledged || have > 1);
        }

        /** The answer is of now, and may be used much later. */
        Founders asked(int i, int other) {
            return with(i, founders[i].saw(other, founders[other].runs ? founders[other].stage : null));
        }

        Founders decided(int i, Step step) {
            Founder founder = founders[i];
            return switch (step) {
                case WAIT -> this;
                case MARK -> with(i, founder.at(Stage.MARKED));
                case TAKE -> with(i, founder.at(Stage.HAS));
                case REFUSE -> with(i, founder.crashed());
            };
        }

        /** Whether all take the group when all run from now on. */
        boolean settle(Rule rule, int[] order) {
            Founders state = this;
            for (int i = 0; i < FOUNDERS; i++) {
                state = state.founders[i].runs ? state : state.with(i, state.founders[i].started());
            }
            for (int round = 0; round < FOUNDERS + 1; round++) {
                for (int i : order) {
                    for (int other = 0; other < FOUNDERS; other++) {
                        state = other == i ? state : state.asked(i, other);
                    }
                    Founder founder = state.founders[i];
                    state = founder.stage == Stage.HAS
                            ? state
                            : state.decided(i, rule.next(founder.stage, founder.othersSeen(i)));
                }
            }
            return Arrays.stream(state.founders).allMatch(founder -> founder.stage == Stage.HAS);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Founders that
                    && Arrays.equals(founders, that.founders)
                    && acknowledged == that.acknowledged;
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(founders) + Boolean.hashCode(acknowledged);
        }

        @Override
        public String toString() {
            return Arrays.toString(founders) + (acknowledged ? " acknowledged" : "");
        }
    }

    /**
     * @param seen of each founder the last answer since this one started
     * @param forgot whether its directory was emptied since an entry could have been acknowledged
     */
    private record Founder(Stage stage, boolean runs, List<Optional<Stage>> seen, boolean forgot) {

        private static final List<Optional<Stage>> NOTHING =
                List.of(Optional.empty(), Optional.empty(), Optional.empty());
        private static final Founder EMPTY = new Founder(Stage.FRESH, false, NOTHING, false);

        Founder started() {
            return new Founder(stage, true, NOTHING, forgot);
        }

        Founder crashed() {
            return new Founder(stage, false, NOTHING, forgot);
        }

        Founder emptied(boolean acknowledged) {
            return new Founder(Stage.FRESH, false, NOTHING, forgot || acknowledged);
        }

        Founder withoutPast() {
            return new Founder(stage, runs, seen, false);
        }

        Founder at(Stage now) {
            return new Founder(now, runs, now == Stage.HAS ? NOTHING : seen, forgot);
        }

        Founder saw(int other, @org.jspecify.annotations.Nullable Stage answer) {
            List<Optional<Stage>> now = new ArrayList<>(seen);
            now.set(other, Optional.ofNullable(answer));
            return new Founder(stage, runs, List.copyOf(now), forgot);
        }

        List<Optional<Stage>> othersSeen(int own) {
            List<Optional<Stage>> others = new ArrayList<>(seen);
            others.remove(own);
            return others;
        }
    }
}
