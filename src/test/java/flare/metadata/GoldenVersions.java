package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketInfo.Document;
import flare.model.BucketInfo.DocumentKind;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.Checksum;
import flare.model.ChecksumAlgorithm;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An entry that follows {@link GoldenEntry}'s, with the commands of versions and of bucket configuration, and the origin
 * of their fixtures, as there.
 */
final class GoldenVersions {

    static final Position POSITION = new Position(3, 2);
    private static final BucketId BUCKET = new BucketId(2);
    private static final ObjectKey KEY = ObjectKey.of("k");

    private static final UploadRef UPLOAD = new UploadRef(BUCKET, KEY, new UploadId(version(10)));

    private GoldenVersions() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1-versions.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        Files.write(to.resolve("rows-level-1-versions.txt"), rows(store, entry()));
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
        List<Command<?>> commands = commands();
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(1, 100 + i, 100, commands.get(i)));
        }
        return new EntryCodec.Entry(GoldenEntry.STAMP_MILLIS + 1, envelopes);
    }

    private static List<Command<?>> commands() {
        BlobId blob = new BlobId(1, 11);
        Command.NewContent content = new Command.NewContent.Blob(
                blob, 1, List.of(new ChunkRecord(new ChunkId(blob, 0), 4, 5, List.of(new NodeId(1)))));
        BlobId second = new BlobId(1, 12);
        Command.NewContent other = new Command.NewContent.Blob(
                second, 1, List.of(new ChunkRecord(new ChunkId(second, 0), 4, 5, List.of(new NodeId(1)))));
        ObjectExtras extras = new ObjectExtras(
                Map.of("b", "2", "a", "ü"),
                Optional.of(new Checksum(ChecksumAlgorithm.CRC32C, "AAAAAA==", Checksum.Type.FULL_OBJECT)),
                Optional.of("owner"),
                Optional.of("private"));
        Command.NewContent small = new Command.NewContent.Inline(new byte[] {7});
        byte[] policy = "{}".getBytes(StandardCharsets.UTF_8);
        return new ArrayList<>(List.of(
                put(small, 1, ObjectExtras.NONE),
                new Command.SetVersioning(BUCKET, true),
                put(content, 4, extras),
                new Command.CopyObject(
                        new Command.CopySource(BUCKET, KEY, Optional.of(new VersionId(version(2))), version(2)),
                        new BucketId(1),
                        KEY,
                        Optional.of(ObjectAttributes.NONE),
                        Optional.of(Map.of("c", "3")),
                        Optional.of(new Checksum(ChecksumAlgorithm.SHA1, "x-2", Checksum.Type.COMPOSITE)),
                        Optional.of("other"),
                        Optional.of("public-read"),
                        WriteCondition.NONE),
                new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE),
                new Command.AmendVersion(
                        BUCKET,
                        KEY,
                        Optional.of(VersionId.NULL),
                        Optional.of(Map.of("d", "4")),
                        Optional.of("private")),
                new Command.DeleteObject(BUCKET, KEY, Optional.of(new VersionId(99)), WriteCondition.NONE),
                new Command.SetDocument(BUCKET, DocumentKind.POLICY, Optional.of(new Document(policy))),
                new Command.SetDocument(BUCKET, DocumentKind.CORS, Optional.empty()),
                new Command.CreateBucket(new BucketName("owned"), "owner"),
                new Command.CreateUpload(
                        BUCKET,
                        KEY,
                        ObjectAttributes.NONE,
                        extras,
                        Optional.of(ChecksumAlgorithm.CRC32C),
                        Checksum.Type.COMPOSITE),
                new Command.PutPart(UPLOAD, 1, 1, "p", extras.checksum(), small),
                new Command.PutPart(UPLOAD, 4, 4, "r", Optional.empty(), other),
                new Command.CopyPart(
                        UPLOAD,
                        2,
                        new Command.CopySource(BUCKET, KEY, Optional.of(new VersionId(version(2))), version(2)),
                        new ByteRange(1, 2),
                        Optional.of("q"),
                        extras.checksum()),
                new Command.CopyPart(
                        UPLOAD,
                        3,
                        new Command.CopySource(BUCKET, KEY, Optional.of(VersionId.NULL), version(0)),
                        new ByteRange(0, 1),
                        Optional.empty(),
                        Optional.empty()),
                new Command.CompleteUpload(
                        UPLOAD,
                        List.of(new Command.PartRef(1, version(11)), new Command.PartRef(2, version(13))),
                        "m-2",
                        extras.checksum(),
                        WriteCondition.NONE),
                new Command.CreateUpload(
                        BUCKET,
                        KEY,
                        ObjectAttributes.NONE,
                        ObjectExtras.NONE,
                        Optional.empty(),
                        Checksum.Type.FULL_OBJECT),
                new Command.CreateUpload(
                        BUCKET,
                        KEY,
                        ObjectAttributes.NONE,
                        ObjectExtras.NONE,
                        Optional.empty(),
                        Checksum.Type.FULL_OBJECT),
                new Command.PutPart(
                        new UploadRef(BUCKET, KEY, new UploadId(version(17))), 9, 1, "p", Optional.empty(), small),
                new Command.AbortUpload(new UploadRef(BUCKET, KEY, new UploadId(version(16)))),
                new Command.ExpireUploads(List.of(new UploadId(version(17))), 5, 3)));
    }

    /** Of what the command at that place of the entry makes. */
    private static long version(int place) {
        return POSITION.index() * EntryCodec.MAX_COMMANDS + place;
    }

    private static Command.PutObject put(Command.NewContent content, long size, ObjectExtras extras) {
        return new Command.PutObject(
                BUCKET, KEY, size, "e", ObjectAttributes.NONE, extras, content, WriteCondition.NONE);
    }
}
