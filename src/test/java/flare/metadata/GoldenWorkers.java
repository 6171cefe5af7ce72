package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An entry with the commands about workers that follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenWorkers {

    static final Position POSITION = new Position(3, 2);

    private GoldenWorkers() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-workers.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-workers.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = List.of(
                new Command.OrderWorker("scrub", Command.WorkerOrder.START),
                new Command.SaveCursor("scrub", new WorkerCursor("1/7/1", Map.of("started", 7L, "bad", 1L)), 3),
                new Command.SaveCursor("rebalance", WorkerCursor.NONE, 3),
                new Command.OrderWorker("rebalance", Command.WorkerOrder.PAUSE),
                new Command.OrderWorker("heal", Command.WorkerOrder.RESUME));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 300 + i, 300, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }
}
