package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndedSessionsTest {

    @TempDir
    Path directory;

    @Test
    void knowsEachEndedIdAndNoOther() throws Exception {
        Random random = new Random(11);
        TreeSet<Long> ended = new TreeSet<>();
        try (Store store = Store.open(directory, States.MEMORY)) {
            long next = 1;
            while (ended.size() < 5 * EndedSessions.MAX_IDS) {
                try (EntryBatch batch = new EntryBatch(store)) {
                    for (int i = 0; i < 20; i++) {
                        // Mostly the youngest, now and then one that lived long, and some twice.
                        next += 1 + random.nextInt(50);
                        long id = random.nextInt(3) > 0 ? next : 1 + (long) (random.nextDouble() * next);
                        EndedSessions.add(batch, id);
                        ended.add(id);
                    }
                    batch.finish();
                    batch.write();
                }
            }
            try (SnapshotReader rows = new SnapshotReader(store)) {
                for (long id = 0; id < next + 10; id++) {
                    assertThat(EndedSessions.contains(rows, id)).as("id %d", id).isEqualTo(ended.contains(id));
                }
                int count = 0;
                int bytes = 0;
                try (RowScan scan = rows.scan(Family.META, Keys.ENDED, Keys.behind(Keys.ENDED))) {
                    while (scan.next()) {
                        count++;
                        bytes += scan.value().length;
                    }
                }
                assertThat(count).isLessThan(ended.size() / (EndedSessions.MAX_IDS / 2) + 2);
                assertThat(bytes).isLessThan(2 * ended.size());
            }
        }
    }

    @Test
    void aSessionThatEndedLeavesNoRowButItsId() throws Exception {
        try (Store store = Store.open(directory, States.MEMORY)) {
            RocksState state = RocksState.over(store);
            for (int i = 1; i <= 50; i++) {
                Outcome opened = apply(state, new Command.OpenSession(new UUID(1, i), Optional.empty()));
                long session = (Long) ((Outcome.Accepted) opened).value();
                apply(state, new Command.CloseSession(session));
                assertThat(apply(state, new Command.CloseSession(session)))
                        .as("ending it again")
                        .isInstanceOf(Outcome.Accepted.class);
            }
            try (RowScan scan = store.scan(Family.SESSION, Keys.FIRST, Keys.LAST, null)) {
                assertThat(scan.next()).isFalse();
            }
        }
    }

    private static Outcome apply(RocksState state, Command<?> command) throws Exception {
        long next = state.applied().index() + 1;
        return state.apply(new ReplicatedState.Position(1, next), next, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
    }
}
