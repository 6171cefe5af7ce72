package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.Command;
import flare.metadata.Query;
import flare.model.NodeId;
import flare.model.NodeState;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LostWatchTest {

    private static final int LOST_AFTER_SECONDS = 600;
    private static final int RETURN_AFTER_SECONDS = 60;

    private final World world = new World(6, 2);
    private final Set<NodeId> distrusted = new HashSet<>();
    private final Set<NodeId> sick = new HashSet<>();
    private LostWatch watch = watch();

    private LostWatch watch() {
        return new LostWatch(
                world.ask,
                new LostWatch.Sight(
                        id -> world.node(id.value()).up,
                        id -> world.node(id.value()).up && !sick.contains(id),
                        id -> !distrusted.contains(id)),
                World.SETTINGS,
                () -> world.nowNanos,
                world.metadata.term());
    }

    @Test
    void marksANodeThatHasNotAnsweredForTheSetTimeAndNoneSooner() {
        down(2);
        pass(LOST_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        assertThat(watch.tally().note()).isEqualTo("node 2 has not answered for 598 s");
        assertThat(watch.tally().left()).isEqualTo(1);
        pass(4);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        assertThat(watch.tally().done()).isEqualTo(1);
        assertThat(watch.tally().alarm()).isEmpty();
    }

    @Test
    void anAnswerBeginsTheCountAnew() {
        down(2);
        pass(500);
        up(2);
        pass(2);
        down(2);
        pass(500);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void countsFromItsOwnElection() {
        down(2);
        pass(500);
        world.metadata.elect();
        watch = watch();
        pass(500);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        pass(110);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
    }

    @Test
    void timeInWhichItWasStoppedCountsForNoNode() {
        down(2);
        pass(500);
        world.nowNanos += Duration.ofHours(1).toNanos();
        pass(500);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        pass(110);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
    }

    @Test
    void marksNoneWhileMostSeemGoneAndSaysSoOnceThatLasts() {
        down(1, 2, 3, 4);
        pass(LOST_AFTER_SECONDS);
        assertThat(watch.tally().alarm()).isEmpty();
        pass(LOST_AFTER_SECONDS);
        assertThat(watch.tally().alarm())
                .hasValueSatisfying(alarm -> assertThat(alarm).contains("4 of 6 nodes do not answer here"));
        up(1, 3, 4);
        pass(500);
        assertThat(watch.tally().alarm()).isEmpty();
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        pass(110);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        assertThat(lost()).isEqualTo(1);
    }

    @Test
    void marksNoMoreThanAThirdAndRaisesAnAlarmForTheRest() {
        down(1, 2, 3);
        pass(LOST_AFTER_SECONDS + 10);
        assertThat(lost()).isEqualTo(2);
        assertThat(watch.tally().alarm())
                .hasValueSatisfying(alarm ->
                        assertThat(alarm).contains("node 3 does not answer and is not marked LOST: too many lost"));
        up(3);
        pass(2);
        assertThat(watch.tally().alarm()).isEmpty();
    }

    @Test
    void leavesADrainingNodeToTheOperator() {
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.DRAINING));
        down(2);
        pass(2 * LOST_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.DRAINING);
    }

    @Test
    void aNodeThatAnswersAgainForAWhileIsActive() {
        lose(2);
        up(2);
        pass(RETURN_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        pass(4);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        pass(LOST_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void aNodeThatComesAndGoesStaysLost() {
        lose(2);
        for (int i = 0; i < 10; i++) {
            up(2);
            pass(50);
            down(2);
            pass(2);
        }
        assertThat(state(2)).isEqualTo(NodeState.LOST);
    }

    @Test
    void anotherStartBeginsTheWhileAnew() {
        lose(2);
        up(2);
        pass(50);
        world.ask.submit(new Command.UpdateNode(new NodeId(2), URI.create("http://127.0.0.1:2"), 77));
        pass(50);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        pass(14);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void timeInWhichItWasStoppedIsNoAnswer() {
        lose(2);
        up(2);
        pass(4);
        world.nowNanos += Duration.ofMinutes(5).toNanos();
        pass(50);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
    }

    @Test
    void aNodeWhoseDiskFailedIsNotMarkedForItCanBeReadNorTakenBack() {
        sick.add(new NodeId(2));
        pass(2 * LOST_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
        lose(2);
        up(2);
        pass(10 * RETURN_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
    }

    @Test
    void aNodeThatIsNotTrustedStaysLost() {
        lose(2);
        distrusted.add(new NodeId(2));
        up(2);
        pass(10 * RETURN_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        distrusted.clear();
        pass(RETURN_AFTER_SECONDS + 4);
        assertThat(state(2)).isEqualTo(NodeState.ACTIVE);
    }

    @Test
    void whatAnOperatorMarkedStaysLostAndTheNoteSaysSo() {
        world.ask.submit(new Command.MarkLost(new NodeId(2), OptionalLong.empty()));
        pass(10 * RETURN_AFTER_SECONDS);
        assertThat(state(2)).isEqualTo(NodeState.LOST);
        assertThat(watch.tally().note()).isEqualTo("an operator's");
        assertThat(watch.tally().done()).isZero();
        world.ask.submit(new Command.SetNodeState(new NodeId(2), NodeState.ACTIVE));
        pass(2);
        assertThat(watch.tally().note()).isEmpty();
    }

    private void lose(int number) {
        down(number);
        pass(LOST_AFTER_SECONDS + 4);
        assertThat(state(number)).isEqualTo(NodeState.LOST);
    }

    private void down(int... numbers) {
        for (int number : numbers) {
            world.node(number).up = false;
        }
    }

    private void up(int... numbers) {
        for (int number : numbers) {
            world.node(number).up = true;
        }
    }

    /** A look every two seconds. */
    private void pass(int seconds) {
        for (int i = 0; i < seconds / 2; i++) {
            world.nowNanos += Duration.ofSeconds(2).toNanos();
            watch.step();
        }
    }

    private NodeState state(int number) {
        return world.ask.read(new Query.ListNodes()).get(number - 1).node().state();
    }

    private long lost() {
        return world.ask.read(new Query.ListNodes()).stream()
                .filter(usage -> usage.node().state() == NodeState.LOST)
                .count();
    }
}
