package flare.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import flare.metadata.wire.Entry;
import flare.metadata.wire.Operation;
import flare.model.BlobId;
import flare.model.BucketId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EntryCodecTest {

    @TempDir
    Path directory;

    @Test
    void anEntryOfTheReleasedFormatIsReadAndWrittenAlike() throws Exception {
        byte[] released = resource("entry-level-1.bin");
        EntryCodec.Entry entry = EntryCodec.decode(released);
        assertThat(entry.stampMillis()).isEqualTo(GoldenEntry.STAMP_MILLIS);
        assertThat(EntryCodec.encode(entry)).isEqualTo(released);
        assertThat(EntryCodec.encode(GoldenEntry.entry())).isEqualTo(released);
        byte[] laterOnes = resource("entry-level-1-versions.bin");
        EntryCodec.Entry later = EntryCodec.decode(laterOnes);
        assertThat(EntryCodec.encode(later)).isEqualTo(laterOnes);
        assertThat(EntryCodec.encode(GoldenVersions.entry())).isEqualTo(laterOnes);
        byte[] ofUsers = resource("entry-level-1-users.bin");
        EntryCodec.Entry users = EntryCodec.decode(ofUsers);
        assertThat(EntryCodec.encode(users)).isEqualTo(ofUsers);
        assertThat(EntryCodec.encode(GoldenUsers.entry())).isEqualTo(ofUsers);
        Set<Class<?>> read = new HashSet<>();
        byte[] ofBuckets = resource("entry-level-1-buckets.bin");
        assertThat(EntryCodec.encode(EntryCodec.decode(ofBuckets))).isEqualTo(ofBuckets);
        assertThat(EntryCodec.encode(GoldenBuckets.entry())).isEqualTo(ofBuckets);
        byte[] ofLost = resource("entry-level-1-lost-nodes.bin");
        EntryCodec.Entry lost = EntryCodec.decode(ofLost);
        assertThat(EntryCodec.encode(lost)).isEqualTo(ofLost);
        assertThat(EntryCodec.encode(GoldenLostNodes.entry())).isEqualTo(ofLost);
        lost.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        byte[] ofNodes = resource("entry-level-1-nodes.bin");
        EntryCodec.Entry nodes = EntryCodec.decode(ofNodes);
        assertThat(EntryCodec.encode(nodes)).isEqualTo(ofNodes);
        assertThat(EntryCodec.encode(GoldenNodes.entry())).isEqualTo(ofNodes);
        nodes.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        byte[] ofWorkers = resource("entry-level-1-workers.bin");
        EntryCodec.Entry workers = EntryCodec.decode(ofWorkers);
        assertThat(EntryCodec.encode(workers)).isEqualTo(ofWorkers);
        assertThat(EntryCodec.encode(GoldenWorkers.entry())).isEqualTo(ofWorkers);
        workers.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        byte[] ofSettings = resource("entry-level-1-settings.bin");
        EntryCodec.Entry settings = EntryCodec.decode(ofSettings);
        assertThat(EntryCodec.encode(settings)).isEqualTo(ofSettings);
        assertThat(EntryCodec.encode(GoldenSettings.entry())).isEqualTo(ofSettings);
        settings.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        byte[] ofAdoption = resource("entry-level-1-adoption.bin");
        EntryCodec.Entry adoption = EntryCodec.decode(ofAdoption);
        assertThat(EntryCodec.encode(adoption)).isEqualTo(ofAdoption);
        assertThat(EntryCodec.encode(GoldenAdoption.entry())).isEqualTo(ofAdoption);
        adoption.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        byte[] ofSpace = resource("entry-level-1-space.bin");
        EntryCodec.Entry space = EntryCodec.decode(ofSpace);
        assertThat(EntryCodec.encode(space)).isEqualTo(ofSpace);
        assertThat(EntryCodec.encode(GoldenSpace.entry())).isEqualTo(ofSpace);
        space.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        users.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        entry.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        later.commands().forEach(envelope -> read.add(envelope.command().getClass()));
        assertThat(read).isEqualTo(Set.of(Command.class.getPermittedSubclasses()));
    }

    @Test
    void anEntryOfTheReleasedFormatMakesTheReleasedRows() throws Exception {
        Path store = directory.resolve("state");
        try (RocksState state = States.open(store)) {
            EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1.bin"));
            state.apply(GoldenEntry.POSITION, entry.stampMillis(), entry.commands());
        }
        List<String> released = new String(resource("rows-level-1.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenEntry.rows(store)).isEqualTo(released);
    }

    @Test
    void anEntryOfVersionsMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-versions.bin"));
        List<String> rows = new String(resource("rows-level-1-versions.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenVersions.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfUsersMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-users.bin"));
        List<String> rows = new String(resource("rows-level-1-users.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenUsers.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfWorkersMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-workers.bin"));
        List<String> rows = new String(resource("rows-level-1-workers.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenWorkers.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfSettingsMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-settings.bin"));
        List<String> rows = new String(resource("rows-level-1-settings.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenSettings.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfAdoptedCopiesMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-adoption.bin"));
        List<String> rows = new String(resource("rows-level-1-adoption.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenAdoption.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryThatCountsBytesMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-space.bin"));
        List<String> rows = new String(resource("rows-level-1-space.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenSpace.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfBucketsMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-buckets.bin"));
        List<String> rows = new String(resource("rows-level-1-buckets.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenBuckets.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfLostNodesMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-lost-nodes.bin"));
        List<String> rows = new String(resource("rows-level-1-lost-nodes.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenLostNodes.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void anEntryOfNodesMakesTheRowsItAlwaysMade() throws Exception {
        EntryCodec.Entry entry = EntryCodec.decode(resource("entry-level-1-nodes.bin"));
        List<String> rows = new String(resource("rows-level-1-nodes.txt"), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(GoldenNodes.rows(directory.resolve("state"), entry)).isEqualTo(rows);
    }

    @Test
    void noCommandTakesMoreBytesThanItIsPackedFor() {
        BlobId blob = new BlobId(Long.MAX_VALUE, Long.MAX_VALUE);
        List<ChunkRecord> chunks = IntStream.range(0, 1_000)
                .mapToObj(i -> new ChunkRecord(
                        new ChunkId(blob, Integer.MAX_VALUE - i),
                        Long.MAX_VALUE,
                        -1,
                        List.of(new NodeId(Integer.MAX_VALUE), new NodeId(Integer.MAX_VALUE - 1))))
                .toList();
        List<Command<?>> commands = new ArrayList<>();
        GoldenEntry.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenVersions.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenUsers.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenBuckets.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenLostNodes.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenNodes.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenWorkers.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenSettings.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        GoldenSpace.entry().commands().forEach(envelope -> commands.add(envelope.command()));
        commands.add(
                new Command.AlignChunks(chunks.stream().map(ChunkRecord::id).toList(), Long.MAX_VALUE));
        commands.add(new Command.SaveCursor(
                "w".repeat(256), new WorkerCursor("€".repeat(4096), Map.of("n".repeat(256), -1L)), Long.MAX_VALUE));
        commands.add(new Command.FreeOrphans(
                new NodeId(1), chunks.stream().map(ChunkRecord::id).toList(), Long.MAX_VALUE));
        commands.add(new Command.AdoptCopies(
                new NodeId(1), chunks.stream().map(ChunkRecord::id).toList(), Long.MAX_VALUE));
        commands.add(new Command.ClearFreed(chunks.stream()
                .map(chunk -> new Command.FreedCopy(new NodeId(Integer.MAX_VALUE), chunk.id(), Long.MAX_VALUE))
                .toList()));
        Command.NewContent.Blob content = new Command.NewContent.Blob(blob, 2, chunks);
        commands.add(new Command.PutObject(
                new BucketId(Long.MAX_VALUE),
                ObjectKey.of("€".repeat(300)),
                Long.MAX_VALUE,
                "€".repeat(100),
                new ObjectAttributes(Optional.of("€"), Map.of("€", "€"), Map.of("a", "", "b", "€")),
                content,
                new WriteCondition(List.of("€", ""), List.of())));
        for (Command<?> command : commands) {
            Operation.Builder operation = Operation.newBuilder()
                    .setSession(Long.MAX_VALUE)
                    .setSequence(Long.MAX_VALUE)
                    .setLowestUnanswered(Long.MAX_VALUE);
            CommandEncoder.encode(command, operation);
            int bytes = Entry.newBuilder().addOperations(operation).build().getSerializedSize();
            assertThat(CommandTraits.maxBytes(command))
                    .as("%s", command.getClass())
                    .isGreaterThanOrEqualTo(bytes);
        }
    }

    @Test
    void theStampGoesOnWithoutDecoding() throws Exception {
        byte[] unstamped =
                EntryCodec.encode(new EntryCodec.Entry(0, GoldenEntry.entry().commands()));
        assertThat(EntryCodec.stampOf(unstamped)).isZero();
        EntryCodec.Entry stamped = EntryCodec.decode(EntryCodec.stamp(unstamped, 77));
        assertThat(stamped.stampMillis()).isEqualTo(77);
        byte[] proposed = EntryCodec.encode(new EntryCodec.Entry(66, stamped.commands()));
        assertThat(EntryCodec.stampOf(proposed)).isEqualTo(66);
        assertThat(EntryCodec.decode(EntryCodec.stamp(proposed, 1)).stampMillis())
                .isEqualTo(1);
        assertThat(stamped.commands()).hasSameSizeAs(GoldenEntry.entry().commands());
    }

    @Test
    void damagedBytesAreToldAndNothingElseIsThrown() throws Exception {
        byte[] released = resource("entry-level-1.bin");
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            byte[] damaged = released.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                EntryCodec.decode(damaged);
            } catch (IOException told) {
                assertThat(told.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void namesTheFieldThatIsWrong() {
        Entry.Builder entry = Entry.newBuilder().setLevel(1);
        entry.addOperationsBuilder().getDeleteBucketBuilder().setBucket(-1);
        assertThatThrownBy(() -> EntryCodec.decode(entry.build().toByteArray()))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("delete_bucket.bucket");
        Entry.Builder empty = Entry.newBuilder().setLevel(1);
        empty.addOperationsBuilder();
        assertThatThrownBy(() -> EntryCodec.decode(empty.build().toByteArray()))
                .isInstanceOf(MalformedEntryException.class)
                .hasMessageContaining("command");
    }

    @Test
    void anEntryOfAHigherFeatureLevelStopsTheNodeWithASentence() {
        byte[] newer = Entry.newBuilder().setLevel(2).build().toByteArray();
        assertThatThrownBy(() -> EntryCodec.decode(newer))
                .isInstanceOf(IOException.class)
                .hasMessage("a log entry is of feature level 2, this version of Flare reads up to 1: start a newer"
                        + " version on this node");
    }

    @Test
    void resultsReadBackAsTheyWere() throws Exception {
        ReplicatedState model = new ModelState();
        for (Outcome outcome :
                model.apply(GoldenEntry.POSITION, 1, GoldenEntry.entry().commands())) {
            assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
        }
        for (Outcome outcome :
                model.apply(GoldenVersions.POSITION, 1, GoldenVersions.entry().commands())) {
            assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
        }
        for (Outcome outcome :
                model.apply(GoldenUsers.POSITION, 1, GoldenUsers.entry().commands())) {
            assertThat(OutcomeCodec.decode(OutcomeCodec.encode(outcome))).isEqualTo(outcome);
        }
        assertThatThrownBy(() -> OutcomeCodec.decode(new byte[0])).isInstanceOf(MalformedEntryException.class);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = EntryCodecTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(stream, name).readAllBytes();
        }
    }
}
