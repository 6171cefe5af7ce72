package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import flare.metadata.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * One random sequence of entries into the store and into its model: the same outcomes and the same answers, whatever
 * happens between. The store is restarted, killed, and restored from a checkpoint at random points, and after each the log
 * is applied again from some entries before its position. A second replica applies the encoded log at the end, and must
 * have the same rows, byte for byte.
 */
final class SequenceTwin implements AutoCloseable {

    /**
     * @param entries at least this many, at most twice as many
     * @param quietEntries one of so many entries is followed by a restart, one by a crash, and one by a restore
     * @param checkEvery entries between two comparisons of everything; there is one at the end in any case
     */
    record Shape(int entries, int quietEntries, int checkEvery) {}

    private record Logged(Position position, long stampMillis, byte[] entry) {}

    private static final int ENTRIES_A_TERM = 100;
    private static final int AGAIN = 5;
    /** Of so many sequences one ends with a check of the rows against each other: it opens a checkpoint. */
    private static final int CHECKED_ONE_IN = 4;

    private final Path root;
    private final Replica replica;
    private final Replica follower;
    final Set<Class<?>> accepted = new HashSet<>();
    int restarts;

    /** In memory where the system has a file system for that: what is shown here is not that fsync works. */
    SequenceTwin(Path temporary) throws IOException {
        Path memory = Path.of("/dev/shm");
        boolean inMemory = Files.isDirectory(memory) && Files.isWritable(memory);
        root = Files.createTempDirectory(inMemory ? memory : temporary, "flare-sequences-");
        replica = new Replica(root.resolve("replica"));
        follower = new Replica(root.resolve("follower"));
    }

    void run(long seed, Shape shape) throws Exception {
        Random random = new Random(seed);
        ModelState model = new ModelState();
        RandomCommands commands = new RandomCommands(random, model);
        List<Logged> log = new ArrayList<>();
        replica.clear();
        int entries = shape.entries + random.nextInt(shape.entries + 1);
        for (int index = 1; index <= entries; index++) {
            long term = 1L + index / ENTRIES_A_TERM;
            List<Envelope> entry = index == 1 && random.nextInt(8) > 0 ? commands.firstEntry() : commands.entry(term);
            apply(seed, new Position(term, index), 1_000_000L + random.nextInt(1000), entry, model, log);
            boolean disturbed = disturb(random.nextInt(shape.quietEntries), log);
            if (disturbed || index % shape.checkEvery == 0 || index == entries) {
                assertSame(seed, index, replica.state(), model);
            }
        }
        if (seed % CHECKED_ONE_IN == 0) {
            FsckReport report = replica.fsck(1 + random.nextInt(4));
            assertThat(report.first()).as("seed %d", seed).isEmpty();
            assertThat(new Position(report.term(), report.index())).isEqualTo(model.applied());
        }
        follow(seed, log, model);
    }

    private void apply(
            long seed, Position position, long stampMillis, List<Envelope> entry, ModelState model, List<Logged> log)
            throws IOException {
        List<Outcome> expected = model.apply(position, stampMillis, entry);
        log.add(new Logged(
                position,
                stampMillis,
                EntryCodec.stamp(EntryCodec.encode(new EntryCodec.Entry(0, entry)), stampMillis)));
        List<Outcome> outcomes = replica.state().apply(position, stampMillis, entry);
        for (int i = 0; i < entry.size(); i++) {
            if (!comparable(outcomes.get(i)).equals(comparable(expected.get(i)))) {
                throw new AssertionError("seed " + seed + ", entry " + position.index() + ": " + entry.get(i)
                        + " was answered " + outcomes.get(i) + ", expected " + expected.get(i));
            }
            if (outcomes.get(i) instanceof Outcome.Accepted) {
                accepted.add(entry.get(i).command().getClass());
            }
        }
    }

    private boolean disturb(int happens, List<Logged> log) throws IOException {
        switch (happens) {
            case 0 -> replica.restart();
            case 1 -> replica.crash();
            case 2 -> replica.restore();
            default -> {
                return false;
            }
        }
        restarts++;
        // As after any start: also entries whose effects are there.
        long applied = replica.state().applied().index();
        for (Logged logged : log.subList((int) Math.max(0, applied - AGAIN), log.size())) {
            apply(replica.state(), logged);
        }
        return true;
    }

    private static void apply(RocksState state, Logged logged) throws IOException {
        EntryCodec.Entry entry = EntryCodec.decode(logged.entry());
        assertThat(entry.stampMillis()).isEqualTo(logged.stampMillis());
        state.apply(logged.position(), entry.stampMillis(), entry.commands());
    }

    private void follow(long seed, List<Logged> log, ModelState model) throws Exception {
        follower.clear();
        for (Logged logged : log) {
            apply(follower.state(), logged);
        }
        assertSame(seed, log.size(), follower.state(), model);
        assertThat(follower.rows()).as("seed %d", seed).isEqualTo(replica.rows());
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

    @Override
    public void close() throws IOException {
        replica.close();
        follower.close();
        DurableFiles.deleteTree(root);
    }
}
