package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.VersionId;
import flare.model.WriteCondition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** An entry in which bytes begin to be kept count of, which follows {@link GoldenEntry}'s, and the origin of its fixtures, as there. */
final class GoldenSpace {

    static final Position POSITION = new Position(3, 2);

    private GoldenSpace() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-space.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-space.txt"), rows(store, entry()));
    }

    static List<String> rows(Path store, EntryCodec.Entry entry) throws IOException {
        try (RocksState state = States.open(store)) {
            EntryCodec.Entry before = GoldenEntry.entry();
            state.apply(GoldenEntry.POSITION, before.stampMillis(), before.commands());
            state.apply(POSITION, entry.stampMillis(), entry.commands());
        }
        return GoldenEntry.rows(store);
    }

    static EntryCodec.Entry entry() {
        BlobId blob = new BlobId(1, 11);
        BucketId bucket = new BucketId(2);
        ObjectKey key = ObjectKey.of("k");
        UploadRef upload = new UploadRef(bucket, key, new UploadId(version(6)));
        Command.NewContent content = new Command.NewContent.Blob(
                blob, 1, List.of(new ChunkRecord(new ChunkId(blob, 0), 400, 5, List.of(new NodeId(1)))));
        List<Command<?>> commands = List.of(
                new Command.CountSpace(1, 3),
                new Command.CountSpace(2, 3),
                new Command.CountSpace(100, 3),
                new Command.SetVersioning(bucket, true),
                new Command.PutObject(bucket, key, 400, "e", ObjectAttributes.NONE, content, WriteCondition.NONE),
                new Command.PutObject(
                        bucket,
                        key,
                        3,
                        "f",
                        ObjectAttributes.NONE,
                        new Command.NewContent.Inline(new byte[] {1, 2, 3}),
                        WriteCondition.NONE),
                new Command.CreateUpload(
                        bucket,
                        key,
                        ObjectAttributes.NONE,
                        ObjectExtras.NONE,
                        Optional.empty(),
                        Checksum.Type.FULL_OBJECT),
                new Command.CopyPart(
                        upload,
                        2,
                        new Command.CopySource(bucket, key, Optional.of(new VersionId(version(4))), version(4)),
                        new ByteRange(100, 50),
                        Optional.empty(),
                        Optional.empty()),
                new Command.DeleteObject(bucket, key, Optional.of(new VersionId(version(4))), WriteCondition.NONE),
                new Command.AbandonCopy(new ChunkId(new BlobId(1, 7), 1), new NodeId(2), 1));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 500 + i, 500, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }

    /** Of what the command at that place of the entry makes. */
    private static long version(int place) {
        return POSITION.index() * EntryCodec.MAX_COMMANDS + place;
    }
}
