package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketId;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;

/**
 * Measures apply and listing; a main, not a test. Figures are in docs/decisions/0008-the-state-machines-store.md. Argument: number of keys.
 */
public final class StateBench {

    private static final BucketId BUCKET = new BucketId(1);
    private static final int ENTRY_COMMANDS = 64;
    private static final byte[] NONE = {};
    private final RocksState state;
    private long index;
    private long session;
    private long sequence;
    private long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();

    private StateBench(RocksState state) {
        this.state = state;
    }

    public static void main(String[] arguments) throws Exception {
        int keys = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
        Path directory = Files.createTempDirectory("state-bench");
        try (RocksState state = States.open(directory)) {
            new StateBench(state).run(keys);
        }
    }

    private void run(int keys) throws Exception {
        apply(List.of(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x"))));
        Command<?> open = new Command.OpenSession(new UUID(1, 2), Optional.empty());
        index++;
        Outcome opened = state.apply(new Position(1, index), 1, List.of(new Envelope(0, 0, 0, open)))
                .get(0);
        session = (Long) ((Outcome.Accepted) opened).value();
        byte[] inline = new byte[4096];
        each("apply: put of 4 KiB inline", 100_000, i -> put("small/" + i, inline));
        each("apply: put, empty", keys, i -> put(key(i), NONE));
        pages("list, pages of 1,000", "data/");
        pages("list again", "data/");
        each("apply: delete", keys, i -> new Command.DeleteObject(BUCKET, ObjectKey.of(key(i)), WriteCondition.NONE));
        each("apply: put, empty, behind the deletes", 2_000, i -> put("zz/" + i, NONE));
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            int found = state.query(new Query.ListObjects(BUCKET, NONE, NONE, bytes("small/~"), 1000))
                    .objects()
                    .size();
            print("page of " + found + " behind " + keys + " deletes", System.nanoTime() - start, 1);
            Thread.sleep(1000);
        }
    }

    private static String key(int i) {
        return String.format(Locale.ROOT, "data/%08d/some-name-of-usual-length.bin", i);
    }

    private void each(String what, int count, IntFunction<Command<?>> command) throws Exception {
        long start = System.nanoTime();
        List<Command<?>> entry = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            entry.add(command.apply(i));
            if (entry.size() == ENTRY_COMMANDS || i == count - 1) {
                apply(entry);
                entry.clear();
            }
        }
        print(what, System.nanoTime() - start, count);
    }

    private void apply(List<Command<?>> commands) throws Exception {
        index++;
        long lowest = sequence;
        List<Envelope> entry = new ArrayList<>();
        for (Command<?> command : commands) {
            entry.add(new Envelope(session, sequence++, lowest, command));
        }
        state.apply(new Position(1, index), System.currentTimeMillis(), entry);
    }

    private static Command<?> put(String key, byte[] inline) {
        return new Command.PutObject(
                BUCKET,
                ObjectKey.of(key),
                inline.length,
                "d41d8cd98f00b204e9800998ecf8427e",
                ObjectAttributes.NONE,
                new Command.NewContent.Inline(inline),
                WriteCondition.NONE);
    }

    private void pages(String what, String prefix) {
        long start = System.nanoTime();
        int count = 0;
        byte[] after = NONE;
        while (true) {
            Query.ObjectPage page = state.query(new Query.ListObjects(BUCKET, bytes(prefix), NONE, after, 1000));
            count += page.objects().size();
            if (page.next().isEmpty()) {
                break;
            }
            after = page.next().orElseThrow();
        }
        print(what, System.nanoTime() - start, count);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private void print(String what, long nanos, int count) {
        long cpuNanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        double cpuMicros = (cpuNanos - cpuBefore) / 1e3 / count;
        cpuBefore = cpuNanos;
        System.out.printf(
                Locale.ROOT,
                "%-42s %8d in %8.1f ms, %8.0f/s, CPU of the thread %8.1f us each%n",
                what,
                count,
                nanos / 1e6,
                count * 1e9 / nanos,
                cpuMicros);
    }
}
