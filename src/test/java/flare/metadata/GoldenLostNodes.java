package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;

/** An entry with the commands about lost nodes that follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenLostNodes {

    static final Position POSITION = new Position(3, 2);

    private GoldenLostNodes() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-lost-nodes.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-lost-nodes.txt"), rows(store, entry()), StandardCharsets.UTF_8);
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = List.of(
                new Command.AddNode(new UUID(61, 62), URI.create("http://127.0.0.1:9001"), "zone", 1),
                new Command.MarkLost(new NodeId(2), OptionalLong.of(3)),
                new Command.MarkLost(new NodeId(1), OptionalLong.empty()),
                new Command.ReturnNode(new NodeId(2), 4, 3),
                new Command.MarkLost(new NodeId(2), OptionalLong.of(3)),
                new Command.ClearFreed(
                        List.of(new Command.FreedCopy(new NodeId(2), new ChunkId(new BlobId(1, 7), 0), 1))));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 250 + i, 250, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }
}
