package flare.object;

import com.sun.management.OperatingSystemMXBean;
import flare.chunk.Chunk;
import flare.chunk.Chunker;
import flare.chunk.RunningCrc;
import flare.config.ObjectSettings;
import flare.config.ObjectSettings.Etag;
import flare.model.ByteSize;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * CPU seconds a GiB of the streams alone, without disk and network: bodies in pieces of 64 KiB from memory, through the
 * chunker, with every chunk's checksum computed and the bytes thrown away. Streamed chunks against chunks gathered whole
 * first (strict), in interleaved rounds; medians. Not a test: run its main.
 */
final class PathBench {

    private static final int MIB = 1 << 20;
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int CHUNK_BYTES = 8 * MIB;
    private static final int BODY_MIB = 1024;
    private static final int ROUNDS = 7;

    private final ActorSystem system = ActorSystem.create("bench");
    private final OperatingSystemMXBean machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private PathBench() {}

    public static void main(String[] args) {
        new PathBench().run();
    }

    private void run() {
        List<Row> rows = List.of(
                new Row("checksum alone", () -> checksums(body())),
                new Row(
                        "chunks streamed",
                        () -> body().via(new Chunker(CHUNK_BYTES, 0))
                                .mapAsync(3, this::consume)
                                .runWith(Sink.ignore(), system)),
                new Row(
                        "chunks gathered whole",
                        () -> body().grouped(CHUNK_BYTES / PIECE_BYTES)
                                .map(pieces -> pieces.stream().reduce(ByteString.emptyByteString(), ByteString::concat))
                                .mapAsync(
                                        3,
                                        whole -> consume(new Chunk(0, Optional.of(whole), false, Source.single(whole))))
                                .runWith(Sink.ignore(), system)),
                new Row("upload path, fast ETag, one copy", () -> upload(Etag.FAST, 1)),
                new Row("upload path, fast ETag, three copies", () -> upload(Etag.FAST, 3)),
                new Row("upload path, MD5, one copy", () -> upload(Etag.MD5, 1)));
        for (int round = 0; round <= ROUNDS; round++) {
            for (Row row : rows) {
                row.measure(machine, round > 0);
            }
        }
        System.out.printf(
                "%d CPUs, Java %s, chunks of %d MiB%n",
                machine.getAvailableProcessors(), Runtime.version(), CHUNK_BYTES / MIB);
        rows.forEach(row -> System.out.println(row));
        system.terminate();
    }

    private Source<ByteString, ?> body() {
        return Source.repeat(ByteString.fromArrayUnsafe(new byte[PIECE_BYTES]))
                .take((long) BODY_MIB * MIB / PIECE_BYTES);
    }

    private CompletionStage<?> consume(Chunk chunk) {
        return checksums(chunk.bytes());
    }

    private CompletionStage<?> checksums(Source<ByteString, ?> bytes) {
        RunningCrc crc = new RunningCrc();
        return bytes.runWith(Sink.foreach(crc::update), system);
    }

    private CompletionStage<?> upload(Etag etag, int copies) {
        ObjectSettings base = ObjectFixture.settings(etag);
        ObjectSettings settings = new ObjectSettings(
                new ByteSize(CHUNK_BYTES),
                copies,
                0,
                base.inlineLimit(),
                etag,
                ByteSize.mebibytes(2 * BODY_MIB),
                ByteSize.mebibytes(5),
                ByteSize.mebibytes(32),
                base.maxUserMetadata(),
                4,
                4,
                2,
                1,
                ByteSize.mebibytes(4),
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                Duration.ofSeconds(10),
                base.readHedgeAfter(),
                base.readHedgePercent());
        ObjectFixture flare = new ObjectFixture(system, copies, copies, settings, CHUNK_BYTES);
        flare.nodes.forEach(node -> node.forgets = true);
        return flare.service.put(ObjectFixture.request((long) BODY_MIB * MIB), body());
    }

    private static final class Row {
        private final String name;
        private final Supplier<CompletionStage<?>> act;
        private final List<Double> cpuSeconds = new ArrayList<>();
        private final List<Double> seconds = new ArrayList<>();

        Row(String name, Supplier<CompletionStage<?>> act) {
            this.name = name;
            this.act = act;
        }

        void measure(OperatingSystemMXBean machine, boolean counts) {
            long cpu = machine.getProcessCpuTime();
            long start = System.nanoTime();
            act.get().toCompletableFuture().join();
            double perGib = 1e-9 * 1024 / BODY_MIB;
            if (counts) {
                cpuSeconds.add((machine.getProcessCpuTime() - cpu) * perGib);
                seconds.add((System.nanoTime() - start) * perGib);
            }
        }

        private static double median(List<Double> values) {
            double[] sorted =
                    values.stream().mapToDouble(value -> value).sorted().toArray();
            return sorted[sorted.length / 2];
        }

        @Override
        public String toString() {
            return String.format(
                    "%-40s %.3f CPU s/GiB  %.3f s/GiB  %s",
                    name,
                    median(cpuSeconds),
                    median(seconds),
                    Arrays.toString(cpuSeconds.stream()
                            .mapToDouble(value -> Math.round(value * 1000) / 1000.0)
                            .toArray()));
        }
    }
}
