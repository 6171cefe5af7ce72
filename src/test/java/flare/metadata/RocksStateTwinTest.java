package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random commands into the store and into its model: the same outcomes, the same answers, whatever happens between. */
final class RocksStateTwinTest {

    private record Logged(Position position, long stampMillis, byte[] entry) {}

    private static final int ENTRIES = 800;

    @TempDir
    Path directory;

    private final List<Logged> log = new ArrayList<>();
    private final Set<Class<?>> accepted = new HashSet<>();
    private int generation;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theStoreAndTheModelAgreeThroughRestartsCrashesAndCheckpoints(long seed) throws Exception {
        Random random = new Random(seed);
        ModelState model = new ModelState();
        RandomCommands commands = new RandomCommands(random, model);
        Path current = next();
        RocksState state = RocksState.open(current);
        try {
            for (int index = 1; index <= ENTRIES; index++) {
                long term = 1L + index / 100;
                Position position = new Position(term, index);
                long stampMillis = 1_000_000L + random.nextInt(1000);
                List<Envelope> entry = commands.entry(term);
                List<Outcome> expected = model.apply(position, stampMillis, entry);
                byte[] encoded = EntryCodec.stamp(EntryCodec.encode(new EntryCodec.Entry(0, entry)), stampMillis);
                log.add(new Logged(position, stampMillis, encoded));
                List<Outcome> outcomes = state.apply(position, stampMillis, entry);
                assertThat(outcomes.stream().map(RocksStateTwinTest::comparable).toList())
                        .as("seed %d, entry %d: %s", seed, index, entry)
                        .isEqualTo(expected.stream()
                                .map(RocksStateTwinTest::comparable)
                                .toList());
                for (int i = 0; i < entry.size(); i++) {
                    if (outcomes.get(i) instanceof Outcome.Accepted) {
                        accepted.add(entry.get(i).command().getClass());
                    }
                }
                int happens = random.nextInt(150);
                if (happens < 3) {
                    Path before = current;
                    current = happens == 0
                            ? restart(state, before)
                            : happens == 1 ? crash(state, before) : restore(state);
                    state = RocksState.open(current);
                    replay(state);
                }
                if (index % 50 == 0 || happens < 3) {
                    assertSame(seed, index, state, model);
                }
            }
            assertThat(accepted).containsExactlyInAnyOrder(Command.class.getPermittedSubclasses());
            replicaIsTheSame(seed, state, model);
        } finally {
            state.close();
        }
    }

    private Path next() {
        return directory.resolve("state" + generation++);
    }

    private static Path restart(RocksState state, Path current) {
        state.close();
        return current;
    }

    /** What a process that dies leaves: the files as they are, without what only memory holds. */
    private Path crash(RocksState state, Path current) throws IOException {
        while (true) {
            Path copy = next();
            try {
                String before = manifest(current);
                copy(current, copy);
                // A file that was compacted away while others were copied would be missing: that is no crash.
                if (before.equals(manifest(current))) {
                    state.close();
                    return copy;
                }
            } catch (NoSuchFileException compactedAway) {
                generation++;
            }
        }
    }

    private static String manifest(Path directory) throws IOException {
        String name = Files.readString(directory.resolve("CURRENT")).strip();
        return name + Files.size(directory.resolve(name));
    }

    private Path restore(RocksState state) throws IOException {
        Path checkpoint = next();
        state.checkpoint(checkpoint);
        state.close();
        return checkpoint;
    }

    /** As after any start: also entries whose effects are there. */
    private void replay(RocksState state) throws IOException {
        long applied = state.applied().index();
        for (Logged logged : log.subList((int) Math.max(0, applied - 5), log.size())) {
            apply(state, logged);
        }
    }

    private static void apply(RocksState state, Logged logged) throws IOException {
        EntryCodec.Entry entry = EntryCodec.decode(logged.entry());
        assertThat(entry.stampMillis()).isEqualTo(logged.stampMillis());
        state.apply(logged.position(), entry.stampMillis(), entry.commands());
    }

    private void replicaIsTheSame(long seed, RocksState state, ModelState model) throws Exception {
        Path checkpoint = next();
        state.checkpoint(checkpoint);
        try (RocksState replica = RocksState.open(next())) {
            for (Logged logged : log) {
                apply(replica, logged);
            }
            assertSame(seed, log.size(), replica, model);
            Path replicaCheckpoint = next();
            replica.checkpoint(replicaCheckpoint);
            assertThat(rows(replicaCheckpoint)).as("seed %d", seed).isEqualTo(rows(checkpoint));
        }
    }

    private static Map<String, List<String>> rows(Path directory) throws IOException {
        Map<String, List<String>> all = new TreeMap<>();
        try (Store store = Store.open(directory)) {
            for (Family family : Family.values()) {
                List<String> rows = new ArrayList<>();
                try (RowScan scan = store.scan(family, Keys.FIRST, Keys.LAST, null)) {
                    while (scan.next()) {
                        rows.add(Arrays.toString(scan.key()) + Arrays.toString(scan.value()));
                    }
                }
                all.put(family.id(), rows);
            }
        }
        return all;
    }

    private static void assertSame(long seed, int index, RocksState state, ModelState model) {
        assertThat(state.applied()).isEqualTo(model.applied());
        assertThat(StateDump.of(state, model.blobs.keySet(), model.sessions.keySet()))
                .as("seed %d after entry %d", seed, index)
                .isEqualTo(StateDump.of(model, model.blobs.keySet(), model.sessions.keySet()));
    }

    /** Texts of refusals are the store's own. */
    private static Object comparable(Outcome outcome) {
        return outcome instanceof Outcome.Refused refused ? refused.fault() : outcome;
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
