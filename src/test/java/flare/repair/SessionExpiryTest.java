package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.config.SessionSettings;
import flare.metadata.Query;
import flare.model.ByteSize;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SessionExpiryTest {

    private static final SessionSettings SETTINGS =
            new SessionSettings(Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofHours(6), new ByteSize(1024));

    private final World world = new World(1, 1);
    private SessionExpiry expiry = expiry();

    private SessionExpiry expiry() {
        return new SessionExpiry(world.ask, SETTINGS, () -> world.nowNanos, world.metadata.term());
    }

    @Test
    void endsASessionNotSeenRenewedForTheSetTime() {
        pass(30, false);
        assertThat(live()).isEqualTo(1);
        pass(3, false);
        assertThat(live()).isZero();
        assertThat(expiry.tally().done()).isEqualTo(1);
    }

    @Test
    void keepsASessionThatRenews() {
        pass(120, true);
        assertThat(live()).isEqualTo(1);
    }

    @Test
    void keepsASessionThatRenewsWhileTheWallClockIsSetBack() {
        pass(10, true);
        world.setBackMillis = Duration.ofHours(1).toMillis();
        pass(120, true);
        assertThat(live()).isEqualTo(1);
    }

    @Test
    void countsFromItsOwnElection() {
        pass(25, false);
        world.metadata.elect();
        expiry = expiry();
        pass(25, false);
        assertThat(live()).isEqualTo(1);
        pass(10, false);
        assertThat(live()).isZero();
    }

    @Test
    void timeItCouldNotSeeCountsForNoOne() {
        pass(20, false);
        world.nowNanos += Duration.ofMinutes(10).toNanos();
        expiry.step();
        assertThat(live()).isEqualTo(1);
        pass(33, false);
        assertThat(live()).isZero();
    }

    private void pass(int seconds, boolean renewing) {
        for (int i = 0; i < seconds; i++) {
            world.nowNanos += Duration.ofSeconds(1).toNanos();
            if (renewing) {
                world.metadata.renew();
            }
            expiry.step();
        }
    }

    private int live() {
        return world.ask.read(new Query.ListSessions()).live().size();
    }
}
