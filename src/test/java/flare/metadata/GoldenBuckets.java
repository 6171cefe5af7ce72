package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BucketId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An entry with buckets made with documents that follows {@link GoldenEntry}'s, and the origin of its fixtures, as there. */
final class GoldenBuckets {

    private static final Position POSITION = new Position(3, 2);

    private GoldenBuckets() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-buckets.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-buckets.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        return GoldenEntry.rowsWith(store, POSITION, entry);
    }

    static EntryCodec.Entry entry() {
        List<Command<?>> commands = List.of(
                new Command.CreateBucket(
                        new BucketName("made"),
                        "owner",
                        Map.of(
                                DocumentKind.OWNERSHIP_CONTROLS, document("BucketOwnerPreferred"),
                                DocumentKind.ACL, document("public-read"))),
                new Command.CreateBucket(new BucketName("plain"), "owner"),
                new Command.CreateBucket(new BucketName("gone"), "", Map.of(DocumentKind.ACL, document("private"))),
                new Command.DeleteBucket(new BucketId(5)));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 300 + i, 300, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }

    private static Document document(String text) {
        return new Document(text.getBytes(StandardCharsets.UTF_8));
    }
}
