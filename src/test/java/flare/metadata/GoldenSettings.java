package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An entry with the commands about the cluster's settings that follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenSettings {

    static final Position POSITION = new Position(3, 2);

    private GoldenSettings() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-settings.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-settings.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = List.of(
                new Command.AlignChunks(List.of(new ChunkId(new BlobId(1, 7), 0)), 3),
                new Command.SetClusterSettings(Optional.of(1), Optional.of("consistent-hash")),
                new Command.AlignChunks(List.of(new ChunkId(new BlobId(1, 7), 0), new ChunkId(new BlobId(1, 7), 1)), 3),
                new Command.SetClusterSettings(Optional.empty(), Optional.of("round-robin")),
                new Command.SetClusterSettings(Optional.of(2), Optional.empty()));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 400 + i, 400, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }
}
