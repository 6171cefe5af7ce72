package flare.data;

import static flare.data.StoreFixture.await;

import flare.chunk.BlockCrcs;
import flare.data.ChunkFile.Header;
import flare.data.ChunkStore.WriteOrder;
import flare.data.DataNode.CopyReceipt;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executor;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.FileIO;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * CPU seconds per GiB of the store's sink and source, against FileIO and against the same stages run on the stream's own
 * thread. Not a test; run by hand, with a directory on the disk in question:
 *
 * <pre>mvn -q test-compile && java -cp target/test-classes:target/classes:$(mvn -q dependency:build-classpath …)
 *   flare.data.ChunkStoreBench DIRECTORY</pre>
 *
 * <p>All ways take and give pieces of 64 KiB, and every write is fsynced. The ways are interleaved; the first two rounds
 * warm up; medians of the rest.
 */
final class ChunkStoreBench {

    private static final int CHUNK_BYTES = 8 << 20;
    private static final int PIECE_BYTES = 64 << 10;
    private static final int FILE_IO_BYTES = 256 << 10;
    private static final int ROUNDS = 7;
    private static final int WARM_UP = 2;

    private final Path directory;
    private final int chunks;
    private final StoreFixture fixture = new StoreFixture();
    private final ByteString piece = ByteString.fromArrayUnsafe(StoreFixture.bytes(new Random(1), PIECE_BYTES));
    private final Map<String, List<double[]>> results = new LinkedHashMap<>();

    private ChunkStoreBench(Path directory, int chunks) {
        this.directory = directory;
        this.chunks = chunks;
    }

    public static void main(String[] args) throws Exception {
        Path directory = Files.createTempDirectory(Path.of(args[0]), "chunk-store-bench");
        new ChunkStoreBench(directory, args.length > 1 ? Integer.parseInt(args[1]) : 64).run();
    }

    private interface Way {
        void run(int chunk) throws Exception;
    }

    @SuppressWarnings("SystemOut")
    private void run() throws Exception {
        try (FileChunkStore store = StoreFixture.open(new LocalDisk(), directory.resolve("store"))) {
            StoreLayout layout = new StoreLayout(directory.resolve("store"));
            LatchedDisk disk = new LatchedDisk(new LocalDisk(), directory, StoreFixture.anyNumberOfReadFaults());
            Executor inStage = Runnable::run;
            for (int round = 0; round < ROUNDS; round++) {
                measure(round, "write: discard", chunk -> await(bytes().runWith(Sink.ignore(), fixture.system)));
                measure(
                        round,
                        "write: store",
                        chunk -> await(bytes().runWith(
                                        store.write(id(chunk), WriteOrder.upload(CHUNK_BYTES)), fixture.system)));
                measure(
                        round,
                        "write: sink on the stream's thread",
                        chunk -> await(bytes().runWith(
                                        new ChunkSink(() -> writer(disk, layout, chunk), inStage), fixture.system)));
                measure(round, "write: FileIO + fsync + rename", this::writeWithFileIo);
                measure(
                        round,
                        "read: store",
                        chunk -> await(await(store.read(id(chunk), 0, Integer.MAX_VALUE))
                                .bytes()
                                .runWith(Sink.ignore(), fixture.system)));
                measure(
                        round,
                        "read: source on the stream's thread",
                        chunk -> await(Source.fromGraph(new ChunkSource(
                                        () -> reader(layout, chunk), 0, BlockCrcs.blocks(CHUNK_BYTES), inStage))
                                .runWith(Sink.ignore(), fixture.system)));
                measure(
                        round,
                        "read: FileIO, no checksums",
                        chunk -> await(
                                FileIO.fromPath(fileIo(chunk), FILE_IO_BYTES).runWith(Sink.ignore(), fixture.system)));
                clear(store);
            }
            System.out.printf("%-40s %12s %12s%n", "", "CPU s/GiB", "MiB/s");
            results.forEach(
                    (name, all) -> System.out.printf("%-40s %12.2f %12.0f%n", name, median(all, 0), median(all, 1)));
        } finally {
            fixture.close();
        }
    }

    private Source<ByteString, NotUsed> bytes() {
        return Source.repeat(piece).take(CHUNK_BYTES / PIECE_BYTES);
    }

    private static ChunkId id(int chunk) {
        return new ChunkId(new BlobId(1, chunk), 0);
    }

    private Path fileIo(int chunk) {
        return directory.resolve("file-io-" + chunk);
    }

    private ChunkWriter writer(LatchedDisk disk, StoreLayout layout, int chunk) {
        Header header = new Header(StoreFixture.CLUSTER, id(chunk), 0);
        Path target = directory.resolve("own-" + chunk);
        return new ChunkWriter(
                disk,
                layout.temporary().resolve("bench-" + chunk),
                header,
                WriteOrder.upload(CHUNK_BYTES),
                new ChunkWriter.Placing() {
                    @Override
                    public void place(Path temporary, Header written, CopyReceipt receipt, BlockCrcs crcs) {
                        disk.rename(temporary, target);
                        disk.syncDirectory(directory);
                    }

                    @Override
                    public void ended(long bytesWritten) {}
                });
    }

    private ChunkSource.OpenCopy reader(StoreLayout layout, int chunk) {
        try {
            ChunkReader reader =
                    ChunkReader.open(new LocalDisk(), layout.file(id(chunk)), StoreFixture.CLUSTER, id(chunk));
            return new ChunkSource.OpenCopy() {
                @Override
                public byte[] read(int firstBlock, int blocks) {
                    try {
                        return reader.read(firstBlock, blocks);
                    } catch (IOException | CorruptChunkException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public void close() {
                    try {
                        reader.close();
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
        } catch (IOException | CorruptChunkException e) {
            throw new IllegalStateException(e);
        }
    }

    private void writeWithFileIo(int chunk) throws IOException {
        Path temporary = directory.resolve("temporary-" + UUID.randomUUID());
        await(bytes().runWith(FileIO.toPath(temporary), fixture.system));
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, fileIo(chunk), StandardCopyOption.ATOMIC_MOVE);
        new LocalDisk().syncDirectory(directory);
    }

    private void measure(int round, String name, Way way) throws Exception {
        long cpu = cpuNanos();
        long start = System.nanoTime();
        for (int chunk = 0; chunk < chunks; chunk++) {
            way.run(chunk);
        }
        double gib = (double) chunks * CHUNK_BYTES / (1L << 30);
        double seconds = (System.nanoTime() - start) / 1e9;
        if (round >= WARM_UP) {
            results.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(new double[] {(cpuNanos() - cpu) / 1e9 / gib, gib * 1024 / seconds});
        }
    }

    private void clear(FileChunkStore store) throws IOException {
        for (int chunk = 0; chunk < chunks; chunk++) {
            await(store.delete(id(chunk), 1));
            Files.deleteIfExists(directory.resolve("own-" + chunk));
            Files.deleteIfExists(fileIo(chunk));
        }
        await(store.emptyTrash());
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static double median(List<double[]> all, int column) {
        double[] sorted = all.stream().mapToDouble(row -> row[column]).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
