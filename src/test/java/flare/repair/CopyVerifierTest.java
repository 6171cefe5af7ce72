package flare.repair;

import static org.assertj.core.api.Assertions.assertThat;

import flare.data.DataNode;
import flare.data.DataNode.CopyReceipt;
import flare.data.DataNodeException;
import flare.data.DataNodeException.Kind;
import flare.data.DataNodes;
import flare.model.BlobId;
import flare.model.ChunkId;
import flare.model.ChunkRecord;
import flare.model.NodeId;
import flare.repair.CopyVerifier.Verdict;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class CopyVerifierTest {

    private static final Duration LIMIT = Duration.ofMillis(200);
    private final Map<NodeId, DataNode> nodes = new HashMap<>();

    /** Nothing but its checks is asked for. */
    private void node(int id, Function<ChunkId, CompletionStage<CopyReceipt>> verify) {
        nodes.put(new NodeId(id), (DataNode) Proxy.newProxyInstance(
                DataNode.class.getClassLoader(), new Class<?>[] {DataNode.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("verify");
                    return verify.apply((ChunkId) arguments[0]);
                }));
    }

    private CopyVerifier verifier(int perNode) {
        DataNodes found = new DataNodes() {
            @Override
            public Optional<DataNode> find(NodeId node) {
                return Optional.ofNullable(nodes.get(node));
            }

            @Override
            public boolean isLocal(NodeId node) {
                return false;
            }
        };
        return new CopyVerifier(found, node -> node.value() < 9, perNode, LIMIT);
    }

    private static ChunkRecord chunk(int ordinal, int... on) {
        List<NodeId> located = new ArrayList<>();
        for (int node : on) {
            located.add(new NodeId(node));
        }
        return new ChunkRecord(new ChunkId(new BlobId(1, 1), ordinal), 10, ordinal, located);
    }

    private static CompletionStage<CopyReceipt> good(ChunkId chunk) {
        return CompletableFuture.completedStage(new CopyReceipt(10, chunk.ordinal()));
    }

    private static CompletionStage<CopyReceipt> fail(Kind kind) {
        return CompletableFuture.failedStage(new DataNodeException(kind, "as the test wants"));
    }

    @Test
    void tellsGoodFromBadAndBadFromUnknown() {
        node(1, CopyVerifierTest::good);
        node(2, chunk -> CompletableFuture.completedStage(new CopyReceipt(10, 77)));
        node(3, chunk -> CompletableFuture.completedStage(new CopyReceipt(9, chunk.ordinal())));
        node(4, chunk -> fail(Kind.CORRUPT));
        node(5, chunk -> fail(Kind.NOT_FOUND));
        node(6, chunk -> fail(Kind.BUSY));
        node(7, chunk -> {
            throw new IllegalStateException("as the test wants");
        });
        node(9, chunk -> {
            throw new AssertionError("a node that is down was asked");
        });
        assertThat(verifier(2).verify(List.of(chunk(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))))
                .isEqualTo(Map.of(
                        chunk(0).id(),
                        Map.of(
                                new NodeId(1), Verdict.GOOD,
                                new NodeId(2), Verdict.CORRUPT,
                                new NodeId(3), Verdict.CORRUPT,
                                new NodeId(4), Verdict.CORRUPT,
                                new NodeId(5), Verdict.MISSING,
                                new NodeId(6), Verdict.UNANSWERED,
                                new NodeId(7), Verdict.UNANSWERED,
                                new NodeId(8), Verdict.UNANSWERED,
                                new NodeId(9), Verdict.UNANSWERED)));
    }

    @Test
    void asksEachNodeForAFewAtATimeAndAllNodesAtOnce() {
        AtomicInteger onOne = new AtomicInteger();
        AtomicInteger mostOnOne = new AtomicInteger();
        AtomicInteger onAll = new AtomicInteger();
        AtomicInteger mostOnAll = new AtomicInteger();
        Function<ChunkId, CompletionStage<CopyReceipt>> slow = chunk -> {
            mostOnAll.accumulateAndGet(onAll.incrementAndGet(), Math::max);
            return new CompletableFuture<CopyReceipt>()
                    .completeOnTimeout(new CopyReceipt(10, chunk.ordinal()), 5, TimeUnit.MILLISECONDS)
                    .whenComplete((done, failure) -> onAll.decrementAndGet());
        };
        node(1, chunk -> {
            mostOnOne.accumulateAndGet(onOne.incrementAndGet(), Math::max);
            return slow.apply(chunk).whenComplete((done, failure) -> onOne.decrementAndGet());
        });
        node(2, slow);
        node(3, slow);
        List<ChunkRecord> chunks = new ArrayList<>();
        for (int i = 0; i < 15; i++) {
            chunks.add(chunk(i, 1, 2, 3));
        }
        Map<ChunkId, Map<NodeId, Verdict>> verdicts = verifier(2).verify(chunks);
        assertThat(verdicts).hasSize(15);
        assertThat(verdicts.values()).allSatisfy(of -> assertThat(of).hasSize(3).containsValue(Verdict.GOOD));
        assertThat(mostOnOne).hasValue(2);
        assertThat(mostOnAll).hasValue(6);
    }

    @Test
    void asksANodeThatIsSilentOnlyOnce() {
        AtomicInteger asked = new AtomicInteger();
        node(1, chunk -> {
            asked.incrementAndGet();
            return new CompletableFuture<>();
        });
        List<ChunkRecord> chunks = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            chunks.add(chunk(i, 1));
        }
        assertThat(verifier(1).verify(chunks).values())
                .allSatisfy(of -> assertThat(of).containsValue(Verdict.UNANSWERED));
        assertThat(asked).hasValue(1);
    }
}
