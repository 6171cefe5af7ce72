package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.NodeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** An entry with copies that come to be recorded, which follows {@link GoldenEntry}'s, and the origin of their fixtures, as there. */
final class GoldenAdoption {

    static final Position POSITION = new Position(3, 2);

    private GoldenAdoption() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-adoption.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-adoption.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        NodeId node = new NodeId(2);
        ChunkId chunk = new ChunkId(new BlobId(1, 7), 0);
        List<Command<?>> commands = List.of(
                new Command.AdoptCopies(node, List.of(chunk), 3),
                new Command.ClearFreed(List.of(new Command.FreedCopy(node, chunk, GoldenEntry.POSITION.index()))),
                new Command.AdoptCopies(node, List.of(chunk, new ChunkId(new BlobId(1, 99), 0)), 3),
                new Command.AdoptCopies(new NodeId(1), List.of(new ChunkId(new BlobId(1, 7), 1), chunk), 3));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 500 + i, 500, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }
}
