package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.BucketName;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.NodeState;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * One of each command, and the origin of the fixtures in {@code src/test/resources/flare/metadata}: {@code main} writes
 * them to the directory it is given. They are written once per feature level and never changed.
 */
final class GoldenEntry {

    static final Position POSITION = new Position(3, 1);
    static final long STAMP_MILLIS = 1_750_000_000_123L;

    private GoldenEntry() {}

    public static void main(String[] arguments) throws Exception {
        Path to = Path.of(arguments[0]);
        Files.write(to.resolve("entry-level-1.bin"), EntryCodec.encode(entry()));
        Path store = Files.createTempDirectory("golden").resolve("state");
        try (RocksState state = States.open(store)) {
            state.apply(POSITION, STAMP_MILLIS, entry().commands());
        }
        Files.write(to.resolve("rows-level-1.txt"), rows(store));
    }

    static EntryCodec.Entry entry() {
        NodeId node = new NodeId(1);
        BlobId blob = new BlobId(1, 7);
        ChunkId chunk = new ChunkId(blob, 0);
        List<ChunkRecord> chunks = List.of(
                new ChunkRecord(chunk, 1 << 20, 0x89abcdef, List.of(node, new NodeId(2))),
                new ChunkRecord(new ChunkId(blob, 1), 5, 1, List.of(node)));
        ObjectAttributes attributes = new ObjectAttributes(
                Optional.of("text/plain"), Map.of("cache-control", "no-cache"), Map.of("b", "2", "a", "ü"));
        BucketId bucket = new BucketId(1);
        URI url = URI.create("http://127.0.0.1:9000");
        WriteCondition condition = new WriteCondition(List.of(), List.of("x"));
        ObjectKey key = ObjectKey.of("a/ü");
        List<Command<?>> commands = List.of(
                new Command.InitCluster(new UUID(11, 12), new ClusterSettings(2, 1 << 20, "round-robin")),
                new Command.AddNode(new UUID(21, 22), url, "zone", 1.5),
                new Command.AddNode(new UUID(31, 32), url, "other", 1),
                new Command.UpdateNode(node, url, 2),
                new Command.SetNodeState(new NodeId(2), NodeState.DRAINING),
                new Command.RaiseFeatureLevel(1),
                new Command.OpenSession(new UUID(41, 42), Optional.of(url)),
                new Command.CreateBucket(new BucketName("second")),
                new Command.DeleteBucket(new BucketId(9)),
                new Command.PutObject(
                        bucket,
                        key,
                        (1 << 20) + 5,
                        "e",
                        attributes,
                        new Command.NewContent.Blob(blob, 2, chunks),
                        condition),
                new Command.PutObject(
                        bucket,
                        ObjectKey.of("inline"),
                        3,
                        "f",
                        ObjectAttributes.NONE,
                        new Command.NewContent.Inline(new byte[] {1, 2, 3}),
                        WriteCondition.NONE),
                new Command.DeleteObject(bucket, ObjectKey.of("none"), condition),
                new Command.FreeBlob(new BlobId(1, 99), 10, 3),
                new Command.FreeOrphans(node, List.of(new ChunkId(new BlobId(1, 3), 0)), 3),
                new Command.ClearFreed(List.of(new Command.FreedCopy(node, chunk, 2))),
                new Command.PlanCopy(new ChunkId(blob, 1), new NodeId(2), 3),
                new Command.SetNodeState(new NodeId(2), NodeState.ACTIVE),
                new Command.PlanCopy(new ChunkId(blob, 1), new NodeId(2), 3),
                new Command.CommitCopy(chunk, node, 4),
                new Command.AbandonCopy(chunk, node, 4),
                new Command.DropCopy(chunk, new NodeId(2)),
                new Command.RenewSession(
                        1,
                        8,
                        1,
                        List.of(new Command.NewContent.Blob(
                                new BlobId(1, 9),
                                1,
                                List.of(new ChunkRecord(new ChunkId(new BlobId(1, 9), 0), 4, 5, List.of(node)))))),
                new Command.OpenSession(new UUID(51, 52), Optional.empty()),
                new Command.CloseSession(2),
                new Command.ExpireSession(2, 3));
        List<Envelope> envelopes = new ArrayList<>();
        for (int i = 0; i < commands.size(); i++) {
            envelopes.add(new Envelope(i == 10 ? 1 : 0, i, 1, commands.get(i)));
        }
        return new EntryCodec.Entry(STAMP_MILLIS, envelopes);
    }

    /** Those after this entry and one that follows it. */
    static List<String> rowsWith(Path directory, Position position, EntryCodec.Entry next) throws IOException {
        try (RocksState state = States.open(directory)) {
            EntryCodec.Entry first = entry();
            state.apply(POSITION, first.stampMillis(), first.commands());
            state.apply(position, next.stampMillis(), next.commands());
        }
        return rows(directory);
    }

    /** Every row as {@code family key value} in hex. */
    static List<String> rows(Path directory) throws IOException {
        List<String> rows = new ArrayList<>();
        HexFormat hex = HexFormat.of();
        try (Store store = Store.open(directory, States.MEMORY)) {
            for (Family family : Family.values()) {
                try (RowScan scan = store.scan(family, Keys.FIRST, Keys.LAST, null)) {
                    while (scan.next()) {
                        rows.add(family.id() + " " + hex.formatHex(scan.key()) + " " + hex.formatHex(scan.value()));
                    }
                }
            }
        }
        return rows;
    }
}
