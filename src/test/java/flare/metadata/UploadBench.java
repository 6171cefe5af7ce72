package flare.metadata;

import flare.metadata.ReplicatedState.Position;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.Checksum;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectExtras;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.UploadId;
import flare.model.UploadRef;
import flare.model.WriteCondition;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Measures the commands of an object of 10,000 parts; a main, not a test. Figures are in docs/decisions. */
public final class UploadBench {

    private static final BucketId BUCKET = new BucketId(1);
    private static final ObjectKey KEY = ObjectKey.of("large");
    private static final int PARTS = 10_000;
    private final RocksState state;
    private long index;

    private UploadBench(RocksState state) {
        this.state = state;
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("upload-bench");
        try (RocksState state = States.open(directory)) {
            for (int round = 0; round < 4; round++) {
                new UploadBench(state).run(round);
            }
        }
    }

    private void run(int round) throws Exception {
        index = state.applied().index();
        if (round == 0) {
            apply(new Command.InitCluster(new UUID(1, 1), new ClusterSettings(1, 1 << 20, "x")));
            apply(new Command.AddNode(new UUID(2, 1), URI.create("http://127.0.0.1:20001"), "z", 1));
        }
        long session = (Long) apply(new Command.OpenSession(new UUID(1, 2), Optional.empty()));
        UploadId id = (UploadId) apply(new Command.CreateUpload(
                BUCKET, KEY, ObjectAttributes.NONE, ObjectExtras.NONE, Optional.empty(), Checksum.Type.FULL_OBJECT));
        UploadRef upload = new UploadRef(BUCKET, KEY, id);
        List<Command.PartRef> parts = new ArrayList<>();
        long start = System.nanoTime();
        for (int number = 1; number <= PARTS; number++) {
            parts.add(new Command.PartRef(number, part(upload, session, number)));
        }
        print("10,000 parts put, an entry each", start);
        start = System.nanoTime();
        state.query(new Query.ListParts(upload, 0, PARTS));
        print("parts listed", start);
        Command<?> complete =
                new Command.CompleteUpload(upload, parts, "e-10000", Optional.empty(), WriteCondition.NONE);
        byte[] entry = EntryCodec.encode(new EntryCodec.Entry(1, List.of(new Envelope(0, 0, 0, complete))));
        System.out.println("entry of the completion: " + entry.length + " bytes");
        start = System.nanoTime();
        ObjectInfo made = (ObjectInfo) apply(complete);
        print("completed", start);
        start = System.nanoTime();
        ObjectKey copy = ObjectKey.of("copy");
        apply(new Command.CopyObject(
                new Command.CopySource(BUCKET, KEY, Optional.empty(), made.version()),
                BUCKET,
                copy,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                WriteCondition.NONE));
        print("copied", start);
        start = System.nanoTime();
        apply(new Command.DeleteObject(BUCKET, copy, WriteCondition.NONE));
        print("copy deleted", start);
        start = System.nanoTime();
        apply(new Command.DeleteObject(BUCKET, KEY, WriteCondition.NONE));
        print("deleted", start);
    }

    private long part(UploadRef upload, long session, int number) throws Exception {
        BlobId blob = new BlobId(session, number);
        ChunkRecord chunk = new ChunkRecord(new ChunkId(blob, 0), 5 << 20, 1, List.of(new NodeId(1)));
        apply(new Command.PutPart(
                upload,
                number,
                5 << 20,
                String.format(Locale.ROOT, "%032x", number),
                Optional.empty(),
                new Command.NewContent.Blob(blob, 1, List.of(chunk))));
        return index * EntryCodec.MAX_COMMANDS;
    }

    private Object apply(Command<?> command) throws Exception {
        index++;
        Outcome outcome = state.apply(new Position(1, index), 1, List.of(new Envelope(0, 0, 0, command)))
                .get(0);
        return ((Outcome.Accepted) outcome).value();
    }

    private static void print(String what, long startNanos) {
        System.out.printf(Locale.ROOT, "%-36s %8.1f ms%n", what, (System.nanoTime() - startNanos) / 1e6);
    }
}
