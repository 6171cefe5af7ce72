package flare.object;

import static org.assertj.core.api.Assertions.assertThat;

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

    @Test
    void aCopyBehindTheQuorumForTheWholeTimeIsTooLate() {
        CopyRace race = race(3, 2);
        race.took(0, 500);
        race.took(1, 201);
        race.took(2, 100);
        assertThat(race.tooLate(0)).isEmpty();
        assertThat(race.tooLate(TIME - 1)).isEmpty();
        assertThat(race.tooLate(TIME)).containsExactly(2);
    }

    @Test
    void oneLeaderMakesNobodyLate() {
        CopyRace race = race(3, 2);
        race.took(0, 1_000_000);
        race.tooLate(0);
        assertThat(race.tooLate(10 * TIME)).isEmpty();
    }

    @Test
    void aCopyThatCatchesUpStartsAfresh() {
        CopyRace race = race(3, 2);
        race.took(0, 500);
        race.took(1, 500);
        race.tooLate(0);
        race.took(2, 400);
        assertThat(race.tooLate(TIME)).isEmpty();
        race.took(0, 500);
        race.took(1, 500);
        assertThat(race.tooLate(TIME + 1)).isEmpty();
        assertThat(race.tooLate(2 * TIME)).isEmpty();
        assertThat(race.tooLate(2 * TIME + 1)).containsExactly(2);
    }

    @Test
    void onceAQuorumIsDurableTheRestHaveTheSameTimeLeft() {
        CopyRace race = race(3, 2);
        race.good(0, 0);
        race.good(1, 500);
        assertThat(race.tooLate(500 + TIME - 1)).isEmpty();
        assertThat(race.tooLate(500 + TIME)).containsExactly(2);
    }

    @Test
    void withAsManyCopiesAsTheQuorumNoneIsDropped() {
        CopyRace race = race(2, 2);
        race.took(0, 1_000_000);
        race.good(0, 0);
        race.tooLate(0);
        assertThat(race.tooLate(100 * TIME)).isEmpty();
    }

    @Test
    void copiesThatAreOutSetNoPace() {
        CopyRace race = race(3, 2);
        race.took(0, 1_000);
        race.took(1, 1_000);
        race.out(0);
        race.tooLate(0);
        assertThat(race.tooLate(TIME)).isEmpty();
        assertThat(race.runningCopies()).isEqualTo(2);
        assertThat(race.goodCopies()).isZero();
    }
}
