package flare.object;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CopyRaceTest {

    private static final long LIMIT_BYTES = 100;
    private static final long TIME = 1_000;

    private static CopyRace race(int copies, int quorum) {
        CopyRace race = new CopyRace(quorum, LIMIT_BYTES, TIME);
        for (int i = 0; i < copies; i++) {
            race.join();
        }
        return race;
    }

    private static List<Integer> tooLate(CopyRace race, long nowNanos) {
        return race.tooLate(nowNanos, copy -> false);
    }

    @Test
    void aCopyBehindTheQuorumForTheWholeTimeIsTooLate() {
        CopyRace race = race(3, 2);
        race.took(0, 500);
        race.took(1, 201);
        race.took(2, 100);
        assertThat(tooLate(race, 0)).isEmpty();
        assertThat(tooLate(race, TIME - 1)).isEmpty();
        assertThat(tooLate(race, TIME)).containsExactly(2);
    }

    @Test
    void oneLeaderMakesNobodyLate() {
        CopyRace race = race(3, 2);
        race.took(0, 1_000_000);
        tooLate(race, 0);
        assertThat(tooLate(race, 10 * TIME)).isEmpty();
    }

    @Test
    void aCopyThatCatchesUpStartsAfresh() {
        CopyRace race = race(3, 2);
        race.took(0, 500);
        race.took(1, 500);
        tooLate(race, 0);
        race.took(2, 400);
        assertThat(tooLate(race, TIME)).isEmpty();
        race.took(0, 500);
        race.took(1, 500);
        assertThat(tooLate(race, TIME + 1)).isEmpty();
        assertThat(tooLate(race, 2 * TIME)).isEmpty();
        assertThat(tooLate(race, 2 * TIME + 1)).containsExactly(2);
    }

    @Test
    void onceAQuorumIsDurableTheRestHaveTheSameTimeLeft() {
        CopyRace race = race(3, 2);
        race.good(0, 0);
        race.good(1, 500);
        assertThat(tooLate(race, 500 + TIME - 1)).isEmpty();
        assertThat(tooLate(race, 500 + TIME)).containsExactly(2);
    }

    @Test
    void withAsManyCopiesAsTheQuorumNoneIsDropped() {
        CopyRace race = race(2, 2);
        race.took(0, 1_000_000);
        race.good(0, 0);
        tooLate(race, 0);
        assertThat(tooLate(race, 100 * TIME)).isEmpty();
    }

    @Test
    void copiesThatAreOutSetNoPace() {
        CopyRace race = race(3, 2);
        race.took(0, 1_000);
        race.took(1, 1_000);
        race.out(0);
        tooLate(race, 0);
        assertThat(tooLate(race, TIME)).isEmpty();
        assertThat(race.runningCopies()).isEqualTo(2);
        assertThat(race.goodCopies()).isZero();
    }

    @Test
    void aCopyThatStandsStillOnASilentNodeIsTooLateHoweverManyThereAre() {
        for (int copies = 1; copies <= 3; copies++) {
            CopyRace race = race(copies, copies);
            race.took(0, 50);
            assertThat(race.tooLate(0, copy -> true)).isEmpty();
            assertThat(race.tooLate(TIME - 1, copy -> true)).isEmpty();
            race.took(0, 1);
            if (copies > 1) {
                assertThat(race.tooLate(TIME, copy -> copy == 1)).containsExactly(1);
            }
            assertThat(race.tooLate(TIME, copy -> copy == 0)).isEmpty();
            assertThat(race.tooLate(2 * TIME - 1, copy -> copy == 0)).isEmpty();
            assertThat(race.tooLate(2 * TIME, copy -> copy == 0)).containsExactly(0);
            assertThat(tooLate(race, 2 * TIME)).isEmpty();
        }
    }
}
