package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.NodeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An entry with later commands about nodes that follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenNodes {

    static final Position POSITION = new Position(3, 2);

    private GoldenNodes() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-nodes.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-nodes.txt"), rows(store, entry()), StandardCharsets.UTF_8);
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = List.of(
                new Command.PlaceNode(new NodeId(1), Optional.of("zone-ü"), Optional.empty()),
                new Command.PlaceNode(new NodeId(2), Optional.empty(), Optional.of(2.5)),
                new Command.PlaceNode(new NodeId(2), Optional.of(""), Optional.of(0.25)));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 200 + i, 200, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }
}
