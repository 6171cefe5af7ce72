package flare.data;

import com.sun.management.OperatingSystemMXBean;
import flare.chunk.BlockCrcs;
import flare.http.HttpServer;
import flare.http.NodeToken;
import flare.model.BlobId;
import flare.model.ChunkId;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import org.apache.pekko.Done;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * What one hop to a data node costs without a disk: chunks from memory, over loopback, to nowhere; and back. Both ends in
 * this JVM, so the CPU is that of sender and receiver together.
 *
 * <p>Run with the test class path. Arguments: MiB a round (1024), connections (4), KiB a piece (128), rounds (5).
 */
public final class NodeHopBench {

    private static final int CHUNK_BYTES = 8 << 20;
    private static final double GIB = 1 << 30;

    private final NodePort port;
    private final ByteString piece;
    private final int pieces;
    private final int connections;
    private final int chunks;

    private NodeHopBench(int mebibytes, int connections, int pieceKib) {
        this.port = new NodePort();
        this.piece = ByteString.fromArrayUnsafe(new byte[pieceKib * 1024]);
        this.pieces = CHUNK_BYTES / piece.size();
        this.connections = connections;
        this.chunks = mebibytes * (1 << 20) / CHUNK_BYTES;
    }

    public static void main(String[] arguments) {
        int[] numbers = {1024, 4, 128, 5};
        for (int i = 0; i < arguments.length; i++) {
            numbers[i] = Integer.parseInt(arguments[i]);
        }
        NodeHopBench bench = new NodeHopBench(numbers[0], numbers[1], numbers[2]);
        System.out.printf(
                "%d processors, JDK %s, %d MiB a round, %d connections, pieces of %d KiB, no disk%n",
                Runtime.getRuntime().availableProcessors(), Runtime.version(), numbers[0], numbers[1], numbers[2]);
        bench.run(numbers[3]);
        System.exit(0);
    }

    private record Case(String name, IntFunction<CompletionStage<?>> transfer) {}

    private void run(int rounds) {
        Sinkhole sinkhole = new Sinkhole();
        HttpServer server = NodePort.get(new DataNodeServer(
                        port.system, sinkhole, NodePort.SECRET, cluster -> {}, port.settings, Clock.systemUTC())
                .bind("127.0.0.1", 0));
        URI url = URI.create("http://127.0.0.1:" + server.port());
        DataNode node = port.clients.at(sinkhole.uuid(), url);
        List<Case> cases = List.of(
                new Case("PUT, own connections", i -> body().runWith(node.put(id(i), CHUNK_BYTES), port.system)),
                new Case("PUT, Pekko's pool", i -> putThroughPool(url, sinkhole.uuid(), id(i))),
                new Case(
                        "GET, own connections",
                        i -> node.get(id(i), 0, Integer.MAX_VALUE)
                                .thenCompose(content -> content.bytes().runWith(Sink.ignore(), port.system))));
        double[][] cpu = new double[cases.size()][rounds];
        double[][] rate = new double[cases.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int c = 0; c < cases.size(); c++) {
                long nanos = System.nanoTime();
                long cpuNanos = cpuNanos();
                transferAll(cases.get(c).transfer);
                double gib = (double) chunks * CHUNK_BYTES / GIB;
                if (round >= 0) {
                    cpu[c][round] = (cpuNanos() - cpuNanos) / 1e9 / gib;
                    rate[c][round] = gib * 1024 / ((System.nanoTime() - nanos) / 1e9);
                }
            }
        }
        for (int c = 0; c < cases.size(); c++) {
            Arrays.sort(cpu[c]);
            Arrays.sort(rate[c]);
            System.out.printf(
                    "%-22s median %6.0f MiB/s  %5.2f CPU s/GiB (%.2f to %.2f)%n",
                    cases.get(c).name, rate[c][rounds / 2], cpu[c][rounds / 2], cpu[c][0], cpu[c][rounds - 1]);
        }
    }

    private void transferAll(IntFunction<CompletionStage<?>> transfer) {
        NodePort.get(Source.range(1, chunks)
                .mapAsync(connections, i -> transfer.apply(i).thenApply(done -> 1))
                .runWith(Sink.ignore(), port.system));
    }

    private Source<ByteString, ?> body() {
        return Source.repeat(piece).take(pieces);
    }

    private CompletionStage<?> putThroughPool(URI url, UUID uuid, ChunkId chunk) {
        NodeCall call = new NodeCall.Put(chunk);
        String token = port.credentials(NodePort.SECRET, NodePort.CLUSTER)
                .token(new NodeToken.Call(call.method(), call.target(), uuid), 0);
        return Http.get(port.system)
                .singleRequest(HttpRequest.PUT(url + call.target())
                        .addHeader(RawHeader.create(NodeToken.HEADER, token))
                        .withEntity(HttpEntities.create(
                                ContentTypes.APPLICATION_OCTET_STREAM,
                                CHUNK_BYTES,
                                body().mapMaterializedValue(none -> none))))
                .thenApply(response -> {
                    response.discardEntityBytes(port.system);
                    return response.status();
                });
    }

    private static ChunkId id(int i) {
        return new ChunkId(new BlobId(1, i), 0);
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** Takes any bytes and keeps none; gives zeros. */
    private final class Sinkhole implements DataNode {

        private final UUID uuid = new UUID(4, 4);
        private final BlockCrcs crcs = FakeDataNode.crcs(ByteString.fromArrayUnsafe(new byte[CHUNK_BYTES]));

        @Override
        public UUID uuid() {
            return uuid;
        }

        @Override
        public Sink<ByteString, CompletionStage<CopyReceipt>> put(ChunkId chunk, long length) {
            return Sink.<ByteString>ignore()
                    .mapMaterializedValue(done -> done.thenApply(ok -> new CopyReceipt(length, 0)));
        }

        @Override
        public CompletionStage<CopyContent> get(ChunkId chunk, int firstBlock, int blocks) {
            return CompletableFuture.completedFuture(
                    new CopyContent(CHUNK_BYTES, crcs, Source.repeat(piece).take(pieces)));
        }

        @Override
        public CompletionStage<CopyReceipt> verify(ChunkId chunk) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> delete(ChunkId chunk, long freedIndex) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<CopyReceipt> pull(ChunkId chunk, PullOrder order) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<ChunkId>> inventory(Optional<ChunkId> after, int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Done> emptyTrash() {
            return CompletableFuture.completedFuture(Done.getInstance());
        }

        @Override
        public CompletionStage<NodeHealth> health() {
            return CompletableFuture.completedFuture(new NodeHealth(
                    uuid, Optional.empty(), 1, uuid, 1, 1, DiskState.OK, System.currentTimeMillis(), 0, 0, 0, ""));
        }
    }
}
