package flare.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import flare.config.ObjectSettings;
import flare.config.ObjectSettings.Etag;
import flare.config.SessionSettings;
import flare.data.DataNode;
import flare.data.DataNodes;
import flare.metadata.ClusterSettings;
import flare.metadata.Command;
import flare.metadata.InMemoryMetadata;
import flare.model.BucketName;
import flare.model.ByteRange;
import flare.model.ByteSize;
import flare.model.ChunkId;
import flare.model.Fault;
import flare.model.FlareException;
import flare.model.NodeId;
import flare.model.ObjectAttributes;
import flare.model.ObjectInfo;
import flare.model.ObjectKey;
import flare.model.WriteCondition;
import flare.object.ObjectService.ObjectRead;
import flare.object.ObjectService.PutRequest;
import flare.placement.NodePace;
import flare.placement.Placement;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.awaitility.Awaitility;

/** The object service over nodes in memory and metadata in memory. */
final class ObjectFixture implements AutoCloseable {

    static final int CHUNK_BYTES = 256 * 1024;
    static final BucketName BUCKET = new BucketName("object");
    static final ObjectKey KEY = ObjectKey.of("some/key");
    static final Duration LIMIT = Duration.ofSeconds(10);

    final ActorSystem system;
    final List<MemoryDataNode> nodes = new ArrayList<>();
    final Set<NodeId> unusable = java.util.concurrent.ConcurrentHashMap.newKeySet();
    /** Those that probes find not to answer. */
    final Set<NodeId> silent = java.util.concurrent.ConcurrentHashMap.newKeySet();
    /** Those that count as being in this process. */
    final Set<NodeId> local = java.util.concurrent.ConcurrentHashMap.newKeySet();

    final NodePace readPace = new NodePace("reads", System::nanoTime);
    final NodePace writePace = new NodePace("writes", System::nanoTime);
    final RecordingMetadata metadata;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final ObjectService service;
    final ObjectEnvironment environment;
    private final AtomicInteger turn = new AtomicInteger();

    static {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(5));
    }

    static ObjectSettings settings(Etag etag) {
        return settings(etag, 1);
    }

    static ObjectSettings withReadAhead(int chunks) {
        return settings(Etag.MD5, chunks);
    }

    private static ObjectSettings settings(Etag etag, int readAhead) {
        return new ObjectSettings(
                new ByteSize(CHUNK_BYTES),
                1,
                0,
                new ByteSize(4096),
                etag,
                ByteSize.mebibytes(64),
                ByteSize.mebibytes(5),
                ByteSize.mebibytes(32),
                new ByteSize(2048),
                4,
                16,
                2,
                readAhead,
                new ByteSize(100 * 1024),
                Duration.ofMillis(200),
                Duration.ofMillis(400),
                Duration.ofMillis(400),
                Duration.ofMillis(50),
                10);
    }

    static ObjectFixture of(ActorSystem system, int nodes, int copies) {
        return new ObjectFixture(system, nodes, copies, settings(Etag.MD5));
    }

    ObjectFixture(ActorSystem system, int nodeCount, int copies, ObjectSettings settings) {
        this(system, nodeCount, copies, settings, CHUNK_BYTES);
    }

    ObjectFixture(ActorSystem system, int nodeCount, int copies, ObjectSettings settings, int chunkBytes) {
        this.system = system;
        ClusterSettings cluster = new ClusterSettings(copies, chunkBytes, "round-robin");
        this.metadata =
                new RecordingMetadata(new InMemoryMetadata(cluster, System::currentTimeMillis).withNodes(nodeCount));
        for (int number = 1; number <= nodeCount; number++) {
            nodes.add(new MemoryDataNode(number));
        }
        SessionSettings session = new SessionSettings(
                Duration.ofSeconds(1), Duration.ofSeconds(10), Duration.ofSeconds(60), new ByteSize(1024));
        this.environment = new ObjectEnvironment(
                metadata,
                placement(),
                new Nodes(),
                silent::contains,
                readPace,
                writePace,
                settings,
                session,
                () -> cluster,
                meters,
                System::nanoTime,
                SystemMaterializer.get(system).materializer());
        this.service = new StreamingObjectService(environment);
    }

    private Placement placement() {
        return (chunk, copies, excluded) -> {
            List<NodeId> order = new ArrayList<>();
            for (int number = 1; number <= nodes.size(); number++) {
                order.add(new NodeId(number));
            }
            Collections.rotate(order, -turn.getAndIncrement());
            order.removeAll(excluded);
            order.removeAll(unusable);
            return CompletableFuture.completedFuture(List.copyOf(order.subList(0, Math.min(copies, order.size()))));
        };
    }

    private final class Nodes implements DataNodes {
        @Override
        public Optional<DataNode> find(NodeId node) {
            return Optional.of(nodes.get(node.value() - 1));
        }

        @Override
        public boolean isLocal(NodeId node) {
            return local.contains(node);
        }
    }

    MemoryDataNode node(int number) {
        return nodes.get(number - 1);
    }

    /** The nodes that hold a copy of the chunk. */
    List<MemoryDataNode> holders(ChunkId chunk) {
        return nodes.stream().filter(node -> node.copies.containsKey(chunk)).toList();
    }

    static byte[] randomBytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** In pieces of a size that fits nothing. */
    static Source<ByteString, ?> body(byte[] bytes) {
        return body(bytes, 10_007);
    }

    static Source<ByteString, ?> body(byte[] bytes, int pieceBytes) {
        ByteString all = ByteString.fromArray(bytes);
        return Source.range(0, (bytes.length + pieceBytes - 1) / pieceBytes - 1)
                .map(piece -> all.slice(piece * pieceBytes, Math.min(bytes.length, (piece + 1) * pieceBytes)));
    }

    static PutRequest request(long length) {
        return new PutRequest(
                BUCKET,
                KEY,
                length < 0 ? Optional.empty() : Optional.of(length),
                Optional.empty(),
                ObjectAttributes.NONE,
                WriteCondition.NONE);
    }

    ObjectInfo put(byte[] bytes) {
        return await(service.put(request(bytes.length), body(bytes)));
    }

    ObjectRead open(Optional<ByteRange> range) {
        return await(service.get(BUCKET, KEY, info -> range));
    }

    byte[] get() {
        return get(Optional.empty());
    }

    byte[] get(Optional<ByteRange> range) {
        return await(read(open(range))).toArray();
    }

    CompletionStage<ByteString> read(ObjectRead open) {
        return open.bytes().runWith(Sink.fold(ByteString.emptyByteString(), ByteString::concat), system);
    }

    /** The result; a failure as itself, without the wrapping. */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | CompletionException e) {
            Throwable cause = Failures.unwrap(e);
            throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
        } catch (InterruptedException | TimeoutException e) {
            throw new AssertionError("no answer within " + LIMIT, e);
        }
    }

    static Fault fault(CompletionStage<?> stage) {
        FlareException failure = catchThrowableOfType(FlareException.class, () -> await(stage));
        assertThat(failure).as("a failure is expected").isNotNull();
        return failure.fault();
    }

    Fault putFault(byte[] bytes) {
        return fault(service.put(request(bytes.length), body(bytes)));
    }

    /** No command was submitted, and the blob is reported with every copy that was begun, after the last has ended. */
    void assertAbandoned() {
        Awaitility.await().untilAsserted(() -> assertThat(metadata.inFlight()).isEmpty());
        assertThat(metadata.commands(Command.PutObject.class)).isEmpty();
        assertThat(metadata.settled).isEmpty();
        for (int number = 1; number <= nodes.size(); number++) {
            NodeId node = new NodeId(number);
            for (ChunkId chunk : node(number).copies.keySet()) {
                assertThat(metadata.abandoned.get(chunk.blob()))
                        .as("copy of %s on node %s", chunk, node)
                        .anyMatch(record ->
                                record.id().equals(chunk) && record.nodes().contains(node));
            }
        }
        assertThat(service.head(BUCKET, KEY))
                .as("no object")
                .failsWithin(LIMIT)
                .withThrowableOfType(ExecutionException.class);
    }

    @Override
    public void close() {
        meters.close();
    }
}
