package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.model.Fault;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogRoomTest {

    private static final double RESERVE = 0.05;

    private final AtomicLong nanos = new AtomicLong();
    private double free = 1;
    private boolean broken;
    private int measured;

    private final LogRoom room = new LogRoom(RESERVE, this::measure, nanos::get);

    @Test
    void refusesBelowTheReserveAndNamesIt() {
        free = 0.049;
        assertThat(room.refusal()).hasValueSatisfying(refusal -> {
            assertThat(refusal.fault()).isEqualTo(Fault.INSUFFICIENT_STORAGE);
            assertThat(refusal).hasMessageContaining("4.9 %").hasMessageContaining("5.0 % of flare.raft.reserve");
        });
    }

    @Test
    void takesWhatComesAtTheReserveAndOnceThereIsRoomAgain() {
        free = RESERVE;
        assertThat(room.refusal()).isEmpty();
        free = 0;
        nanos.addAndGet(LogRoom.MAX_AGE_NANOS);
        assertThat(room.refusal()).isPresent();
        free = 0.5;
        nanos.addAndGet(LogRoom.MAX_AGE_NANOS);
        assertThat(room.refusal()).isEmpty();
    }

    @Test
    void measuresAtMostOnceInItsTime() {
        for (int i = 0; i < 10; i++) {
            room.refusal();
            nanos.addAndGet(LogRoom.MAX_AGE_NANOS / 5);
        }
        assertThat(measured).isEqualTo(2);
    }

    @Test
    void keepsWhatItKnewWhenTheDiskDoesNotSay() {
        free = 0;
        assertThat(room.refusal()).isPresent();
        broken = true;
        nanos.addAndGet(LogRoom.MAX_AGE_NANOS);
        assertThat(room.refusal()).isPresent();
    }

    @Test
    void keepsOutWhatGrowsAndNotWhatMakesRoom() {
        assertThat(CommandTraits.grows(new Command.CreateBucket(LedgerState.name(1))))
                .isTrue();
        assertThat(CommandTraits.grows(new Command.RenewSession(1, 1, 1, List.of())))
                .isFalse();
    }

    private double measure() throws IOException {
        measured++;
        if (broken) {
            throw new IOException("planted");
        }
        return free;
    }
}
