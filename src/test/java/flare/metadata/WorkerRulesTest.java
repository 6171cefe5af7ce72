package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.Command.WorkerOrder;
import flare.metadata.ReplicatedState.Position;
import flare.model.Fault;
import flare.model.FlareException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of background workers, rule by rule. */
final class WorkerRulesTest {

    private static final long TERM = 4;
    private static final WorkerCursor CURSOR = new WorkerCursor("here", Map.of("bad", 2L));

    private final RocksState state;
    private long index = 100;

    WorkerRulesTest(@TempDir Path directory) throws Exception {
        this.state = States.open(directory.resolve("state"));
    }

    @AfterEach
    void stop() {
        state.close();
    }

    private Outcome apply(Command<?> command) throws Exception {
        return state.apply(new Position(TERM, ++index), 1_000, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }

    private void accept(Command<?> command) throws Exception {
        assertThat(apply(command)).isEqualTo(new Outcome.Accepted(new Command.Done()));
    }

    private void refuse(Fault fault, String saying, Command<?> command) throws Exception {
        Outcome outcome = apply(command);
        assertThat(outcome).isInstanceOf(Outcome.Refused.class);
        assertThat(((Outcome.Refused) outcome).fault()).isEqualTo(fault);
        assertThat(((Outcome.Refused) outcome).message()).contains(saying);
    }

    private Query.WorkerState worker(String name) {
        return state.query(new Query.GetWorker(name));
    }

    @Test
    void keepsEachWorkersCursor() throws Exception {
        assertThat(worker("scrub")).isEqualTo(new Query.WorkerState(WorkerCursor.NONE, 0, false));
        accept(new Command.SaveCursor("scrub", CURSOR, TERM));
        accept(new Command.SaveCursor("rebalance", new WorkerCursor("there", Map.of()), TERM));
        assertThat(worker("scrub").cursor()).isEqualTo(CURSOR);
        assertThat(worker("scrub").cursor().number("bad")).isEqualTo(2);
        assertThat(worker("scrub").cursor().number("good")).isZero();
        accept(new Command.SaveCursor("scrub", WorkerCursor.NONE, TERM));
        assertThat(worker("scrub").cursor()).isEqualTo(WorkerCursor.NONE);
        assertThat(worker("rebalance").cursor().position()).isEqualTo("there");
    }

    @Test
    void refusesACursorOfAnotherTerm() throws Exception {
        refuse(Fault.CONFLICT, "term 3", new Command.SaveCursor("scrub", CURSOR, TERM - 1));
        assertThat(worker("scrub").cursor()).isEqualTo(WorkerCursor.NONE);
    }

    @Test
    void keepsOrdersApartFromCursors() throws Exception {
        accept(new Command.OrderWorker("scrub", WorkerOrder.START));
        long first = worker("scrub").started();
        assertThat(first).isPositive();
        accept(new Command.OrderWorker("scrub", WorkerOrder.PAUSE));
        accept(new Command.SaveCursor("scrub", CURSOR, TERM));
        assertThat(worker("scrub")).isEqualTo(new Query.WorkerState(CURSOR, first, true));
        accept(new Command.OrderWorker("scrub", WorkerOrder.RESUME));
        assertThat(worker("scrub")).isEqualTo(new Query.WorkerState(CURSOR, first, false));
        accept(new Command.OrderWorker("scrub", WorkerOrder.PAUSE));
        accept(new Command.OrderWorker("scrub", WorkerOrder.START));
        assertThat(worker("scrub").started()).isGreaterThan(first);
        assertThat(worker("scrub").paused()).isFalse();
        assertThat(worker("scrub").cursor()).isEqualTo(CURSOR);
    }

    @Test
    void refusesWhatIsTooLong() throws Exception {
        String longest = "p".repeat(CommandCheck.MAX_POSITION_LENGTH);
        accept(new Command.SaveCursor("scrub", new WorkerCursor(longest, Map.of()), TERM));
        refuse(
                Fault.INVALID_ARGUMENT,
                "position",
                new Command.SaveCursor("scrub", new WorkerCursor(longest + "p", Map.of()), TERM));
        Map<String, Long> many = new HashMap<>();
        for (int i = 0; i <= CommandCheck.MAX_NUMBERS; i++) {
            many.put("n".repeat(i + 1), 1L);
        }
        refuse(
                Fault.INVALID_ARGUMENT,
                "number of numbers",
                new Command.SaveCursor("scrub", new WorkerCursor("", many), TERM));
        for (String name : List.of("", "Scrub", "a/b", "n".repeat(CommandCheck.MAX_NAME_LENGTH + 1))) {
            refuse(Fault.INVALID_ARGUMENT, "name of a worker", new Command.SaveCursor(name, CURSOR, TERM));
            refuse(Fault.INVALID_ARGUMENT, "name of a worker", new Command.OrderWorker(name, WorkerOrder.PAUSE));
            assertThatThrownBy(() -> worker(name)).isInstanceOf(FlareException.class);
        }
    }
}
